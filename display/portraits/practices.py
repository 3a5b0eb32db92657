"""Practices as a reader may see them, and what figures did since, beside those of similar communes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from functools import lru_cache

from display.portraits.visits import is_practice
from display.words.view import View
from journal import practices as journal
from ranking import practice_effects
from ranking.practice_effects import Beginning, Evidence
from ranking.vocabulary import COUNTRY
from store import peer_months, peers, units
from store import practices as listed
from store.practices import Practice
from store.reference import measures, reference_table
from store.snapshot import Snapshot


def may_read(view: View) -> bool:
    """Whether the reader may read what is noted, of any place."""
    return view.reader.may("practices")


def may_note(view: View, place: str) -> bool:
    """Whether the reader may write down practices of a commune or a province."""
    unit = units.unit(place)
    province = unit["province_code"] if unit else place
    return view.reader.may("practice_notes", province) or view.reader.may("practice_notes", place)


def known(view: View) -> tuple[Practice, ...]:
    """All practices, the latest beginning first; what file and people say alike stands once, as in the file.

    None for who may not read them. Fault where the file is wrong.
    """
    if not may_read(view):
        return ()
    simulated = is_practice(view)
    found = {(one.unit_code, one.kind, one.since): one for one in listed.listed(simulated=simulated)}
    for one in journal.all_of(simulated=simulated):
        found.setdefault((one.unit_code, one.kind, one.since), one)
    return tuple(sorted(found.values(), key=lambda one: (one.since, one.unit_code), reverse=True))


def of_unit(view: View, code: str) -> list[Practice]:
    """Those of a commune and of its whole province, the latest beginning first."""
    places = (code, units.known(code)["province_code"])
    return [one for one in known(view) if one.unit_code in places]


def in_scope(found: Sequence[Practice], scope: str) -> list[Practice]:
    """Those of a province and its communes; all for the country."""
    return [one for one in found if scope in (COUNTRY, province_of(one.unit_code))]


def province_of(place: str) -> str:
    """The province of a commune, or the province itself."""
    unit = units.unit(place)
    return unit["province_code"] if unit else place


def marked(found: Sequence[Practice], measure: str, basis: str) -> tuple[date, ...]:
    """The days on which something began that could change a figure, for its chart."""
    kinds = listed.kinds()
    return tuple(sorted({one.since for one in found if (measure, basis) in kinds[one.kind].shares}))


def evidence(
    snapshot: Snapshot, found: Sequence[Practice], kind: str, measure: str, basis: str, scope: str
) -> Evidence | None:
    """What a kind of practice did to a share in the communes of a province (or of all) that began it.

    `found`: all that is known. Beside each commune stand those of its own province that are most like it, so that what
    the whole province went through falls out; for the same reason nothing is found of what a province began as a whole.
    """
    return _evidence(snapshot, tuple(found), kind, measure, basis, scope)


@lru_cache(maxsize=64)
def _evidence(
    snapshot: Snapshot, found: tuple[Practice, ...], kind: str, measure: str, basis: str, scope: str
) -> Evidence | None:
    begun = _first([one for one in in_scope(found, scope) if one.kind == kind and units.unit(one.unit_code)])
    if not begun:
        return None
    provinces = {province_of(one.unit_code) for one in begun}
    similar = {code: codes for province in sorted(provinces) for code, codes in peers.within(province).items()}
    others = [Beginning(one.unit_code, one.since) for one in found if one.kind != kind and units.unit(one.unit_code)]
    others += _province_wide([one for one in found if one.kind == kind and one.unit_code in provinces])
    codes = {one.unit_code for one in begun}
    codes |= {other for code in codes for other in similar.get(code, ())}
    months = peer_months.months(snapshot, measure, basis, sorted(codes))
    return practice_effects.evidence(months, begun, similar, others, measures()[measure].assumed_rho.value)


def _first(found: Collection[Practice]) -> list[Beginning]:
    """The first beginning of each commune, in the order of their codes."""
    first: dict[str, date] = {}
    for one in found:
        first[one.unit_code] = min(one.since, first.get(one.unit_code, one.since))
    return [Beginning(code, since) for code, since in sorted(first.items())]


def _province_wide(found: Collection[Practice]) -> list[Beginning]:
    """What a province began as a whole, as beginnings of its communes: none of them can be set against another."""
    rows = reference_table("units").select("code", "province_code").iter_rows()
    since = {one.unit_code: one.since for one in found}
    return [Beginning(code, since[province]) for code, province in rows if province in since]
