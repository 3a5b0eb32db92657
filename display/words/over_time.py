"""What a place's figures over time say in words: its sentence, its periods and every figure as a table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from html import escape

import polars as pl

from display.words import bring_in, marks, numbers, rankings
from display.words.view import View
from ranking.measures import Measure
from ranking.periods import Period
from ranking.states import REPORTED
from ranking.stretches import DERIVED
from ranking.vocabulary import COUNTRY
from store import opening, reference
from store.months import is_month, latest_series, series

_IN_A_SENTENCE = 4


def headline(view: View, measure: Measure, scope: str, at: str | None = None) -> str:
    """`Phú Thọ, gồm cả sở, ngành: tỷ lệ hồ sơ nộp trực tuyến (theo biểu II.06) 95,7 % tháng 8/2026`.

    Of the period `at`, else of the one that pages open on, and a year before by the same rules where that is known;
    the page's plain title where nothing is.
    """
    own = _shown(view, measure, scope, at)
    if own is None:
        return title(view, measure)
    place = reference.scope_name(scope)
    words = view.say(
        "time.headline",
        place=view.say("time.headline.place", place=place) if place else view.say("scope.country"),
        phrase=rankings.phrase(view, measure, own["basis"]),
        value=numbers.with_unit(own["value"], measure, view.language),
        period=_period_words(view, own),
    )
    before = _a_year_before(view, measure, scope, own)
    if before is None:
        return words
    value = numbers.with_unit(before["value"], measure, view.language)
    return view.say("time.headline.before", now=words, value=value)


def title(view: View, measure: Measure) -> str:
    return view.say("time.title", measure=measure.name.in_language(view.language))


def named_sentence(view: View, measure: Measure, scope: str, at: str | None = None, units: Sequence[str] = ()) -> str:
    """What the page shows, and the sentence. Markup."""
    label = f'<span class="gd-wide-only">{escape(title(view, measure))}.</span>'
    return f"{label} {sentence(view, measure, scope, at, units)}"


def _a_year_before(view: View, measure: Measure, scope: str, row: dict) -> dict | None:
    if row["period_kind"] != "month":
        return None
    month = row["period_start"].replace(year=row["period_start"].year - 1)
    same = (pl.col(name) == row[name] for name in ("series", "basis", "period_kind"))
    found = _known(view, measure, scope).filter(*same, pl.col("period_start") == month)
    return found.row(0, named=True) if found.height else None


def sentence(view: View, measure: Measure, scope: str, at: str | None = None, units: Sequence[str] = ()) -> str:
    """The value of the place in the period `at`, else in the one that pages open on, its course up to then, and the
    country's and those of chosen communes beside it. Markup."""
    say = view.say
    own = _shown(view, measure, scope, at)
    if own is None:
        place = reference.scope_name(scope) or say("scope.country")
        return escape(say("time.no_value", place=place, measure=measure.short.in_language(view.language)))
    place = reference.scope_name(scope) or say("scope.country")
    whole = "" if scope == COUNTRY else f" ({say('level.whole_province.short')})"
    text = _latest_words(view, measure, own, f"{place}{whole}")
    text += _course(view, measure, scope)
    country = _shown(view, measure, COUNTRY, at) if scope != COUNTRY else None
    if country:
        text += " " + escape(
            say(
                "time.country",
                value=numbers.with_unit(country["value"], measure, view.language),
                period=_period_words(view, country),
            )
        )
    text += "".join(f" {_of_unit(view, measure, code, own)}" for code in units)
    if view.snapshot.manifest.nature == "simulated":
        text += f" <b>{escape(say('rankings.simulated'))}</b>"
    return text


def _of_unit(view: View, measure: Measure, code: str, beside: dict) -> str:
    """The value of a commune in the period of the row `beside`, else in its own last one. Markup."""
    name = reference.reference_table("units").filter(pl.col("code") == code).item(0, "full_name")
    rows = series(view.snapshot, measure.id, "commune", (code,)).drop_nulls("value").sort("period_end", descending=True)
    found = list(rows.iter_rows(named=True))
    if not found:
        words = view.say("time.unit.none", measure=measure.short.in_language(view.language))
    else:
        row = next((row for row in found if _id(row) == _id(beside)), found[0])
        value = numbers.with_unit(row["value"], measure, view.language)
        words = view.say("time.unit", value=value, period=_period_words(view, row))
    return f"<b>{escape(name)}</b>: {escape(words)}"


def _course(view: View, measure: Measure, scope: str) -> str:
    """The last whole months, and what is known of the time before or after them, each in its own words. Markup."""
    level = "country" if scope == COUNTRY else "province"
    rows = series(view.snapshot, measure.id, level, (scope,)).drop_nulls("value")
    pieces = apart(rows).tail(_IN_A_SENTENCE)
    if pieces.height < 2:
        return ""
    said = [_piece(view, measure, row) for row in pieces.iter_rows(named=True)]
    return " " + escape(view.say("time.course", pieces=", ".join(said)))


