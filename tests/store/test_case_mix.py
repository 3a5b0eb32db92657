"""The mix of work allowed for, from what each reader may see: the public's fields, or all of them."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from etl.publishing.harvest import Harvest, measurement_rows
from etl.publishing.publish import publish
from ranking.periods import Period
from ranking.procedures import OTHERS, field_of
from ranking.standardised import HIDDEN, NO_FIELDS, standardised
from store import case_mix, standings
from store.snapshot import Snapshot, open_snapshot
from tests.conftest import CAPTURED
from tests.conftest import _row as row_of

FORM, PHU_THO = "on_time_share_form", "25"
AUGUST = Period(date(2026, 8, 1), date(2026, 8, 31), "month")
WHERE = ("commune", FORM, "form", AUGUST, PHU_THO)
FIELDS = ("Chứng thực", "Đất đai", "Xây dựng")
WITHHELD = "04795"
COUNTS = {
    # On time of all, by field. Small fields are withheld, and further ones with them, so that they can't be worked out.
    "04792": ((1900, 1970), (110, 180), (60, 80)),
    WITHHELD: ((150, 200), (400, 600), (6, 8)),
    "04828": ((1580, 1600), (340, 400), (60, 100)),
    "04831": ((1690, 1700), (350, 400), (80, 100)),
    "04846": ((1490, 1500), (300, 400), (90, 100)),
    "04849": ((1240, 1250), (380, 400), (95, 100)),
}


def rows() -> list[dict[str, object]]:
    form = {"measure": FORM, "series": "ii06", "basis": "form"}
    found = []
    for code, counts in COUNTS.items():
        whole = tuple(map(sum, zip(*counts, strict=True)))
        for field, (part, of) in (("all", whole), *zip(FIELDS, counts, strict=True)):
            found.append(row_of(unit_code=code, field=field, numerator=float(part), denominator=float(of), **form))
    return found


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mix")
    publish(folder, "live", Harvest(measurement_rows(rows()), CAPTURED, ["form:test"]), nature="live")
    return folder


@pytest.fixture
def live(published, data, monkeypatch) -> Snapshot:
    monkeypatch.setenv("GANDAN_DATA", str(data))
    return open_snapshot("live", unreleased=True)


def told(snapshot: Snapshot) -> pl.DataFrame:
    return case_mix.beside(snapshot, standings.ranking(snapshot, *WHERE), *WHERE)


def test_who_sees_a_province_whole_is_told_of_all_its_dossiers(live):
    found = told(live.seen_in(frozenset({PHU_THO})))

    assert found.get_column("n").to_list() == found.get_column("denominator").to_list()
    assert sorted(found.get_column("rank_adjusted")) == [1, 2, 3, 4, 5, 6]


def test_the_public_is_told_what_follows_from_the_rows_that_it_can_read(live):
    found = told(live.seen_in(frozenset()))
    handed_out = pl.read_parquet(live.folder / "measurements_public.parquet").filter(pl.col("measure") == FORM)
    fields = handed_out.filter(pl.col("field") != "all")
    expected = standardised(fields, found.select("unit_code", "denominator"), found.item(0, "rho"))

    assert fields.get_column("denominator").null_count() >= 4
    assert expected.get_column("adjusted").count() >= 1
    assert found.select(expected.columns).equals(expected)


def test_the_public_is_not_told_of_a_unit_whose_fields_are_withheld_in_good_part(live):
    public, whole = (
        told(live.seen_in(seen)).row(by_predicate=pl.col("unit_code") == WITHHELD, named=True)
        for seen in (frozenset(), frozenset({PHU_THO}))
    )

    assert public["untold"] in (HIDDEN, NO_FIELDS)
    assert (public["n"], public["adjusted"], public["rank_adjusted"], public["depends"]) == (None, None, None, None)
    assert whole["adjusted"] is not None


@pytest.mark.parametrize(
    ("level", "measure"), [("commune", "online_filing_share"), ("department", FORM), ("commune", "on_time_share")]
)
def test_without_fields_of_communes_a_ranking_stays_as_it_is(live, level, measure):
    where = (level, measure, "form", AUGUST, PHU_THO)
    ranked = standings.ranking(live, *where)

    assert case_mix.beside(live, ranked, *where).columns == ranked.columns


def test_where_a_procedure_is_known_the_place_without_it_stands_beside(live, monkeypatch):
    whole = live.seen_in(frozenset({PHU_THO}))
    counts = {"04792": (1900, 1970), "04828": (1580, 1600), "04831": (24, 25)}
    others = [(code, "ii06", OTHERS, part, of) for code, (part, of) in counts.items()]
    copies = [(code, "ii06", field_of("2.000815"), 100, 100) for code in counts]
    fields = pl.DataFrame(
        [*others, *copies], ["unit_code", "series", "field", "numerator", "denominator"], orient="row"
    )
    monkeypatch.setattr(case_mix, "_by_field", lambda *where: fields)

    found = case_mix.beside(whole, standings.ranking(whole, *WHERE), *WHERE)
    places = {
        code: (place, of) for code, place, of in found.select("unit_code", "rank_others", "of_others").iter_rows()
    }

    assert set(found.get_column("procedures")) == {"2.000815"}
    assert {code: places[code] for code in counts} == {"04792": (2, 2), "04828": (1, 2), "04831": (None, 2)}
