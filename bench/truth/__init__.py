"""What ranks, ranges and bands say, held against worlds whose truth is known."""

from __future__ import annotations

from bench.truth import likely_ranks, process_marks, shares

TINY = {"draws": 3}


def run(draws: int = 200) -> list[tuple[str, float, str]]:
    """Name, figure and unit of each measurement, over so many draws of each world; the same in every run."""
    return likely_ranks.figures(draws) + shares.figures(draws) + process_marks.figures(draws)
