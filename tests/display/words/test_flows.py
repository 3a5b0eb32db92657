"""Who decides for whom, in words."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from display.words import flows
from display.words.text import Speaker
from ranking.dossiers.flows import SCHEMA
from store.staff import Staff

SAY = Speaker("vi")
HERE, OTHER = "04792", "04795"


def rows(*flows_: tuple[str, str, int, int, int]) -> pl.DataFrame:
    """(intake, decision, received, ended, on time) of 1 January to 31 August 2026."""
    found = [
        ("25", date(2026, 1, 1), date(2026, 8, 31), "to_date", True, a, "commune", b, "commune", n, ended, ended, ok)
        for a, b, n, ended, ok in flows_
    ]
    return pl.DataFrame(found, schema=SCHEMA, orient="row")


ROWS = rows((HERE, HERE, 900, 800, 700), (HERE, OTHER, 100, 90, 81), (OTHER, HERE, 40, 28, 28))


def test_a_sentence_tells_what_goes_and_what_comes():
    assert flows.sentence(SAY, HERE, ROWS) == (
        "Hồ sơ từ 1/1/2026 đến 31/8/2026: tiếp nhận 1.000, trong đó 100 (10,0 %) do nơi khác giải quyết. "
        "Giải quyết xong 828, trong đó 28 nhận ở nơi khác."
    )
    assert flows.sentence(SAY, HERE, ROWS.head(1)).endswith("Không hồ sơ nào đi nơi khác hoặc từ nơi khác đến.")


def test_partners_are_named_and_a_share_of_few_is_not_told():
    names = {OTHER: "Phường Hòa Bình"}
    assert flows.partners(SAY, ROWS.slice(1, 1), "decision", "received", names) == [["Phường Hòa Bình", "100", "90,0"]]
    assert flows.partners(SAY, ROWS.slice(2), "intake", "ended", {}) == [[OTHER, "28", "ít hồ sơ"]]
    many = rows(*((HERE, f"{n:05d}", 10, 10, 5) for n in range(10)))
    lines = flows.partners(SAY, many, "decision", "received", {})
    assert len(lines) == 9 and lines[-1] == ["2 nơi khác", "20", "ít hồ sơ"]
    office = rows((HERE, "office:25", 3, 0, 0))
    assert flows.partners(SAY, office, "decision", "received", {})[0][0] == "Cơ quan khác của Phú Thọ"


@pytest.mark.parametrize(
    ("officers", "since", "said"),
    [
        (6, date(2026, 1, 1), "Trung tâm có 6 cán bộ (QĐ 12): mỗi cán bộ giải quyết xong 0,8 hồ sơ mỗi ngày làm việc."),
        (2, date(2026, 1, 1), "dưới 3 cán bộ"),
        (6, date(2026, 3, 1), "chưa phủ hết kỳ này"),
    ],
)
def test_dossiers_per_officer_are_never_about_a_person(officers, since, said):
    assert said in flows.officers(SAY, HERE, ROWS, {HERE: [Staff(officers, since, "QĐ 12")]})
    assert flows.officers(SAY, HERE, ROWS, {}) == ""


def test_the_table_counts_work_where_it_is_done():
    heads, lines = flows.table(SAY, ROWS, {HERE: "Tân Hòa"}, {})
    assert len(heads) == 5 and lines == [["04795", "40", "40", "90", "90"], ["Tân Hòa", "1.000", "100", "828", "28"]]
