"""The shortlist on the page: its filters, its table, and its files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import partial
from html import escape

import polars as pl
import streamlit as st

from display.portraits import questions, shortlist
from display.words import addresses, numbers
from display.words.view import View
from files import sheets
from files.sheets import Sheet
from journal import audit
from ranking.great_circle import distances_km
from ranking.periods import MERGER, local_day
from ranking.shortlist import PARTS
from ranking.vocabulary import COUNTRY
from store import catalog, reference, snapshot
from ui.frame import html, links
from ui.inspection import plan
from ui.parts import filters, unit_choice

PER_PAGE = 15
KINDS = {"xa": "xã", "phuong": "phường", "dac-khu": "đặc khu"}
_NEAR = ("all", "10", "20", "30", "50", "100")
_SINCE = "unvisited"
_BOTH = "both"


@dataclass(frozen=True)
class Chosen:
    """What the reader wants to see. `start`: the code of the unit that a trip begins at, or empty."""

    scope: str
    kind: str
    start: str
    near_km: float | None
    unvisited_since: date | None
    question: str
    both: bool = False


def row(view: View) -> Chosen:
    """Draw the filters in a row; all of them stand in the link."""
    button, boxes = filters.folding()
    with boxes:
        known = catalog.catalog(view.snapshot).filter(pl.col("level") == "commune", pl.col("of") > 0)
        if known.is_empty():
            raise snapshot.SnapshotTrouble(view.snapshot.manifest.dataset, "empty")
        scope = filters.scope(view, _own(view, known))
        kind = _of_kind(view)
        start = _start(view, scope)
        near = _near(view, start)
        since = _day(view, _SINCE)
        question = _question(view, scope)
    filters.unfold(view, button, _in_a_line(view, scope, kind))
    return Chosen(scope, kind, start, near, since, question)


def _own(view: View, known: pl.DataFrame) -> pl.DataFrame:
    """The scopes that the reader may ask questions in; SnapshotTrouble where the dataset holds none of them."""
    provinces = view.reader.within("questions")
    if provinces is None:
        return known
    own = known.filter(pl.col("scope").is_in(sorted(provinces)))
    if own.is_empty():
        raise snapshot.SnapshotTrouble(view.snapshot.manifest.dataset, "not_own")
    return own


def _of_kind(view: View) -> str:
    return links.select(
        view.say("more.kind"),
        "kind",
        ["all", *KINDS],
        "all",
        lambda code: view.say("more.all") if code == "all" else KINDS[code],
        width=130,
    )


def _start(view: View, scope: str) -> str:
    """Where the trip begins: a commune of the province, or one that the link names."""
    names = {} if scope == COUNTRY else unit_choice.communes(scope)
    asked = links.recalled("start")
    every = dict(reference.reference_table("units").select("code", "full_name").iter_rows())
    if asked in every and asked not in names:
        names = {asked: every[asked], **names}
    chosen = links.select(
        view.say("inspection.start"),
        "start",
        ["none", *names],
        "none",
        lambda code: names.get(code, view.say("inspection.start.none")),
        width=210,
    )
    return "" if chosen == "none" else chosen


def _near(view: View, start: str) -> float | None:
    """How far from the start; only where there is one."""
    near = links.select(
        view.say("inspection.near"),
        "near",
        _NEAR,
        "all",
        lambda code: view.say("more.all") if code == "all" else view.say("inspection.near.km", n=code),
        width=165,
        disabled=not start,
    )
    return float(near) if start and near != "all" else None


def _day(view: View, key: str) -> date | None:
    """A day bound to the link, as 2026-03-31; a text that is no day since the merger means none."""
    today = local_day(datetime.now(UTC))
    chosen = _day_in(links.recalled(key), today)
    st.session_state[f"chosen_{key}"] = chosen
    st.date_input(
        view.say("inspection.unvisited"),
        key=f"chosen_{key}",
        format="DD/MM/YYYY",
        on_change=_take_day,
        args=(key,),
        min_value=MERGER,
        max_value=today,
        width=190,
    )
    links.remember(key, chosen.isoformat() if chosen else "", "")
    return chosen


def _day_in(text: str, today: date) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if MERGER <= day <= today else None


def _take_day(key: str) -> None:
    day = st.session_state[f"chosen_{key}"]
    links.put(**{key: day.isoformat() if day else ""})


def _question(view: View, scope: str) -> str:
    known = questions.questions()
    raised = {part["name"] for parts in shortlist.scored(view.snapshot, scope)["parts"] for part in parts}
    options = [name for name in known if name in raised]
    chosen = links.select(
        view.say("inspection.question"),
        "question",
        ["all", *options],
        "all",
        lambda code: view.say("more.all") if code == "all" else known[code].short.in_language(view.language),
        width=250,
    )
    return "" if chosen == "all" else chosen


def _in_a_line(view: View, scope: str, kind: str) -> str:
    place = reference.scope_name(scope) or view.say("scope.country")
    return place if kind == "all" else f"{place} · {KINDS[kind]}"


def both_toggle(view: View, chosen: Chosen, rows: pl.DataFrame) -> Chosen:
    """The one click that leaves the units which are worse and getting worse, with how many there are."""
    known = shortlist.trends_known(view.snapshot, chosen.scope)
    on = known and links.choice(_BOTH, ("no", "yes"), "no") == "yes"
    st.session_state[f"chosen_{_BOTH}"] = on
    n = numbers.number(rows.filter(pl.col("both").list.len() > 0).height, view.language)
    label = view.say("inspection.both", n=n) if known else view.say("inspection.both.unknown")
    st.toggle(label, key=f"chosen_{_BOTH}", on_change=_take_both, disabled=not known)
    links.remember(_BOTH, "yes" if on else "no", "no")
    return replace(chosen, both=on)


def _take_both() -> None:
    links.put(**{_BOTH: "yes" if st.session_state[f"chosen_{_BOTH}"] else ""})


# --- rows


def rows_of(view: View, chosen: Chosen, last_days: Mapping[str, date]) -> pl.DataFrame:
    """The shortlist of a scope with `place` in it, `km` from the start and `visited_on`, filtered.

    `place` is a unit's place in the whole scope: filters shorten the list, they don't move anybody up.
    """
    found = shortlist.scored(view.snapshot, chosen.scope).with_columns(
        place=pl.col("score").rank("min", descending=True).cast(pl.Int64),
        visited_on=pl.col("unit_code").replace_strict(dict(last_days), default=None, return_dtype=pl.Date),
    )
    found = found.with_columns(km=_distances(chosen.start, found))
    return found.filter(_wanted(chosen))


def _distances(start: str, rows: pl.DataFrame) -> pl.Series:
    here = plan.place(start) if start else None
    if here is None:
        return pl.Series([None] * rows.height, dtype=pl.Float64)
    return pl.Series(distances_km(here.lat, here.lon, rows.get_column("seat_lat"), rows.get_column("seat_lon")))


def _wanted(chosen: Chosen) -> pl.Expr:
    wanted = pl.lit(True)
    if chosen.kind != "all":
        wanted &= pl.col("kind") == KINDS[chosen.kind]
    if chosen.near_km is not None:
        wanted &= pl.col("km") <= chosen.near_km
    if chosen.unvisited_since:
        wanted &= pl.col("visited_on").is_null() | (pl.col("visited_on") < chosen.unvisited_since)
    if chosen.question:
        name = pl.element().struct.field("name") == chosen.question
        wanted &= pl.col("parts").list.eval(name).list.any()
    return wanted


def leave_both(chosen: Chosen, rows: pl.DataFrame) -> pl.DataFrame:
    return rows.filter(pl.col("both").list.len() > 0) if chosen.both else rows


# --- the table


def table(view: View, chosen: Chosen, rows: pl.DataFrame, planned: list[str]) -> None:
    """A page of the shortlist; a link in each row puts the unit into the plan or takes it out."""
    last = max(1, -(-rows.height // PER_PAGE))
    page = links.page_number("page", last) if last > 1 else 1
    shown = rows.slice((page - 1) * PER_PAGE, PER_PAGE)
    most = shortlist.scored(view.snapshot, chosen.scope).select(pl.max("score")).item()
    title = escape(view.say("inspection.list"))
    heads = [
        ("gd-rank", "inspection.place"),
        ("", "table.unit.commune"),
        ("", "inspection.score"),
        ("gd-wide", "inspection.why"),
        ("gd-wide", "inspection.last"),
        ("", "inspection.plan_column"),
    ]
    head = "".join(f'<th scope="col" class="{style}">{escape(view.say(key))}</th>' for style, key in heads)
    body = "".join(_tr(view, chosen, row, float(most), planned) for row in shown.iter_rows(named=True))
    html.show(
        f'<div class="gd-scroll" tabindex="0" role="region" aria-label="{title}"><table class="gd-table gd-shortlist">'
        f"<caption>{title}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _tr(view: View, chosen: Chosen, row: dict, most: float, planned: list[str]) -> str:
    name = addresses.anchor(view, row["name"], "unit", unit=row["unit_code"])
    facts = [reference.province_name(row["province_code"])] if chosen.scope == COUNTRY else []
    if row["km"] is not None:
        facts.append(view.say("inspection.km", n=numbers.number(row["km"], view.language, 1)))
    sub = f'<span class="gd-sub">{escape(" · ".join(facts))}</span>' if facts else ""
    visited = _visited(view, row["visited_on"])
    said = view.say("inspection.last_on", day=visited) if row["visited_on"] else visited
    phone = f'<span class="gd-only-phone">{_why(view, row)}<span class="gd-sub">{escape(said)}</span></span>'
    return (
        f'<tr><td class="gd-rank">{numbers.number(row["place"], view.language)}</td>'
        f'<th scope="row">{name}{sub}{phone}</th><td class="gd-score">{_score(view, row, most)}</td>'
        f'<td class="gd-wide">{_why(view, row)}</td><td class="gd-wide">{escape(visited)}</td>'
        f"<td>{plan.switch(view, row['unit_code'], row['name'], planned)}</td></tr>"
    )


def _score(view: View, row: dict, most: float) -> str:
    """The figure, a bar of its three parts, and the parts in figures."""
    bar = "".join(f'<i class="gd-part-{part}" style="width:{100 * row[part] / most:.1f}%"></i>' for part in PARTS)
    words = " · ".join(
        view.say(f"inspection.part_short.{part}", n=numbers.number(row[part], view.language, 1))
        for part in PARTS
        if row[part]
    )
    figure = numbers.number(row["score"], view.language, 1)
    return (
        f'<span class="gd-row"><span class="gd-parts" aria-hidden="true">{bar}</span><b>{figure}</b></span>'
        f'<span class="gd-sub">{escape(words)}</span>'
    )


def _why(view: View, row: dict) -> str:
    """The questions by their short names, then the measures; markup."""
    lines = [f"<li>{escape(text)}</li>" for text in reasons(view, row)]
    return f'<ul class="gd-why">{"".join(lines)}</ul>'


def reasons(view: View, row: dict) -> list[str]:
    """Why a unit stands on the shortlist, in words: each question, then the measures. Plain text."""
    names: dict[str, list[str]] = {part: [] for part in PARTS}
    for part in row["parts"]:
        names[part["kind"]].append(part["name"])
    known, measures = questions.questions(), reference.measures()
    found = [known[name].short.in_language(view.language) for name in names["question"] if name in known]
    for kind in ("below", "worsening"):
        shorts = [measures[name].short.in_language(view.language) for name in names[kind]]
        found += [view.say(f"inspection.why.{kind}", measures=", ".join(shorts))] if shorts else []
    return found


def _visited(view: View, day: date | None) -> str:
    return view.say("inspection.never") if day is None else numbers.day(day, view.language)


# --- how the score is made


def about_score(view: View) -> None:
    """Every weight that the score is made of, as the files say."""
    weights, known = shortlist.weights(), questions.questions()
    lines = [
        (view.say("inspection.part.question"), q.short.in_language(view.language), q.weight) for q in known.values()
    ]
    for kind in ("below", "worsening"):
        for name, points in getattr(weights, kind).items():
            measure = reference.measures()[name].short.in_language(view.language)
            lines.append((view.say(f"inspection.part.{kind}"), measure, points))
    html.caption(view.say("inspection.score.about"))
    body = "".join(
        f'<tr><th scope="row">{escape(part)}</th><td>{escape(name)}</td>'
        f'<td class="gd-n">{numbers.number(points, view.language, 1)}</td></tr>'
        for part, name, points in lines
    )
    heads = "".join(
        f'<th scope="col" class="{style}">{escape(view.say(key))}</th>'
        for style, key in (("", "inspection.part"), ("", "inspection.part.what"), ("gd-n", "inspection.part.most"))
    )
    html.show(
        '<div class="gd-scroll"><table class="gd-table">'
        f"<caption>{escape(view.say('inspection.score.title'))}</caption>"
        f"<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>"
    )


# --- files


def downloads(view: View, chosen: Chosen, rows: pl.DataFrame) -> None:
    """The whole filtered list as CSV and as Excel."""
    name = f"gan-dan_kiem-tra_{chosen.scope}_{view.snapshot.manifest.dataset}"
    titles = (view.say("inspection.list"), view.say("download.sheet.about"))
    excel = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    files: dict[str, tuple[str, Callable[[], bytes]]] = {
        "csv": ("text/csv", partial(_csv, view, chosen, rows)),
        "xlsx": (excel, partial(_excel, view, chosen, rows, titles)),
    }
    with st.container(horizontal=True, gap="small"):
        for ending, (kind, make) in files.items():
            content = audit.noted(view.reader, f"{name}.{ending}", make)
            st.download_button(
                view.say(f"download.{ending}"),
                content,
                f"{name}.{ending}",
                kind,
                icon=":material/download:",
                on_click="ignore",
                key=f"shortlist_{ending}",
            )


def _csv(view: View, chosen: Chosen, rows: pl.DataFrame) -> bytes:
    made = sheet(view, chosen, rows)
    return sheets.to_csv(made.headers, made.rows)


def _excel(view: View, chosen: Chosen, rows: pl.DataFrame, titles: tuple[str, str]) -> bytes:
    return sheets.to_excel(sheet(view, chosen, rows), titles)


def sheet(view: View, chosen: Chosen, rows: pl.DataFrame) -> Sheet:
    """The list as on screen, with its parts in columns of their own."""
    headers = ["place", "unit_code", "name", "province", "score", *PARTS, "reasons", "last_visit", "distance_km"]
    nature = "mô phỏng" if view.snapshot.manifest.nature == "simulated" else view.snapshot.manifest.nature
    table = [
        (
            *(row["place"], row["unit_code"], row["name"], reference.scope_name(row["province_code"])),
            *(float(numbers.rounded(row[part], 2)) for part in ("score", *PARTS)),
            "; ".join(reasons(view, row)),
            row["visited_on"].isoformat() if row["visited_on"] else None,
            None if row["km"] is None else float(numbers.rounded(row["km"], 1)),
            nature,
        )
        for row in rows.iter_rows(named=True)
    ]
    notes = [
        (view.say("filters.scope"), reference.scope_name(chosen.scope) or view.say("scope.country")),
        (view.say("shell.dataset"), f"{view.say(f'dataset.{view.snapshot.manifest.dataset}')}"),
        (view.say("inspection.score"), view.say("inspection.score.about")),
        (view.say("inspection.km_note.name"), view.say("inspection.km_note")),
    ]
    return Sheet([*headers, "nature"], table, notes)
