"""What ranks, ranges and bands say, held against worlds whose truth is known."""

from __future__ import annotations

from bench.truth import counts, likely_ranks, process_marks, shares, unused_months, windows

TINY = {"draws": 3}


def run(draws: int = 200) -> list[tuple[str, float, str]]:
    """Name, figure and unit of each measurement, over so many draws of each world; the same in every run."""
    parts = (likely_ranks, shares, windows, process_marks, counts, unused_months)
    return [figure for part in parts for figure in part.figures(draws)]
