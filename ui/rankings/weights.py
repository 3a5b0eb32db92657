"""What if the six groups of Quyết định 766 weighed differently: sliders, both ranks, and which group moves them."""

from __future__ import annotations

from html import escape

import polars as pl
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from display.words import numbers, rankings
from display.words.selection import Selection
from display.words.view import View
from ranking import index_sensitivity
from ranking.index_sensitivity import GROUPS
from ranking.periods import Period
from ranking.states import ABSENT
from store import catalog
from store.reference import province_names
from store.weights import PUBLISHED, Weights, complete, group_scores, places_again
from ui.frame import links
from ui.frame.html import caption, show
from ui.parts import tables

PARAM = "w"
MOST = 40
ROWS = 200
_WIDE = ("ahead", "total")


def available(view: View, selection: Selection) -> bool:
    """Whether the selection is of the index and its six groups are all there for the same units and period."""
    if selection.measure.id not in ("index_766", *GROUPS):
        return False
    here = catalog.catalog(view.snapshot).filter(
        pl.col("level") == selection.level,
        pl.col("scope") == selection.scope,
        pl.col("basis") == selection.basis,
        pl.col("period_start") == selection.period.start,
        pl.col("period_end") == selection.period.end,
        pl.col("period_kind") == selection.period.kind,
    )
    return set(GROUPS) <= set(here.get_column("measure"))


@st.fragment
def panel(view: View, selection: Selection) -> None:
    """The whole panel; moving a slider draws only this panel again. `available` must hold."""
    with st.container(key="weights_panel"):
        st.warning(view.say("weights.warning"), icon=":material/warning:")
        weights = _sliders(view)
        scores = group_scores(view.snapshot, *_where(selection))
        whole = complete(scores)
        if not any(weights):
            st.info(view.say("weights.all_zero"), icon=":material/info:")
        elif whole.height < 2:
            st.info(view.say("weights.too_few", n=numbers.number(whole.height, view.language)), icon=":material/info:")
        else:
            _results(view, selection, weights)
        _missing(view, selection, scores)
        caption(rankings.source_line(view, selection, rankings.rows_of(view, selection)))


def parse(text: str | None) -> Weights:
    """The six weights that `written` wrote; the published ones where the text is none or nonsense."""
    parts = (text or "").split(",")
    if len(parts) != len(PUBLISHED) or not all(part.isascii() and part.isdecimal() for part in parts):
        return PUBLISHED
    weights = tuple(int(part) for part in parts)
    return weights if max(weights) <= MOST else PUBLISHED


def written(weights: Weights) -> str:
    """How the weights stand in the link: `18,20,12,10,18,22`."""
    return ",".join(str(weight) for weight in weights)


def _sliders(view: View) -> Weights:
    """Six sliders bound to one value in the link."""
    asked = links.asked().get(PARAM)
    weights = parse(asked)
    if asked and weights == PUBLISHED and written(PUBLISHED) != asked:
        links.missed(PARAM, asked, written(PUBLISHED))
    places = _places_for_sliders(view)
    for number, (group, weight) in enumerate(zip(GROUPS, weights, strict=True)):
        st.session_state[_widget(group)] = weight
        label = view.say("weights.slider", group=view.say(f"weights.group.{group}"), points=PUBLISHED[number])
        places[number].slider(label, 0, MOST, step=1, key=_widget(group), on_change=_take)
    links.remember(PARAM, written(weights), written(PUBLISHED))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            view.say("weights.reset"), icon=":material/restart_alt:", on_click=_reset, disabled=weights == PUBLISHED
        )
        if sum(weights) not in (0, 100):
            caption(view.say("weights.sum", sum=numbers.number(sum(weights), view.language)))
    return weights


def _places_for_sliders(view: View) -> list[DeltaGenerator]:
    """Two rows of three; on a phone one below the other."""
    if view.narrow:
        return [st.container()] * len(GROUPS)
    return [place for _ in range(2) for place in st.columns(3, gap="medium")]


def _widget(group: str) -> str:
    return f"chosen_{PARAM}_{group}"


def _take() -> None:
    weights = tuple(int(st.session_state[_widget(group)]) for group in GROUPS)
    links.put(**{PARAM: "" if weights == PUBLISHED else written(weights)})


