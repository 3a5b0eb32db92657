"""The summary of one commune in words, as its page, its printed brief and its exports write it."""

from __future__ import annotations

from dataclasses import dataclass

from display.portraits.summary import Row, rows
from display.words import bands, numbers, places
from display.words.marks import FEW, quality_words, unranked, withheld_words
from display.words.view import View
from ranking.states import SUPPRESSED


@dataclass(frozen=True)
class Words:
    """A row as it is read, in one language; an empty text where there is nothing to say.

    `place`: tier and expected rank; `rank`: the rank by itself, where no place is known. `known`: how the error of
    either is known.
    """

    measure: str
    basis: str
    period: str
    value: str
    interval: str
    n: str
    target: str
    variation: str
    assurance: str
    place: str
    rank: str
    known: str
    peers: str
    band: str
    notes: tuple[str, ...]


def row_words(view: View, row: Row) -> Words:
    """A row as the page, the brief and the exports write it."""
    say, language, measure = view.say, view.language, row.measure
    known = row.value is not None
    return Words(
        measure=measure.short.in_language(language),
        basis=say(f"basis.{row.basis}"),
        period=numbers.period(row.period, language),
        value=numbers.with_unit(row.value, measure, language) if known else say(f"state.{row.state}"),
        interval=_interval(row, language),
        n="" if row.n is None or measure.id == "received" else numbers.number(row.n, language),
        target=numbers.target_value(measure, language) if measure.target else "",
        variation=say(f"unit.variation.{row.variation}"),
        assurance=say(f"unit.assurance.{row.assurance}") if row.assurance else "",
        place=places.place_words(say, row.place) if row.is_placed else "",
        rank=rank_and_of(view, row) if row.rank is not None and not row.is_placed else "",
        known=_known_how(view, row),
        peers=f"{row.peer_rank}/{row.peer_of}" if row.peer_rank is not None else "",
        band=bands.marked(say, measure, row.band) if row.band else "",
        notes=tuple(_notes(view, row)),
    )


def rank_and_of(view: View, row: Row) -> str:
    """`12/148`."""
    return "/".join(numbers.number(n, view.language) for n in (row.rank, row.of))


def _known_how(view: View, row: Row) -> str:
    """How the error of a rank or band is known; that it is not, where it is good or bad to stand somewhere."""
    if row.rank is None or row.measure.direction == "neutral":
        return ""
    known = row.place["known"] if row.is_placed or row.band else None
    return places.known_words(view.say, known) if known else view.say("places.known.not")


def _interval(row: Row, language: str) -> str:
    """`93,1–95,8`, in the unit of the value beside it."""
    if row.value is None or row.low is None or row.high is None:
        return ""
    low, high = (numbers.number(end, language, row.measure.decimals) for end in (row.low, row.high))
    return f"{low}–{high}"


def _notes(view: View, row: Row) -> list[str]:
    """What must be read with the figure: how firm it is, how few dossiers, what its source doubts."""
    found = [view.say("rankings.provisional")] if row.provisional else []
    found += [withheld_words(view.say)] if row.state == SUPPRESSED else []
    if row.value is not None and row.rank is None:
        whole = row.n if row.measure.kind == "share" else None
        found.append(unranked(view.say, row.measure, {"value": row.value, "rank": None, "denominator": whole}))
    elif row.value is not None and row.n is not None and row.n < FEW and row.measure.kind != "count":
        found.append(view.say("table.few", n=numbers.number(row.n, view.language)))
    return found + quality_words(view, row.quality)


def source_line(view: View, code: str) -> str:
    """Nature, sources and day of capture of what the summary shows."""
    found = rows(view.snapshot, code)
    captured = max((row.captured_at for row in found if row.captured_at), default=view.snapshot.manifest.captured_at)
    bases = dict.fromkeys(row.basis for row in found)
    words = "; ".join(view.say(f"basis.{basis}") for basis in bases) or numbers.MISSING
    day = numbers.local_date(captured, view.language)
    return view.say(f"unit.source.{view.snapshot.manifest.nature}", bases=words, captured=day)
