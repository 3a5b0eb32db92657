"""What the public's page and the static site say of a commune or a province, in plain words. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from display.drawing.likely_frame import BANDS_OF_TIERS
from display.portraits.plain_figures import Answer, Portrait, Province
from display.words import numbers, waits
from display.words.chances import chance_words
from display.words.places import TIERS, window_words
from display.words.text import Speaker
from ranking.bands import BANDS
from ranking.frame_types import Row
from ranking.levels import has_no_sum
from ranking.vocabulary import FIRST, MIDDLE
from store.policy import policy
from store.reference import measures, province_name

FEW = 30
_FIELDS_MOST = 3


@dataclass(frozen=True)
class Card:
    """One measure in words, with one verdict.

    `band`: the colour of the verdict, above, alike, below, neutral where no side is good, or empty; `band_words` says
    it: where the commune likely stands in its province, else how it stands against the middle one.
    """

    measure: str
    icon: str
    title: str
    sentence: str
    band: str
    band_words: str
    lines: tuple[str, ...]
    notes: tuple[str, ...]


# --- the head


def opening(say: Speaker, unit: dict, portrait: Portrait, nature: str) -> str:
    """Where the commune is, whether the figures are real, of when they are, and how it stands. Plain text."""
    place = province_name(unit["province_code"])
    parts = [say("public.place", unit=unit["full_name"], province=place), *simulated(say, nature)]
    if not portrait.is_known:
        return " ".join([*parts, say("public.unknown", unit=unit["full_name"])])
    return " ".join([*parts, *_when(say, portrait.answers), *_standing(say, portrait.answers)])


def province_opening(say: Speaker, province: Province, nature: str) -> str:
    """How many communes a province has, of how many there are figures. Plain text."""
    place, n = province_name(province.code), numbers.number(len(province.communes), say.language)
    parts = [say("public.province", n=n, place=place), *simulated(say, nature)]
    known = sum(portrait.is_known for portrait in province.communes)
    if not known:
        return " ".join([*parts, say("public.province.none", place=place)])
    told = say("public.province.known", n=numbers.number(known, say.language))
    return " ".join([*parts, told, *_when(say, province.answers)])


def simulated(say: Speaker, nature: str) -> list[str]:
    return [say("public.simulated")] if nature == "simulated" else []


def _when(say: Speaker, answers: Sequence[Answer]) -> list[str]:
    periods = dict.fromkeys(numbers.period_in_sentence(answer.period, say.language) for answer in answers)
    words = [say("public.period", period="; ".join(periods))]
    return [*words, say("public.provisional")] if any(answer.provisional for answer in answers) else words


def _standing(say: Speaker, answers: Sequence[Answer]) -> list[str]:
    placed = [answer.place["tier"] for answer in answers if answer.place is not None]
    tiers = {tier: placed.count(tier) for tier in TIERS}
    words = [say("public.placed", n=len(placed), **tiers)] if placed else []
    others = [answer for answer in answers if answer.place is None and _direction(answer) != "neutral"]
    judged = [answer.band for answer in others if answer.band]
    if not judged:
        return words
    return [*words, say("public.compared", n=len(judged), **{band: judged.count(band) for band in BANDS})]


# --- the four measures


def cards(say: Speaker, answers: Sequence[Answer], place: str) -> list[Card]:
    """One card per measure of a commune; `place` is its province's name."""
    return [_card(say, answer, place) for answer in answers]


def waiting_card(say: Speaker, rows: Sequence[Row]) -> list[Card]:
    """How long people wait, of all dossiers and of the fields that take longest; none where no dossiers tell it."""
    said = waits.sentences(say, rows)
    if not said:
        return []
    notes = (say("wait.public.note"), say("wait.public", minimum=policy().minimum))
    lines = tuple(waits.field_lines(say, rows, _FIELDS_MOST))
    return [Card("waiting", "calendar", say("wait.public.title"), said[0], "", "", lines, notes)]


def _card(say: Speaker, answer: Answer, place: str) -> Card:
    title = say(f"public.measure.{answer.measure}.title")
    if answer.value is None:
        return Card(answer.measure, answer.icon, title, silence(say, answer.state), "", "", (), ())
    own, level = value_and_level(say, answer, answer.value, answer.level)
    sentence = say(f"public.measure.{answer.measure}.own", value=own)
    beside = say("public.middle", place=place, level=level) if answer.level is not None else ""
    return Card(
        measure=answer.measure,
        icon=answer.icon,
        title=title,
        sentence=f"{sentence}{beside}.",
        band=_shown_band(answer),
        band_words=band_words(say, answer),
        lines=(*_place(say, answer), *_beside_like_ones(say, answer)),
        notes=(
            *_few(say, answer),
            say(f"public.measure.{answer.measure}.note"),
            _basis(say, answer),
            *_certainty(say, answer),
        ),
    )


def province_cards(say: Speaker, province: Province) -> list[Card]:
    """One card per measure of a province's communes together."""
    return [_province_card(say, answer) for answer in province.answers if answer.value is not None]


def _province_card(say: Speaker, answer: Answer) -> Card:
    if has_no_sum(measures()[answer.measure]):
        sentence = say("public.middle.alone", level=_with_unit(say, answer, answer.level))
    else:
        value, _ = value_and_level(say, answer, answer.value, None)
        sentence = say(f"public.measure.{answer.measure}.own", value=value)
    return Card(
        answer.measure,
        answer.icon,
        say(f"public.measure.{answer.measure}.title"),
        f"{sentence}.",
        "",
        "",
        (),
        (say(f"public.measure.{answer.measure}.note"), _basis(say, answer)),
    )


