"""What an entry of the file of roles, or a claim, gives to whom."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from store.access.rules import EVERYWHERE
from store.reference import province_names, reference_table

SUB, GROUP = "sub:", "group:"


def is_named(who: str, names: tuple[str, str], groups: Iterable[str] = ()) -> bool:
    """Whether `who` of the file means somebody of these names (`people.keys`) or in these groups."""
    address, own = names
    if who.startswith(GROUP):
        return who.removeprefix(GROUP) in groups
    if who.startswith(SUB):
        return who == own
    if who.startswith("*@"):
        return address.endswith(who[1:].casefold()) and bool(address)
    return who.casefold() == address if "@" in who else f"{SUB}{who}" == own


def pairs(roles: Iterable[str], provinces: Iterable[str], units: Iterable[str]) -> set[tuple[str, str]]:
    """Each role with its places: `unit` with communes of today, `admin` with all, the others with provinces."""
    places = [EVERYWHERE if place in ("all", EVERYWHERE) else place for place in provinces]
    known = {EVERYWHERE, *province_names()}
    own = {(role, place) for role in roles for place in places if role not in ("admin", "unit") and place in known}
    own |= {("unit", code) for code in units if "unit" in roles and code in communes()}
    return own | ({("admin", EVERYWHERE)} if "admin" in roles else set())


@lru_cache(maxsize=1)
def communes() -> frozenset[str]:
    """The codes of the communes of today."""
    return frozenset(reference_table("units").get_column("code"))


def words(claim: object) -> list[str]:
    """A claim as words: providers give a list, or one text with blanks or commas between."""
    if isinstance(claim, str):
        return claim.replace(",", " ").split()
    return [str(word) for word in claim] if isinstance(claim, list) else []
