"""The words beside a figure: its rank and range, the dossiers it rests on, its quality, its movement."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from typing import Any

from display.words import numbers
from display.words.text import Speaker
from display.words.view import View
from ranking.measures import Measure
from ranking.monthly_charts import MONTHLY_CHART
from ranking.periods import parse
from ranking.standings import is_alike
from ranking.stretches import DERIVED
from store.policy import policy


def nature_word(view: View) -> str:
    nature = view.snapshot.manifest.nature
    return "mô phỏng" if nature == "simulated" else nature


def simulated_suffix(view: View) -> str:
    """What the name of a file ends in, before its ending, where its figures are simulated: `_mo-phong`; else empty."""
    return "_mo-phong" if view.snapshot.manifest.nature == "simulated" else ""


FEW = 30
_SUMMED = re.compile(r"summed_from_units: (\d+)/(\d+)(?:, (\d+) departments)?")


_QUALITIES = (
    *("copied_from_province", "sum_of_groups", "groups_not_reported"),
    *("temp_national_report_denominator", "no_national_report_data"),
    *("captured_apart", "no_petitions", "petitions", "monthly_chart", "corrected"),
    *("area_population_of_one_predecessor", "area_differs_from_polygon"),
)


def withheld_words(say: Speaker) -> str:
    """Why a figure is withheld, and what stands instead, in two sentences."""
    return say("withheld.why", shown=policy().shown_instead(say.language))


def n_label(measure: Measure) -> str:
    """The text key of the n column: a share's own denominator, else the dossiers received."""
    return "table.n_own" if measure.kind == "share" and measure.id != "on_time_share" else "table.n_received"


def n_of(measure: Measure, row: dict) -> float | None:
    return row["denominator"] if measure.kind == "share" else row["received"]


def rank_text(row: dict, language: str) -> str:
    """`12 (7–23)/148`; without an interval `12/148`."""
    return f"{rank_and_interval(row, language)}/{numbers.number(row['of'], language)}"


def rank_and_interval(row: dict, language: str) -> str:
    rank, low, high = (numbers.number(row[name], language) for name in ("rank", "rank_low", "rank_high"))
    return f"{rank} ({low}–{high})" if row["rank_low"] is not None else rank


def plain_rank(row: Mapping[str, Any], language: str) -> str:
    """The rank by value alone, `12/148`: for where likely ranks stand beside it."""
    return f"{numbers.number(row['rank'], language)}/{numbers.number(row['of'], language)}"


def unranked(say: Speaker, measure: Measure, row: Mapping[str, Any]) -> str:
    """Why a unit with a figure has no rank: its whole group has the same figure, or it has too few dossiers."""
    return say("table.all_alike" if is_alike(row, measure) else "table.too_few")


def movement(view: View, row: Mapping[str, Any], measure: Measure) -> str:
    """Expected places won or lost since the period before, with the cause as a tooltip. Markup.

    `row`: of `store.moves.with_moves`. No arrow and no cause where the unit's own result did not clearly change the
    same way (`moved_clearly`).
    """
    if row["change"] is None or row["rank"] is None:
        return numbers.MISSING
    words = movement_words(view, row, measure)
    if moved_clearly(row, measure):
        places = expected_places(row)
        shown, style = f"{'▲' if places > 0 else '▼'} {numbers.number(abs(places), view.language)}", "gd-move"
    else:
        shown, style = escape(view.say("move.unclear")), "gd-move gd-unclear"
    return f'<abbr class="{style}" title="{escape(words)}" aria-label="{escape(words)}">{shown}</abbr>'


def expected_places(row: Mapping[str, Any]) -> int:
    """The expected places won, as the difference of both expected ranks as they are shown."""
    return int(numbers.rounded(row["expected_before"]) - numbers.rounded(row["expected_now"]))


def moved_clearly(row: Mapping[str, Any], measure: Measure) -> bool:
    """Whether a unit's expected place changed, and its own result clearly changed the same way."""
    better, worse = ("fell", "rose") if measure.direction == "lower" else ("rose", "fell")
    if row["clear"] not in (better, worse) or row["expected_before"] is None:
        return False
    places = expected_places(row)
    return places != 0 and row["clear"] == (better if places > 0 else worse)


def movement_words(view: View, row: Mapping[str, Any], measure: Measure) -> str:
    """`Hạng dự kiến 80 → 66: do chính đơn vị +9, do đơn vị khác +5, do thay đổi danh sách 0`; of an unclear change,
    that it is one. The parts add up as they are shown."""
    if not moved_clearly(row, measure):
        change = numbers.signed(row["change"], view.language, measure.decimals)
        return view.say("move.unclear.why", change=change)
    own, membership = (int(numbers.rounded(row[f"expected_{name}"])) for name in ("own", "membership"))
    shown = {"own": own, "others": expected_places(row) - own - membership, "membership": membership}
    parts = {name: numbers.signed(places, view.language) for name, places in shown.items()}
    before, now = (numbers.number(row[name], view.language) for name in ("expected_before", "expected_now"))
    return view.say("move.clear", before=before, now=now, **parts)


def quality_words(view: View, quality: str | None) -> list[str]:
    """The remarks of source and reference data on a figure, in words where they are known."""
    marks = [mark.strip() for mark in (quality or "").split(";") if mark.strip()]
    return [_mark_in_words(view, mark) for mark in marks]


def derived_words(view: View, quality: str | None) -> list[str]:
    """That a figure is a difference of periods, and of which, or that it comes from a chart; nothing where neither."""
    marks = [mark.strip() for mark in (quality or "").split(";")]
    return [_mark_in_words(view, mark) for mark in marks if mark.partition(":")[0] in (DERIVED, MONTHLY_CHART)]


def petition_words(say: Speaker, quality: str | None) -> list[str]:
    """On how many petitions a score rests; nothing where it rests on none of them, or that is not known."""
    found = re.search(r"(?:^|; *)(no_petitions|petitions: *(\d+))(?: *;|$)", quality or "")
    if not found:
        return []
    return [petition_count(say, int(found[2] or 0))]


def petition_count(say: Speaker, n: float) -> str:
    """`dựa trên 3 phản ánh`; with none, that there was none."""
    key = {0: "petitions.n.none", 1: "petitions.n.one"}.get(int(n), "petitions.n")
    return say(key, n=numbers.number(n, say.language))


def sum_words(view: View, quality: str | None) -> list[str]:
    """That a province's figure is the sum of its units, and of how many; nothing where it is its own."""
    marks = [mark.strip() for mark in (quality or "").split(";")]
    return [_mark_in_words(view, mark) for mark in marks if _SUMMED.fullmatch(mark)]


def _mark_in_words(view: View, mark: str) -> str:
    code, _, said = mark.partition(":")
    if found := _SUMMED.fullmatch(mark):
        n, of, departments = (numbers.number(int(part or 0), view.language) for part in found.groups())
        key = "with_departments" if found[3] else "communes"
        return view.say(f"quality.summed_from_units.{key}", n=n, of=of, departments=departments)
    if code == DERIVED and not said:
        return view.say("quality.derived.any")
    if code == DERIVED:
        whole, *others = (numbers.period(parse(name), view.language) for name in said.strip().split(" - "))
        return view.say("quality.derived", whole=whole, others=", ".join(others))
    return view.say(f"quality.{code.lower()}", said=said.strip()) if code.lower() in _QUALITIES else mark
