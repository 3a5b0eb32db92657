"""`/embed/…`: one table or one unit as a small page of its own, for an iframe; no script, no other request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from html import escape
from urllib.parse import urlencode

import polars as pl
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from display.drawing.palette import LIGHT
from display.drawing.place_cells import place_cell, rank_whisker, row_mark
from display.drawing.place_figure import place_figure, style
from display.words import bands, chances, findings, marks, numbers, places, rankings
from display.words.selection import Selection
from display.words.text import Speaker
from display.words.view import View
from ranking.collation import by_name
from ranking.measures import Measure
from ranking.periods import Period
from ranking.states import SUPPRESSED
from ranking.tiers import FILLED
from ranking.vocabulary import COUNTRY, PERIOD_COLUMNS
from ranking.windows import USUAL
from store import opening, public, standings
from store import places as store_places
from store.access.rules import PUBLIC
from store.policy import policy
from store.reference import measures, scope_name
from store.snapshot import Snapshot
from web.open.embed_page import document, more, note, page
from web.open.query import Problem, conditions, snapshot_of

_OPEN_ROWS = 12
"""So many rows stand open below a picture."""
_UNIT_MEASURES = ("on_time_share", "online_filing_share", "online_payment_share", "handling_satisfaction", "index_766")
_RANKING = ("dataset", "snapshot", "province", "measure", "period", "basis", "lang")
_UNIT = ("dataset", "snapshot", "unit", "period", "lang")


async def ranking(request: Request) -> Response:
    return await page(request, _RANKING, _ranking)


async def unit(request: Request) -> Response:
    return await page(request, _UNIT, _one_unit)


ROUTES = [Route("/embed/ranking", ranking), Route("/embed/unit", unit)]


def _ranking(query: dict[str, str]) -> str:
    """The communes of a province, or the provinces of the country, in one measure and period."""
    say, measure = _speaker(query), measures()[query.get("measure", "on_time_share")]
    snapshot, scope = snapshot_of(query), query.get("province", COUNTRY)
    level = "province" if scope == COUNTRY else "commune"
    here = [pl.col("level") == level, pl.col("scope") == scope, pl.col("measure") == measure.id]
    own: dict[str, str] = {name: query[name] for name in ("period", "basis") if name in query}
    rows = _first(snapshot, public.standings(snapshot, *here, *conditions(own)).rows)
    if rows.is_empty():
        raise Problem(404, "No figures", say("open.none"))
    rows = _named(snapshot, rows).sort("rank", by_name(), nulls_last=True)
    likely = places.of_rows(rows)
    head: tuple[str, ...] = (
        say("open.column.unit"),
        measure.short.in_language(say.language),
        say("table.band"),
        _place_head(say, likely),
    )
    top = measure.max_score or (100.0 if measure.kind == "share" else rows.select(pl.max("value")).item())
    body: list[tuple[str, tuple[str, ...]]] = [
        (
            row_mark(row["unit_code"]),
            (escape(row["name"]), *_figures(row, measure, say, top), _place(row, place, say)),
        )
        for row, place in zip(rows.iter_rows(named=True), likely.iter_rows(named=True), strict=True)
    ]
    title = _finding(say, snapshot, measure, rows)
    link = {"province": scope, "level": level, "measure": measure.id}
    picture = place_figure(say, measure, level, likely, simulated=snapshot.manifest.nature == "simulated")
    if not likely.get_column("expected").count():
        picture = _paragraph(places.known_sentence(say, rows))
    return document(say.language, _whole(say, snapshot, title, rows, (picture, head, body), ("xep-hang", link)))


def _finding(say: Speaker, snapshot: Snapshot, measure: Measure, rows: pl.DataFrame) -> str:
    """What the ranking comes to, as its page is headed, of what the public sees."""
    first = rows.row(0, named=True)
    period = Period(first["period_start"], first["period_end"], first["period_kind"])
    chosen = Selection(first["level"], first["scope"], measure, first["basis"], first["series"], period)
    view = View(say.language, say, snapshot.seen_in(frozenset()), LIGHT, reader=PUBLIC)
    return findings.headline(view, chosen, rankings.rows_of(view, chosen))


def _one_unit(query: dict[str, str]) -> str:
    """One unit in the measures that matter most, each in the period that pages open on."""
    say, snapshot = _speaker(query), snapshot_of(query)
    code = query.get("unit")
    if code is None:
        raise Problem(400, "Parameter missing", "unit: the code of a unit is needed")
    chosen = [pl.col("unit_code") == code, pl.col("measure").is_in(list(_UNIT_MEASURES))]
    own = {name: query[name] for name in ("period",) if name in query}
    rows = public.standings(snapshot, *chosen, *conditions(own)).rows
    rows = rows.filter((pl.col("scope") != COUNTRY) | (pl.col("level") == "province"))
    if rows.is_empty():
        raise Problem(404, "No figures", say("open.none"))
    parts = [_first(snapshot, rows.filter(pl.col("measure") == name)) for name in _UNIT_MEASURES]
    rows = _named(snapshot, pl.concat([part for part in parts if part.height]))
    likely = places.of_rows(rows)
    head = (say("open.column.measure"), say("open.column.value"), say("table.band"), say("open.column.place"))
    pairs = zip(rows.iter_rows(named=True), likely.iter_rows(named=True), strict=True)
    body = [("", _measure_row(row, place, say)) for row, place in pairs]
    name, place = rows.item(0, "name"), scope_name(rows.item(0, "scope")) or say("scope.country")
    table = (style(), head, body)
    return document(say.language, _whole(say, snapshot, f"{name}, {place}", rows, table, ("don-vi", {"unit": code})))


def _measure_row(row: dict, place: dict, say: Speaker) -> tuple[str, ...]:
    """A measure of one unit, with its place in a sentence, the months it comes from and how its error is known."""
    measure = measures()[row["measure"]]
    period = Period(row["period_start"], row["period_end"], row["period_kind"])
    words = f"{measure.short.in_language(say.language)} ({numbers.period_in_sentence(period, say.language)})"
    known = [places.window_words(say, place)] if place["window"] else []
    known += [places.known_words(say, row["known"])] if row["known"] else []
    told = (chances.unit_sentence(say, place), "; ".join(known))
    cell = _place(row, place, say) + "".join(map(_paragraph, told))
    return escape(words), *_figures(row, measure, say, measure.max_score or 100.0), cell


def _named(snapshot: Snapshot, rows: pl.DataFrame) -> pl.DataFrame:
    """With the `name` of each unit of one level; its code where it has none."""
    named = rows.join(
        standings.unit_names(snapshot, rows.item(0, "level")), on="unit_code", how="left", maintain_order="left"
    )
    return named.with_columns(pl.coalesce("name", "unit_code").alias("name"))


def _first(snapshot: Snapshot, rows: pl.DataFrame) -> pl.DataFrame:
    """Of the rows of one measure those of the period, rules and basis that pages open on, else of the first of them."""
    if rows.is_empty():
        return rows
    level, scope, measure = rows.select("level", "scope", "measure").row(0)
    bases = rows.get_column("basis").unique()
    basis = bases.item() if bases.len() == 1 else None
    found = opening.opening(snapshot.seen_in(frozenset()), level, scope, measure, basis)
    cell = opening.of_unit(rows, found).select(*PERIOD_COLUMNS, "series", "basis")
    rows = _placed(snapshot, rows.join(cell.head(1), on=cell.columns, how="semi", maintain_order="left"))
    return rows.join(_remarks(snapshot, rows), on="unit_code", how="left", maintain_order="left")


def _placed(snapshot: Snapshot, rows: pl.DataFrame) -> pl.DataFrame:
    """With tiers and expected ranks among what is shown to the public, where the snapshot was published without."""
    if rows.get_column("expected_rank").count() or measures()[rows.item(0, "measure")].direction == "neutral":
        return rows
    found = store_places.likely(snapshot.seen_in(frozenset()), rows, USUAL)
    return rows.drop(FILLED).join(found, on="unit_code", how="left", maintain_order="left").select(rows.columns)


def _remarks(snapshot: Snapshot, rows: pl.DataFrame) -> pl.DataFrame:
    """What the source says of the figures of one measure, period, basis and rules: `unit_code`, `quality`."""
    cell = ("level", "measure", "basis", "series", *PERIOD_COLUMNS)
    first = zip(cell, rows.select(cell).row(0), strict=True)
    same = [pl.col(name) == value for name, value in first if name != "series"]
    told = public.measurements(snapshot, *same, pl.col("field") == "all").rows
    return told.filter(pl.col("series") == rows.item(0, "series")).select("unit_code", "quality")


def _figures(row: dict, measure: Measure, say: Speaker, top: float | None) -> tuple[str, str]:
    """Value with its interval, and band; as markup."""
    if row["value"] is None:
        withheld = row["state"] == SUPPRESSED
        words = policy().shown_instead(say.language) if withheld else say(f"state.{row['state']}")
        return escape(words), ""
    rests = "".join(f"<br>{escape(words)}" for words in marks.petition_words(say, row["quality"]))
    value = escape(numbers.with_unit(row["value"], measure, say.language))
    band = escape(bands.marked(say, measure, row["band"])) if row["band"] else ""
    return value + _bar(row, measure, say, top) + rests, band


def _place_head(say: Speaker, likely: pl.DataFrame) -> str:
    """The head of the column of places: over tiers the months they come from, else that it holds ranges of ranks."""
    known = likely.drop_nulls("window")
    if known.is_empty():
        return say("open.column.rank")
    return say("table.place", window=places.window_words(say, known.row(0, named=True)))


def _place(row: dict, place: dict, say: Speaker) -> str:
    """Tier, expected rank and likely ranks; where none are expected, the proven range. Markup: a rank never stands
    without its range."""
    if cell := place_cell(say, place):
        return cell + rank_whisker(say, place)
    if row["rank_low"] is None:
        return ""
    low, high, of = (numbers.number(row[name], say.language) for name in ("rank_low", "rank_high", "of"))
    return escape(say("open.rank_range", low=low, high=high, of=of))


def _paragraph(words: str) -> str:
    return f"<p>{escape(words)}</p>" if words else ""


def _bar(row: dict, measure: Measure, say: Speaker, top: float | None) -> str:
    """The value as a dot on its interval, from zero to the end of the scale."""
    if not top or row["value_low"] is None:
        return ""

    def place(value: float) -> float:
        return 4 + 112 * min(max(value / top, 0), 1)

    low, high = (numbers.number(row[end], say.language, measure.decimals) for end in ("value_low", "value_high"))
    words = escape(say("open.interval", low=low, high=high))
    return (
        f'<svg role="img" aria-label="{words}" viewBox="0 0 120 10" width="120" height="10"><title>{words}</title>'
        f'<path d="M4 5H116" stroke="{LIGHT.line}"/>'
        f'<path d="M{place(row["value_low"]):.1f} 5H{place(row["value_high"]):.1f}" stroke="{LIGHT.grey}" '
        f'stroke-width="4"/><circle cx="{place(row["value"]):.1f}" cy="5" r="3.5" fill="{LIGHT.accent}"/></svg>'
    )


def _whole(
    say: Speaker,
    snapshot: Snapshot,
    title: str,
    rows: pl.DataFrame,
    table: tuple[str, tuple[str, ...], Sequence[tuple[str, tuple[str, ...]]]],
    onward: tuple[str, Mapping[str, str]],
) -> str:
    """Title, what stands before the table, the table, source line and link.

    `table`: what stands before it, its heads, and of each row its attributes and cells; markup but for the heads.
    """
    before, heads, lines = table
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in heads)
    cells = partial(map, "<td>{}</td>".format)
    body = "".join(f'<tr{mark}><th scope="row">{row[0]}</th>{"".join(cells(row[1:]))}</tr>' for mark, row in lines)
    path, choices = onward
    query = {"dataset": snapshot.manifest.dataset, "lang": say.language, **choices}
    listed = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    if len(lines) > _OPEN_ROWS:  # the picture is what a reader came for; the rows are there for who wants them
        listed = f"<details><summary>{escape(say('table.show'))}</summary>{listed}</details>"
    return (
        f"<h1>{escape(title)}</h1>{note(say, snapshot)}{before}{listed}"
        f"<p>{escape(_source(say, snapshot, rows))} {escape(say('open.snapshot', snapshot=snapshot.manifest.id))}</p>"
        f"{more(say, f'/{path}?{urlencode(query)}')}"
    )


def _source(say: Speaker, snapshot: Snapshot, rows: pl.DataFrame) -> str:
    first = rows.row(0, named=True)
    period = Period(first["period_start"], first["period_end"], first["period_kind"])
    return say(
        f"source.{snapshot.manifest.nature}",
        basis=say(f"basis.{first['basis']}"),
        period=numbers.period_in_sentence(period, say.language),
        captured=numbers.local_date(snapshot.manifest.captured_at, say.language),
    )


def _speaker(query: Mapping[str, str]) -> Speaker:
    return Speaker(query.get("lang", "vi"))
