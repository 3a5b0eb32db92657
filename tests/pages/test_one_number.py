"""A figure is the same wherever it stands: page, map, file, open data, embed, brief, public page."""

from __future__ import annotations

import polars as pl
import pytest

from display.words.selection import Selection
from ranking.periods import Period
from ranking.vocabulary import COUNTRY
from store import catalog
from store.reference import measures
from tests import surfaces
from tests.ui.rankings.test_panels import view_of

_OTHERS = 3


def selections(dataset: str, scope: str) -> list[Selection]:
    """Every measure, basis and period that a scope's communes can be ranked by."""
    known = catalog.catalog_by_level(view_of(dataset).snapshot)["commune"].filter(
        pl.col("scope") == scope, pl.col("of") > 0
    )
    rows = known.sort("period_end", "period_start", "measure", "basis", descending=[True, True, False, False])
    return [
        Selection(
            "commune",
            scope,
            measures()[row["measure"]],
            row["basis"],
            row["series"],
            Period(row["period_start"], row["period_end"], row["period_kind"]),
        )
        for row in rows.iter_rows(named=True)
    ]


def scopes(dataset: str) -> list[str]:
    return sorted(set(catalog.catalog_by_level(view_of(dataset).snapshot)["commune"].get_column("scope")))


def disagreements(dataset: str, scope: str, some: list[Selection], get) -> list[str]:
    """What two places say differently of a scope's figures; the page itself is opened for the first selection."""
    view = view_of(dataset)
    units = surfaces.communes(scope)[:_OTHERS]
    elsewhere = [surfaces.of_unit(view, code) for code in units] + [surfaces.of_brief(view, code) for code in units]
    if scope != COUNTRY:
        elsewhere.append(surfaces.of_public(view, scope))
    told = []
    for selection in some:
        file = surfaces.of_csv(view, selection)
        said = [file, surfaces.of_map(view, selection), surfaces.of_open_data(view, selection, get)]
        if scope != COUNTRY:
            said.append(surfaces.of_embed(view, selection, get))
        if selection is some[0]:
            said.append(surfaces.of_page(view, selection))
        assert all(file.keys() & other.keys() for other in said), selection
        here = [{one: words for one, words in other.items() if one in file} for other in elsewhere]
        told += surfaces.disagreements(*said, *here)
    return told


def test_every_recorded_figure_is_the_same_in_all_places(app_data, get):
    for scope in scopes("recorded"):
        assert disagreements("recorded", scope, selections("recorded", scope), get) == []


@pytest.mark.parametrize("scope", ["38", COUNTRY])
def test_simulated_figures_are_the_same_in_all_places(app_data, get, scope):
    assert (
        disagreements("simulated", scope, selections("simulated", scope)[:: 80 if scope == COUNTRY else 40], get) == []
    )


def test_two_places_that_differ_are_found():
    one = surfaces.Figure("04792", "on_time_share", "portal", "2026-08")

    assert len(list(surfaces.disagreements({one: "81,3\u00a0%"}, {one: "81,2\u00a0%"}))) == 1
