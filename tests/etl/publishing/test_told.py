"""How long people wait, from a snapshot to the next one, and what of it the public sees."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from display.words import waits as words
from display.words.text import Speaker
from etl.publishing.harvest import Harvest, measurement_rows
from etl.publishing.publish import publish
from etl.publishing.told import TABLES, merged
from ranking.cumulative_incidence import FIGURES
from ranking.dossiers.waits import SCHEMA
from store import flows, gaps, waits
from store.snapshot import Snapshot, open_snapshot
from tests.conftest import CAPTURED

PHU_THO, HA_NOI, TAN_HOA, BA_DINH = "25", "01", "04792", "00004"
END = date(2026, 9, 26)
LAND = {"field": "Đất đai", "tenth_5": 9, "low_5": 8, "high_5": 10, "tenth_9": 24, "low_9": 22, "high_9": 27}


def row(**changes: object) -> dict[str, object]:
    """A row of Tân Hòa: 400 dossiers of the year to date, half done in 3 days, nine tenths in 15, unless changed."""
    found = dict.fromkeys(FIGURES, 1) | {
        "province": PHU_THO, "unit_code": TAN_HOA, "level": "commune", "period_start": date(2026, 1, 1),
        "period_end": END, "period_kind": "to_date", "provisional": True, "field": "all",
        "n": 400, "done": 350, "left": 10, "open": 40, "tenth_5": 3, "low_5": 3, "high_5": 4,
        "tenth_9": 15, "low_9": 14, "high_9": None,
    }  # fmt: skip
    return found | changes


def put(data, *rows: dict[str, object], measured: tuple[dict, ...] = ()) -> Snapshot:
    publish(data, "live", harvest(*rows, measured=measured), nature="live")
    return open_snapshot("live", unreleased=True)


def harvest(*rows: dict[str, object], measured: tuple[dict, ...] = ()) -> Harvest:
    table = pl.DataFrame(list(rows), schema=SCHEMA, orient="row")
    return Harvest(measurement_rows(measured), CAPTURED, ["dossiers"], told={"waiting": table})


def told(snapshot: Snapshot, code: str = TAN_HOA) -> list[tuple]:
    return waits.of_unit(snapshot, code).select("field", "n", "tenth_5", "tenth_9").rows()


def test_what_is_held_stays_until_its_province_is_told_again(published):
    assert told(open_snapshot("live")) == []
    put(published, row(), row(**LAND), row(province=HA_NOI, unit_code=BA_DINH))
    kept = put(published)
    assert told(kept) == [("all", 400, 3, 15), ("Đất đai", 400, 9, 24)]
    again = merged(kept.folder, harvest(row(tenth_5=4, period_end=date(2026, 10, 2))))["waiting"]
    assert again.select("unit_code", "field", "tenth_5").rows() == [(BA_DINH, "all", 3), (TAN_HOA, "all", 4)]
    other = harvest()
    other.fields["dossiers"] = frozenset({"all", "Hộ tịch"})
    assert merged(kept.folder, other)["waiting"]["field"].to_list() == ["all", "all"]


@pytest.fixture
def snapshot(published, measurement) -> Snapshot:
    """Land rests on 360 ended dossiers, civil status on 99, culture on 19; health is withheld (9 received)."""
    received = measurement(
        measure="received", basis="dossiers", series="dossiers", field="Y tế", numerator=9, denominator=None,
        period_start=date(2026, 1, 1), period_end=END, period_kind="to_date", provisional=True,
    )  # fmt: skip
    few = (("Hộ tịch", 99), ("Văn hóa", 19), ("Y tế", 9))
    rows = [row(field=field, n=n, done=n, left=0, open=0) for field, n in few]
    # A second one, which would betray the first by subtraction, is withheld with it: of many dossiers, but not shown.
    rows += [row(**LAND), row(field="Nông nghiệp")]
    measured = [received, received | {"field": "Nông nghiệp", "numerator": 300}]
    measured += [received | {"field": "all", "numerator": 309}]
    return put(published, row(), *rows, measured=tuple(measured))


def test_the_public_sees_days_that_rest_on_enough_and_no_counts(snapshot):
    public = snapshot.seen_in(frozenset())
    assert told(public) == [("all", None, 3, 15), ("Đất đai", None, 9, 24), ("Hộ tịch", None, 3, None)]
    row = waits.of_unit(public, TAN_HOA).row(2, named=True)
    assert [row[f"tenth_{k}"] for k in (1, 2, 8, 9)] == [None, 1, 1, None]
    assert (row["low_5"], row["low_9"]) == (3, None)


def test_a_province_sees_its_own_whole(snapshot):
    assert len(told(snapshot.seen_in(frozenset({PHU_THO})))) == 6
    assert len(told(snapshot.seen_in(frozenset({HA_NOI})))) == 3


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "vi",
            [
                "Hồ sơ tiếp nhận từ 1/1/2026 đến 26/9/2026: một nửa xong trong 3 ngày làm việc, "
                "chín phần mười trong 15 ngày làm việc.",
                "Lâu nhất trong các việc có từ 100 hồ sơ là Đất đai: một nửa xong trong 9 ngày làm việc, "
                "chín phần mười trong 24 ngày làm việc.",
            ],
        ),
        (
            "en",
            [
                "Of the dossiers received from 1 Jan 2026 to 26 Sep 2026, half were done within 3 working days, "
                "nine in ten within 15 working days.",
                "Longest of the fields with 100 dossiers or more is Đất đai: half were done within 9 working days, "
                "nine in ten within 24 working days.",
            ],
        ),
    ],
)
def test_half_and_nine_tenths_in_a_sentence(language, said):
    few = row(**LAND | {"field": "Y tế", "tenth_5": 20, "done": 60, "left": 9})
    assert words.sentences(Speaker(language), [row(), few, row(**LAND)]) == said


def test_what_is_not_known_is_not_said():
    say = Speaker("vi")
    assert words.sentences(say, []) == []
    assert words.sentences(say, [row(tenth_5=None)]) == [
        "Hồ sơ tiếp nhận từ 1/1/2026 đến 26/9/2026: chưa nói được bao lâu thì một nửa xong."
    ]
    assert "chưa nói được khi nào chín phần mười xong" in words.sentences(say, [row(tenth_9=None)])[0]
    assert words.within(say, 0) == "ngay trong ngày tiếp nhận"


def test_a_field_is_longer_where_even_its_lower_limit_is():
    rows = [row(), row(**LAND), row(**LAND | {"field": "Hộ tịch", "low_5": 5})]
    province = [row(), row(**LAND | {"tenth_5": 7}), row(**LAND | {"field": "Hộ tịch", "tenth_5": 7})]
    lines = words.lines(Speaker("vi"), rows, province)
    assert [(line.is_longer, line.half, line.province, line.most_range) for line in lines] == [
        (False, "3 ngày", "3 ngày", "từ 14"), (True, "9 ngày", "7 ngày", "22–27"), (False, "9 ngày", "7 ngày", "22–27"),
    ]  # fmt: skip


FLOW = {
    "province": PHU_THO, "period_start": date(2026, 1, 1), "period_end": END, "period_kind": "to_date",
    "provisional": True, "intake": TAN_HOA, "intake_level": "commune", "decision": BA_DINH,
    "decision_level": "commune", "received": 3, "ended": 3, "timed": 3, "on_time": 2,
}  # fmt: skip
GAP = {
    "province": PHU_THO, "period_start": date(2026, 1, 1), "period_end": END, "period_kind": "to_date",
    "provisional": True, "kind": "online", "field": "all", "gap": 1.5, "gap_low": 0.5, "gap_high": 2.5,
}  # fmt: skip


@pytest.fixture
def beside(published) -> Snapshot:
    """A flow from Phú Thọ to Hà Nội, one within Hà Nội, a gap, and one procedure of a commune and its province."""
    within = FLOW | {"province": HA_NOI, "intake": BA_DINH, "received": 900}
    by_procedure = {name: value for name, value in row().items() if name != "field"} | {"procedure": "1.001193"}
    whole = by_procedure | {"unit_code": PHU_THO, "level": "province"}
    rows = {"flows": [FLOW, within], "waiting_gaps": [GAP], "procedure_waiting": [by_procedure, whole]}
    tables = {name: pl.DataFrame(own, schema=TABLES[name]) for name, own in rows.items()}
    publish(published, "live", Harvest(measurement_rows([]), CAPTURED, ["dossiers"], told=tables), nature="live")
    return open_snapshot("live", unreleased=True)


def seen(snapshot: Snapshot, *provinces: str) -> tuple[list[int], int, list[tuple]]:
    """The dossiers of each flow, how many gaps, and (unit, dossiers) of each procedure that somebody sees."""
    reader = snapshot.seen_in(frozenset(provinces))
    procedures = [(code, n) for code in (TAN_HOA, PHU_THO) for n in waits.procedures_of(reader, code)["n"]]
    return sorted(flows.scan(reader).collect()["received"]), gaps.of_province(reader, PHU_THO).height, procedures


def test_flows_and_gaps_are_for_who_sees_a_province_whole(beside):
    assert seen(beside) == ([], 0, [(PHU_THO, None)])
    assert seen(beside, PHU_THO) == ([3], 1, [(TAN_HOA, 400), (PHU_THO, 400)])
    assert seen(beside, HA_NOI) == ([3, 900], 0, [(PHU_THO, None)])


def test_they_stay_until_their_province_is_told_again(beside):
    now = merged(beside.folder, Harvest(measurement_rows([]), CAPTURED, ["dossiers"], told={
        "flows": pl.DataFrame([FLOW | {"received": 5}], schema=TABLES["flows"])
    }))  # fmt: skip
    assert sorted(now["flows"]["received"]) == [5, 900]
    assert now["waiting_gaps"].is_empty() and now["procedure_waiting"].is_empty()
