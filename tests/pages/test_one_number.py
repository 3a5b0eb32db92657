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


def compared(dataset: str, scope: str, every: int, get) -> tuple[int, list[str]]:
    """(figures that stand in two places at least, what disagrees) over each `every`-th selection of a scope."""
    view, told, compared = view_of(dataset), [], 0
    in_units = [surfaces.of_unit(view, code) for code in surfaces.communes(scope)[:_OTHERS]]
    in_briefs = [surfaces.of_brief(view, code) for code in surfaces.communes(scope)[:_OTHERS] if in_units[0]]
    public = surfaces.of_public(view, scope) if scope != COUNTRY else {}
    for selection in selections(dataset, scope)[::every]:
        said = [
            surfaces.of_csv(view, selection),
            surfaces.of_map(view, selection),
            surfaces.of_open_data(view, selection, get),
        ]
        if scope != COUNTRY:
            said.append(surfaces.of_embed(view, selection, get))
        here = said[0].keys()
        others = (*in_units, *in_briefs, public)
        beside = [{one: words for one, words in other.items() if one in here} for other in others]
        told += surfaces.disagreements(*said, *beside)
        compared += len(here & said[1].keys())
    return compared, told


@pytest.mark.parametrize("dataset", ["recorded"])
def test_every_figure_is_the_same_in_all_places(app_data, get, dataset):
    for scope in scopes(dataset):
        count, told = compared(dataset, scope, 1, get)

        assert count > 100, scope
        assert told == []