def _shown_band(answer: Answer) -> str:
    if answer.place is not None:
        return BANDS_OF_TIERS[answer.place["tier"]]
    return "neutral" if answer.band and _direction(answer) == "neutral" else answer.band or ""


def band_words(say: Speaker, answer: Answer) -> str:
    """The verdict in words: its third of the province, else how it stands against the middle one; empty where neither
    is known."""
    if answer.place is not None:
        return say(f"public.tier.{answer.place['tier']}")
    if not answer.band:
        return ""
    kind = "amount" if _direction(answer) == "neutral" else "band"
    return say(f"public.{kind}.{answer.band}")


def verdict(say: Speaker, answer: Answer) -> tuple[str, str]:
    """The same as its colour and two or three words, for a row of a table and a map; both empty without one."""
    if answer.place is not None:
        return _shown_band(answer), say(f"places.tier.{answer.place['tier']}")
    return answer.band or "", say(f"site.band.{answer.band}") if answer.band else ""


def silence(say: Speaker, state: str) -> str:
    """Why there is no figure, in a sentence that never lets it pass for zero."""
    return say(f"public.silent.{state}", shown=policy().shown_instead(say.language))


def value_and_level(say: Speaker, answer: Answer, value: float | None, level: float | None) -> tuple[str, str]:
    """A value and the level beside it as a sentence holds them; told apart where whole numbers would not."""
    if measures()[answer.measure].kind != "share":
        return _measured(say, answer, value), _measured(say, answer, level)
    return in_hundred(say, value, level)


def in_hundred(say: Speaker, value: float | None, level: float | None) -> tuple[str, str]:
    """Two shares as so many in a hundred: `94`, `hơn 99`; with a decimal where both would read alike."""
    own, other = in_whole(say, value), in_whole(say, level)
    if level is None or own != other:
        return own, other
    exact = [numbers.number(share, say.language, 1) for share in (value, level)]
    return (own, other) if exact[0] == exact[1] else (exact[0], exact[1])


def in_whole(say: Speaker, share: float | None) -> str:
    if share is None:
        return numbers.MISSING
    if 0 < share < 1:
        return say("public.less_than_one")
    if 99 < share < 100:
        return say("public.more_than", n=99)
    return numbers.number(share, say.language)


def _measured(say: Speaker, answer: Answer, value: float | None) -> str:
    """A count as it is; days with their unit."""
    if measures()[answer.measure].kind == "count":
        return numbers.number(value, say.language)
    return _with_unit(say, answer, value)


def _with_unit(say: Speaker, answer: Answer, value: float | None) -> str:
    return numbers.with_unit(value, measures()[answer.measure], say.language)


def _beside_like_ones(say: Speaker, answer: Answer) -> list[str]:
    if _direction(answer) == "neutral":
        return []
    if answer.peers is None:
        return [say("public.like.few")]
    _, level = value_and_level(say, answer, answer.value, answer.peers)
    return [say("public.like", n=answer.peer_count, level=level)]


def _place(say: Speaker, answer: Answer) -> list[str]:
    """Where the commune likely stands, in one sentence; never a rank by itself."""
    if answer.place is None:
        return []
    place = answer.place
    ends = {name: numbers.number(place[name], say.language) for name in ("low", "high", "of")}
    if place["tier"] == MIDDLE:
        return [say("public.place.middle", **ends)]
    chance = chance_words(say, place["p_first" if place["tier"] == FIRST else "p_last"])
    text = say(f"public.place.{place['tier']}", chance=chance, **ends)
    return [f"{text[0].upper()}{text[1:]}"]


def list_certainty(say: Speaker, province: Province) -> str:
    """The same of the verdicts in a province's list, which are those of its first measure; empty without any."""
    first = [portrait.answers[0] for portrait in province.communes if portrait.answers]
    told = next((answer for answer in first if answer.place), next((answer for answer in first if answer.band), None))
    return " ".join(_certainty(say, told)) if told else ""


def _certainty(say: Speaker, answer: Answer) -> list[str]:
    """The months that the place comes from, and how the error of the verdict is known."""
    if answer.known is None or not (answer.place or answer.band):
        return []
    window = [say("public.window", window=window_words(say, answer.place))] if answer.place else []
    return [*window, say(f"places.known.sentence.{answer.known}")]


def _few(say: Speaker, answer: Answer) -> list[str]:
    if answer.n is None or answer.n >= FEW:
        return []
    return [say("public.few", n=numbers.number(answer.n, say.language))]


def _basis(say: Speaker, answer: Answer) -> str:
    """`Tháng 8/2026, theo Cổng Dịch vụ công quốc gia.`: of when, and by whom."""
    text = f"{numbers.period_in_sentence(answer.period, say.language)}, {say(f'basis.{answer.basis}')}"
    return f"{text[0].upper()}{text[1:]}."


def _direction(answer: Answer) -> str:
    return measures()[answer.measure].direction


def source(say: Speaker, answers: Sequence[Answer], nature: str) -> str:
    """The source of the figures and their day; empty where there are none."""
    if nature == "simulated":
        return say("public.source.simulated")
    captured = [answer.captured_at for answer in answers if answer.captured_at]
    if not captured:
        return ""
    bases = dict.fromkeys(say(f"basis.{answer.basis}") for answer in answers)
    return say("public.source", bases="; ".join(bases), captured=numbers.local_date(max(captured), say.language))
