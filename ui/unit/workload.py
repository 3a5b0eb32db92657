"""How much work comes in: dossiers per working day and per 1,000 residents, beside the communes most like it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import polars as pl

from display.drawing import one_line, svg_images
from display.portraits import summary, summary_words
from display.portraits.summary import Row
from display.words import addresses, numbers
from display.words.view import View
from press.share.shareable import Listed
from ranking.peers import Likeness, reasons
from store import peers, standings, units
from store.peers import ENOUGH_PEERS
from store.reference import province_name, reference_table
from store.snapshot import Snapshot
from ui.frame import html
from ui.unit import sharing

MEASURES = ("received_per_day", "received_per_1000")


@dataclass(frozen=True)
class AgainstOthers:
    """A figure beside the quartiles of others, all in the unit of the measure.

    `n`: the others with a figure of the same period; they are the peers, or the province's other communes
    (`are_peers` False) where fewer than ten peers have one.
    """

    row: Row
    n: int
    are_peers: bool
    least: float
    quarter: float
    median: float
    three: float
    most: float

    @property
    def value(self) -> float:
        """The figure that stands beside the others'."""
        if self.row.value is None:
            raise ValueError(f"{self.row.measure.id}: a row without a figure stands beside nobody")
        return self.row.value

    @property
    def place(self) -> str:
        """`above` three quarters of the others, `below` them, or `within` the middle half."""
        if self.value > self.three:
            return "above"
        return "below" if self.value < self.quarter else "within"


def against_others(snapshot: Snapshot, code: str, row: Row) -> AgainstOthers | None:
    """A row of the summary beside its peers or its province; None where it or too few of the others have a figure."""
    if row.value is None:
        return None
    at: dict[str, object] = {"measure": row.measure.id, "basis": row.basis, "series": row.series}
    at |= {"period_start": row.period.start, "period_end": row.period.end, "period_kind": row.period.kind}
    others, are_peers = _values(summary.peer_values(snapshot, code, at), code), True
    if len(others) < ENOUGH_PEERS:
        province = units.known(code)["province_code"]
        rows = standings.ranking(snapshot, "commune", row.measure.id, row.basis, row.period, province)
        others, are_peers = _values(rows, code), False
    if len(others) < ENOUGH_PEERS:
        return None
    parts = [pl.col("value").quantile(part, "linear").alias(f"{part}") for part in (0, 0.25, 0.5, 0.75, 1)]
    return AgainstOthers(row, len(others), are_peers, *others.to_frame().select(parts).row(0))


def _values(rows: pl.DataFrame, code: str) -> pl.Series:
    return rows.filter(pl.col("unit_code") != code).get_column("value").drop_nulls()


def section(view: View, code: str) -> None:
    """One line per measure of workload, and who the peers are."""
    rows = [row for row in summary.rows(view.snapshot, code) if row.measure.id in MEASURES]
    if not rows:
        html.caption(_why_unknown(view, code))
        return
    html.show(f'<div class="gd-workload">{"".join(_card(view, code, row) for row in rows)}</div>')
    html.show(_peers(view, code))
    sharing.control(view, code, "workload", view.say("unit.workload.title"), lambda: _listed(view, code, rows))


def _listed(view: View, code: str, rows: Sequence[Row]) -> Listed:
    """Each measure with its value and where it stands among the others, in words."""
    body = []
    for row in rows:
        words, found = summary_words.row_words(view, row), against_others(view.snapshot, code, row)
        beside = sentence(view, code, found) if found else view.say("unit.workload.nobody")
        body.append([row.measure.name.in_language(view.language), words.value, words.period, beside])
    heads = [view.say(f"unit.workload.column.{name}") for name in ("measure", "value", "period", "beside")]
    return Listed(heads, body)


def _why_unknown(view: View, code: str) -> str:
    received = [row for row in summary.rows(view.snapshot, code) if row.measure.id == "received"]
    if not received:
        return view.say("unit.workload.unknown")
    words = summary_words.row_words(view, received[0])
    return view.say("unit.workload.silent", state=words.value, period=words.period)


def _card(view: View, code: str, row: Row) -> str:
    words, found = summary_words.row_words(view, row), against_others(view.snapshot, code, row)
    title = f"<dt>{escape(row.measure.name.in_language(view.language))}</dt>"
    value = f'<span class="{"gd-figure" if row.value is not None else "gd-silent"}">{escape(words.value)}</span>'
    note = f'<div class="gd-note">{escape(" · ".join([words.period, words.basis, *words.notes]))}</div>'
    if found is None:
        beside = f'<div class="gd-note">{escape(view.say("unit.workload.nobody"))}</div>'
    else:
        drawing = one_line.strip(
            found.value, (found.least, found.quarter, found.median, found.three, found.most), palette=view.palette
        )
        text = sentence(view, code, found)
        beside = f'{svg_images.image(drawing, "", "gd-strip")}<div class="gd-note">{escape(text)}</div>'
    return f'<dl class="gd-card">{title}<dd>{value}{beside}{note}</dd></dl>'


def sentence(view: View, code: str, found: AgainstOthers) -> str:
    """Where a figure stands among its peers, or in its province. Plain text."""
    measure, language = found.row.measure, view.language
    quarter, median, three = (
        numbers.number(end, language, measure.decimals) for end in (found.quarter, found.median, found.three)
    )
    province = province_name(units.known(code)["province_code"])
    others = (
        view.say("unit.workload.of_peers", n=found.n)
        if found.are_peers
        else view.say("unit.workload.of_province", n=found.n, province=province)
    )
    return view.say(f"unit.workload.{found.place}", others=others, median=median, quarter=quarter, three=three)


def _peers(view: View, code: str) -> str:
    """Who the peers are and what they have in common, folded. Markup."""
    codes = units.peer_codes(code)
    known = [units.known(peer) for peer in codes]
    links = ", ".join(
        f"{addresses.anchor(view, peer['full_name'], 'unit', unit=peer['code'])} "
        f"({escape(province_name(peer['province_code']))})"
        for peer in known
    )
    alike = reasons(reference_table("units"), code, peers.peers())
    title = escape(view.say("unit.workload.peers", n=len(codes)))
    return (
        f'<details class="gd-caption gd-fold"><summary>{title}</summary>'
        f"<p>{escape(_in_common(view, alike))}</p><p>{links}</p></details>"
    )


def _in_common(view: View, alike: Likeness) -> str:
    language = view.language
    parts = [view.say("unit.workload.same_kind")]
    if alike.population:
        low, high = (numbers.number(end, language) for end in alike.population)
        parts.append(view.say("unit.workload.population", low=low, high=high))
    if alike.area_km2:
        low, high = (numbers.number(end, language, 1) for end in alike.area_km2)
        parts.append(view.say("unit.workload.area", low=low, high=high))
    parts.append(view.say("unit.workload.border", n=alike.peers_on_land_border, of=alike.peers))
    if alike.on_fewer_facts:
        parts.append(view.say("unit.workload.fewer_facts"))
    return " ".join(parts)