def _reset() -> None:
    links.put(**{PARAM: ""})


def _where(selection: Selection) -> tuple[str, str, Period, str]:
    return selection.level, selection.basis, selection.period, selection.scope


def _results(view: View, selection: Selection, weights: Weights) -> None:
    rows = places_again(view.snapshot, *_where(selection), weights)
    show(f'<p class="gd-sentence">{escape(sentence(view, selection, rows, weights))}</p>')
    main, side = st.columns([3, 2], gap="medium")
    with main:
        show(table(view, selection, rows.head(ROWS)))
        if rows.height > ROWS:
            left = numbers.number(rows.height - ROWS, view.language)
            caption(view.say("weights.not_shown", shown=numbers.number(ROWS, view.language), rest=left))
        spread = numbers.number(100 * index_sensitivity.SPREAD, view.language)
        draws = numbers.number(index_sensitivity.DRAWS, view.language)
        caption(view.say("weights.reading", spread=spread, draws=draws))
    with side:
        st.subheader(view.say("weights.influence"), anchor=False)
        _influence(view, complete(group_scores(view.snapshot, *_where(selection))), weights)


def sentence(view: View, selection: Selection, rows: pl.DataFrame, weights: Weights) -> str:
    """How many units change their rank, and which one changes most."""
    count = numbers.number(rows.height, view.language)
    moved = rows.filter(pl.col("change") != 0)
    if weights == PUBLISHED:
        return view.say("weights.as_published", n=count)
    if moved.is_empty():
        return view.say("weights.none_moves", n=count)
    most = moved.sort(pl.col("change").abs(), descending=True, maintain_order=True).row(0, named=True)
    published, chosen = (numbers.number(most[name], view.language) for name in ("published", "chosen"))
    return view.say(
        "weights.moved",
        moved=numbers.number(moved.height, view.language),
        n=count,
        name=rankings.full_name(selection, most),
        published=published,
        chosen=chosen,
    )


