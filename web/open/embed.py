"""`/embed/…`: one table or one unit as a small page of its own, for an iframe; no script, no other request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from html import escape
from urllib.parse import urlencode

import polars as pl
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from display.drawing.palette import LIGHT
from display.words import bands, marks, numbers
from display.words.text import Speaker
from ranking.collation import by_name
from ranking.measures import Measure
from ranking.periods import Period
from ranking.states import SUPPRESSED
from ranking.vocabulary import COUNTRY, PERIOD_COLUMNS
from store import opening, public, standings
from store.policy import policy
from store.reference import measures, scope_name
from store.snapshot import Snapshot
from web.open.query import Problem, checked, conditions, snapshot_of

_HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors *",
    "cache-control": "public, max-age=300",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}
_STYLE = f"""
body{{margin:0;padding:12px;font:14px/1.45 "Be Vietnam Pro",system-ui,sans-serif;color:{LIGHT.ink};
background:{LIGHT.ground}}}
h1{{font-size:16px;margin:0 0 2px}}p{{margin:4px 0;color:{LIGHT.quiet};font-size:12px}}
.note{{color:{LIGHT.ink};background:#FBF1DC;border-left:3px solid {LIGHT.warning};padding:4px 8px}}
table{{border-collapse:collapse;width:100%}}caption{{text-align:left;font-size:12px;color:{LIGHT.quiet}}}
th,td{{text-align:left;padding:5px 6px;border-bottom:1px solid {LIGHT.line};font-weight:400;vertical-align:top}}
thead th{{font-size:12px;color:{LIGHT.quiet}}}td svg{{display:block}}a{{color:{LIGHT.accent}}}
"""
_UNIT_MEASURES = ("on_time_share", "online_filing_share", "online_payment_share", "handling_satisfaction", "index_766")
_RANKING = ("dataset", "snapshot", "province", "measure", "period", "basis", "lang")
_UNIT = ("dataset", "snapshot", "unit", "period", "lang")


async def ranking(request: Request) -> Response:
    return await _page(request, _RANKING, _ranking)


async def unit(request: Request) -> Response:
    return await _page(request, _UNIT, _one_unit)


ROUTES = [Route("/embed/ranking", ranking), Route("/embed/unit", unit)]


async def _page(request: Request, allowed: tuple[str, ...], draw: Callable[[dict[str, str]], str]) -> Response:
    try:
        query = checked(request.query_params.multi_items(), allowed)
        body = await run_in_threadpool(draw, query)
    except Problem as problem:
        say = Speaker("en" if request.query_params.get("lang") == "en" else "vi")
        words = say("open.trouble", detail=f"{problem.title}. {problem.detail}")
        return HTMLResponse(_document(say.language, f"<p>{escape(words)}</p>"), problem.status, _HEADERS)
    return HTMLResponse(body, headers=_HEADERS)


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
    rows = rows.join(standings.unit_names(snapshot, level), on="unit_code", how="left").sort(
        "rank", by_name(), nulls_last=True
    )
    place = scope_name(scope) or say("scope.country")
    head: tuple[str, ...] = (
        say("open.column.unit"),
        measure.short.in_language(say.language),
        say("table.band"),
        say("open.column.rank"),
    )
    top = measure.max_score or (100.0 if measure.kind == "share" else rows.select(pl.max("value")).item())
    body: list[tuple[str, ...]] = [
        (escape(row["name"] or row["unit_code"]), *_figures(row, measure, say, top))
        for row in rows.iter_rows(named=True)
    ]
    title = say("open.title", measure=measure.name.in_language(say.language), place=place)
    link = {"province": scope, "level": level, "measure": measure.id}
    return _document(say.language, _whole(say, snapshot, title, rows, (head, body), ("xep-hang", link)))


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
    names = standings.unit_names(snapshot, rows.item(0, "level")).filter(pl.col("unit_code") == code)
    parts = [_first(snapshot, rows.filter(pl.col("measure") == name)) for name in _UNIT_MEASURES]
    rows = pl.concat([part for part in parts if part.height])
    head = (say("open.column.measure"), say("open.column.value"), say("table.band"), say("open.column.rank"))
    body = [_measure_row(row, say) for row in rows.iter_rows(named=True)]
    name = names.item(0, "name") if names.height else code
    place = scope_name(rows.item(0, "scope")) or say("scope.country")
    return _document(
        say.language, _whole(say, snapshot, f"{name}, {place}", rows, (head, body), ("don-vi", {"unit": code}))
    )


def _measure_row(row: dict, say: Speaker) -> tuple[str, ...]:
    measure = measures()[row["measure"]]
    period = Period(row["period_start"], row["period_end"], row["period_kind"])
    words = f"{measure.short.in_language(say.language)} ({numbers.period_in_sentence(period, say.language)})"
    return escape(words), *_figures(row, measure, say, measure.max_score or 100.0)


def _first(snapshot: Snapshot, rows: pl.DataFrame) -> pl.DataFrame:
    """Of the rows of one measure those of the period, rules and basis that pages open on, else of the first of them."""
    if rows.is_empty():
        return rows
    level, scope, measure = rows.select("level", "scope", "measure").row(0)
    bases = rows.get_column("basis").unique()
    basis = bases.item() if bases.len() == 1 else None
    found = opening.opening(snapshot.seen_in(frozenset()), level, scope, measure, basis)
    cell = opening.of_unit(rows, found).select(*PERIOD_COLUMNS, "series", "basis")
    rows = rows.join(cell.head(1), on=cell.columns, how="semi", maintain_order="left")
    return rows.join(_remarks(snapshot, rows), on="unit_code", how="left", maintain_order="left")


def _remarks(snapshot: Snapshot, rows: pl.DataFrame) -> pl.DataFrame:
    """What the source says of the figures of one measure, period, basis and rules: `unit_code`, `quality`."""
    cell = ("level", "measure", "basis", "series", *PERIOD_COLUMNS)
    first = zip(cell, rows.select(cell).row(0), strict=True)
    same = [pl.col(name) == value for name, value in first if name != "series"]
    told = public.measurements(snapshot, *same, pl.col("field") == "all").rows
    return told.filter(pl.col("series") == rows.item(0, "series")).select("unit_code", "quality")


def _figures(row: dict, measure: Measure, say: Speaker, top: float | None) -> tuple[str, str, str]:
    """Value with its interval, band, range of ranks; as markup. A rank never stands without its range."""
    if row["value"] is None:
        withheld = row["state"] == SUPPRESSED
        words = policy().shown_instead(say.language) if withheld else say(f"state.{row['state']}")
        return escape(words), "", ""
    rests = "".join(f"<br>{escape(words)}" for words in marks.petition_words(say, row["quality"]))
    value = escape(numbers.with_unit(row["value"], measure, say.language))
    band = escape(bands.marked(say, measure, row["band"])) if row["band"] else ""
    low, high, of = (numbers.number(row[name], say.language) for name in ("rank_low", "rank_high", "of"))
    ranks = escape(say("open.rank_range", low=low, high=high, of=of)) if row["rank_low"] is not None else ""
    return value + _bar(row, measure, say, top) + rests, band, ranks


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
    table: tuple[tuple[str, ...], list[tuple[str, ...]]],
    onward: tuple[str, Mapping[str, str]],
) -> str:
    """Title, table, source line and link; the cells of the table are markup already."""
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in table[0])
    cells = partial(map, "<td>{}</td>".format)
    body = "".join(f'<tr><th scope="row">{row[0]}</th>{"".join(cells(row[1:]))}</tr>' for row in table[1])
    nature = snapshot.manifest.nature
    note = f'<p class="note" role="note">{escape(say("open.simulated"))}</p>' if nature == "simulated" else ""
    path, choices = onward
    query = {"dataset": snapshot.manifest.dataset, "lang": say.language, **choices}
    link = f'<a href="/{path}?{escape(urlencode(query))}" target="_blank" rel="noopener">{escape(say("open.more"))}</a>'
    return (
        f"<h1>{escape(title)}</h1>{note}<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        f"<p>{escape(_source(say, snapshot, rows))} {escape(say('open.snapshot', snapshot=snapshot.manifest.id))}</p>"
        f"<p>Gần Dân · CC BY 4.0 · {link}</p>"
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


def _document(language: str, body: str) -> str:
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>Gần Dân</title>'
        '<meta name="viewport" content="width=device-width"><meta name="robots" content="noindex">'
        f"<style>{_STYLE}</style></head><body>{body}</body></html>"
    )
