"""The order of the ranking's rows: by any column, both ways and back, with what is missing at the end."""

from __future__ import annotations

import re

import polars as pl
import pytest

from display.words.selection import Selection
from ranking.periods import calendar_period
from store.reference import measures
from tests.pages.test_pages import markup, open_page
from ui.rankings import sorting
from ui.rankings.sorting import ORDERS, Order

SHARE = Selection("commune", "25", measures()["on_time_share"], "portal", "766-2026", calendar_period("month", 2026, 8))
ROWS = pl.DataFrame(
    {
        "name": ["Phường Đông", "Xã Dương", "Xã Ân", "Phường An"],
        "value": [90.0, 80.0, 70.0, None],
        "denominator": [10.0, 30.0, 20.0, None],
        "change": [None, -2.0, 5.0, None],
        "expected_rank": [1.2, 2.5, 2.3, None],
    }
)


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("rank", "Đông Dương Ân An"),
        ("name", "An Ân Dương Đông"),
        ("name.other", "Đông Dương Ân An"),
        ("value", "Đông Dương Ân An"),
        ("value.other", "Ân Dương Đông An"),
        ("n", "Dương Ân Đông An"),
        ("change", "Ân Dương Đông An"),
        ("change.other", "Dương Ân Đông An"),
        ("place", "Đông Ân Dương An"),
    ],
)
def test_rows_stand_in_the_order_that_is_asked_for(code, names):
    found = sorting.ordered(ROWS, SHARE, ORDERS[code]).get_column("name").to_list()
    assert " ".join(name.split()[1] for name in found) == names


def test_a_column_that_a_list_lacks_leaves_its_order():
    assert sorting.ordered(ROWS.drop("change"), SHARE, ORDERS["change"]).equals(ROWS.drop("change"))


@pytest.mark.parametrize("column", sorting.FIRST)
def test_a_third_click_leads_back_to_the_ranks(column):
    once = Order().after_a_click_on(column)
    twice = once.after_a_click_on(column)
    assert {once.way, twice.way} == {"ascending", "descending"}
    assert twice.after_a_click_on(column) == Order()
    assert twice.after_a_click_on("name" if column != "name" else "n") == ORDERS["name" if column != "name" else "n"]


def heads(text: str) -> dict[str, tuple[str, str]]:
    """By its words what each header says of its order, and where it leads."""
    found = re.findall(r'<th scope="col"[^>]*?(?: aria-sort="(\w+)")?>(?:<a[^>]*href="([^"]*)"[^>]*>)?([^<▲▼]*)', text)
    return {words.strip(): (way, link) for way, link, words in found}


def test_headers_say_the_order_and_lead_to_the_next_one(published):
    text = markup(open_page("rankings", dataset="live", province="25", q="hoa", sort="name"))
    rows = re.findall(r'<th scope="row"[^>]*>(?:<a[^>]*>)?([^<]+)', text)
    way, link = heads(text)["Đơn vị"]

    assert rows.index("Phường Hòa Bình") < rows.index("Phường Tân Hòa")
    assert way == "ascending"
    assert "sort=name.other" in link and "q=hoa" in link
    assert "sort=" not in heads(text)["Hạng theo giá trị"][1]
    assert [words for words, (way, _) in heads(text).items() if way] == ["Đơn vị"]


def test_an_order_that_there_is_not_means_the_ranks(published):
    found = heads(markup(open_page("rankings", dataset="live", province="25", sort="nothing")))
    assert found["Hạng theo giá trị"] == ("ascending", "")