def table(view: View, selection: Selection, rows: pl.DataFrame) -> str:
    """Both ranks of each unit side by side. Markup."""
    title = escape(view.say("weights.table"))
    head = f'<th scope="col">{escape(view.say(f"table.unit.{selection.level}"))}</th>'
    for name in ("published", "chosen", "change", "ahead", "total"):
        style = "gd-n gd-wide" if name in _WIDE else "gd-n"
        kind = "phone" if view.narrow and name not in _WIDE else "column"
        head += f'<th scope="col" class="{style}">{escape(view.say(f"weights.{kind}.{name}"))}</th>'
    body = "".join(_row(view, selection, row) for row in rows.iter_rows(named=True))
    return (
        f'<div class="gd-scroll gd-tall" tabindex="0" role="region" aria-label="{title}"><table class="gd-table">'
        f"<caption>{title}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _row(view: View, selection: Selection, row: dict) -> str:
    published, chosen, low, high = (
        numbers.number(row[name], view.language) for name in ("published", "chosen", "low", "high")
    )
    total = numbers.number(row["total"], view.language, 2)
    place = province_names().get(row["province_code"], "") if rankings.needs_place(selection) else ""
    under = f'<span class="gd-sub">{escape(place)}</span>' if place else ""
    return (
        f'<tr><th scope="row">{escape(row["name"])}{under}'
        f'<small class="gd-only-phone">{escape(view.say("weights.phone.total", total=total))}</small></th>'
        f'<td class="gd-n">{published}</td>'
        f'<td class="gd-n">{chosen} <span class="gd-interval">({low}–{high})</span></td>'
        f'<td class="gd-n">{_change(view, row["change"])}</td><td class="gd-n gd-wide">{_ahead(view, row)}</td>'
        f'<td class="gd-n gd-wide">{total}</td></tr>'
    )


def _ahead(view: View, row: dict) -> str:
    return numbers.MISSING if row["ahead"] is None else f"{numbers.number(100 * row['ahead'], view.language)} %"


def _change(view: View, places: int) -> str:
    """Places won or lost: a mark, a figure, and the words for those who do not see the mark."""
    key, mark = ("up", "▲") if places > 0 else ("down", "▼") if places < 0 else ("same", "=")
    figure = numbers.number(abs(places), view.language) if places else ""
    words = escape(view.say(f"weights.{key}", n=figure))
    return f'<abbr class="gd-{key}" title="{words}" aria-label="{words}">{mark} {figure}</abbr>'


def _influence(view: View, whole: pl.DataFrame, weights: Weights) -> None:
    if sum(weight > 0 for weight in weights) < 2:
        caption(view.say("weights.influence.one"))
        return
    moving = index_sensitivity.influence(whole.select(list(GROUPS)).to_numpy(), weights)
    show(f'<p class="gd-sentence">{escape(influence_in_words(view, moving))}</p>')
    headers = [view.say(f"weights.influence.{name}") for name in ("group", "weight", "change", "share")]
    rows = [_influence_row(view, row, sum(weights)) for row in moving.iter_rows(named=True)]
    page = {"page": "rankings", "measure": "index_766"}
    tables.shared_table(view, "influence", page, headers, rows, view.say("weights.influence"), (1, 2, 3))


def influence_in_words(view: View, moving: pl.DataFrame) -> str:
    """Which group moves ranks most, and which one with any weight moves none. `moving` as `influence` gives it."""
    first = moving.row(0, named=True)
    if first["mean_rank_change"] == 0:
        return view.say("weights.influence.nothing")
    words = view.say(
        "weights.influence.most",
        group=_in_sentence(view, first["group"]),
        places=_places(view, first["mean_rank_change"]),
    )
    still = moving.filter(pl.col("mean_rank_change") == 0, pl.col("weight") > 0).get_column("group").to_list()
    if not still:
        return words
    key = "still" if len(still) == 1 else "each_still"
    names = "; ".join(_in_sentence(view, group) for group in still)
    return f"{words} {view.say(f'weights.influence.{key}', groups=names)}"


def _in_sentence(view: View, group: str) -> str:
    name = view.say(f"weights.group.{group}")
    return name[0].lower() + name[1:]


def _influence_row(view: View, row: dict, weight_sum: int) -> list[str]:
    share = row["variance_share"]
    return [
        view.say(f"weights.group.{row['group']}"),
        numbers.number(row["weight"], view.language, 0 if weight_sum == 100 else 1),
        _places(view, row["mean_rank_change"]),
        numbers.number(None if share is None else 100 * share, view.language).replace("-", "−"),
    ]


def _places(view: View, change: float) -> str:
    """A mean number of places; what is little is never written as nothing."""
    if 0 < change < 0.05:
        return view.say("weights.less_than", limit=numbers.number(0.1, view.language, 1))
    return numbers.number(change, view.language, 1)


def _missing(view: View, selection: Selection, scores: pl.DataFrame) -> None:
    """The units that cannot be ranked, each with the groups that it misses and why."""
    without = scores.filter(pl.any_horizontal(pl.col(list(GROUPS)).is_null()))
    if without.is_empty():
        return
    title = view.say("weights.missing.title", n=numbers.number(without.height, view.language))
    st.subheader(title, anchor=False)
    headers = [view.say(f"table.unit.{selection.level}"), view.say("weights.missing.reason")]
    rows = [[rankings.full_name(selection, row), reason(view, row)] for row in without.head(ROWS).iter_rows(named=True)]
    tables.plain_table(headers, rows, title, figures=())
    if without.height > ROWS:
        caption(view.say("weights.missing.rest", rest=numbers.number(without.height - ROWS, view.language)))


def reason(view: View, row: dict) -> str:
    """Why a unit of `group_scores` cannot be ranked: `chưa có báo cáo (cả sáu nhóm)`."""
    groups_by_word: dict[str, list[str]] = {}
    for group in GROUPS:
        if row[group] is None:
            word = view.say(f"state.{row[f'{group}_state'] or ABSENT}")
            groups_by_word.setdefault(word, []).append(view.say(f"weights.group.{group}"))
    parts = [
        view.say(
            "weights.missing.because",
            word=word,
            groups=view.say("weights.all_groups") if len(groups) == len(GROUPS) else "; ".join(groups),
        )
        for word, groups in groups_by_word.items()
    ]
    return ", ".join(parts)