def _piece(view: View, measure: Measure, row: dict) -> str:
    words = f"{_period_words(view, row)} {numbers.with_unit(row['value'], measure, view.language)}"
    return f"{words} ({view.say('time.derived')})" if (row["quality"] or "").startswith(DERIVED) else words


def apart(rows: pl.DataFrame) -> pl.DataFrame:
    """The months of one place under its latest rules, and the closed longer periods that overlap none of them."""
    if rows.is_empty():
        return rows
    rows = latest_series(rows).with_columns(days=pl.col("period_end") - pl.col("period_start"), month=is_month())
    kept: list[tuple[date, date]] = []
    places = []
    for place, row in enumerate(rows.sort("days", "period_start").iter_rows(named=True)):
        free = all(row["period_end"] < start or end < row["period_start"] for start, end in kept)
        if free and (row["month"] or row["period_kind"] != "to_date"):
            kept.append((row["period_start"], row["period_end"]))
            places.append(place)
    return rows.sort("days", "period_start")[places].sort("period_start").drop("days", "month")


def _latest_words(view: View, measure: Measure, row: dict, place: str) -> str:
    value = numbers.with_unit(row["value"], measure, view.language)
    words = view.say(
        "time.latest", value=value, period=_period_words(view, row), basis=view.say(f"basis.{row['basis']}")
    )
    return f"<b>{escape(place)}</b>: {escape(words)}"


def _period_words(view: View, row: dict) -> str:
    period = Period(row["period_start"], row["period_end"], row["period_kind"])
    return numbers.period_in_sentence(period, view.language)


def _shown(view: View, measure: Measure, scope: str, at: str | None) -> dict | None:
    rows = _known(view, measure, scope).iter_rows(named=True)
    found = list(rows)
    return next((row for row in found if _id(row) == at), found[0] if found else None)


def _known(view: View, measure: Measure, scope: str) -> pl.DataFrame:
    """The periods of a place with a value, that which pages open on first."""
    level = "country" if scope == COUNTRY else "province"
    rows = series(view.snapshot, measure.id, level, (scope,)).drop_nulls("value")
    return opening.of_unit(rows, opening.opening(view.snapshot, "province", COUNTRY, measure.id))


def periods(view: View, measure: Measure, scope: str) -> list[str]:
    """The periods that `sentence` can speak of, that which pages open on first."""
    return list(dict.fromkeys(_id(row) for row in _known(view, measure, scope).iter_rows(named=True)))


def _id(row: dict) -> str:
    return Period(row["period_start"], row["period_end"], row["period_kind"]).id


def known_values(view: View, measure: Measure, scope: str, units: Sequence[str] = ()) -> list[list[str]]:
    """Every period of the chosen communes, the province and the country in words, the latest first: the chart as a
    table."""
    rows = [series(view.snapshot, measure.id, "country", (COUNTRY,))]
    if scope != COUNTRY:
        rows.append(series(view.snapshot, measure.id, "province", (scope,)))
    table = pl.concat(rows).sort("level", "period_end", "period_start", descending=[True, True, False])
    own = [series(view.snapshot, measure.id, "commune", (code,)) for code in units]
    chosen = pl.concat([table.clear(), *(rows.sort("period_end", descending=True) for rows in own)])
    return [_point_notes(view, measure, row) for row in pl.concat([chosen, table]).iter_rows(named=True)]


def _point_notes(view: View, measure: Measure, row: dict) -> list[str]:
    place = _place(view, row)
    silence = "" if row["state"] == REPORTED else view.say("state." + row["state"])
    return [
        place,
        numbers.period(Period(row["period_start"], row["period_end"], row["period_kind"]), view.language),
        silence or numbers.with_unit(row["value"], measure, view.language),
        numbers.number(row["denominator"], view.language),
        ", ".join([view.say(f"basis.{row['basis']}"), *marks.derived_words(view, row["quality"])]),
    ]


def _place(view: View, row: dict) -> str:
    if row["level"] == "commune":
        units = reference.reference_table("units")
        name: str = units.filter(pl.col("code") == row["unit_code"]).item(0, "full_name")
        return name
    return reference.scope_name(row["unit_code"]) or view.say("scope.country")


def values_in_a_line(view: View, scope: str, measure: str) -> str:
    place = reference.scope_name(scope) or view.say("scope.country")
    return f"{place} · {reference.measures()[measure].short.in_language(view.language)}"


def no_communes(view: View) -> str:
    """Why no commune's curve is there and how to bring it in. Markup."""
    return bring_in.line(view, view.say("time.no_communes.text"), ["form", "dossiers"])


def source_line(view: View) -> str:
    manifest = view.snapshot.manifest
    return view.say(f"nature.{manifest.nature}", captured=numbers.local_date(manifest.captured_at, view.language)) + "."
