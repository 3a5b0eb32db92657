"""The people of a service: who holds which role where, by a file or by claims of the identity provider."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from files.environment import FromEnvironment
from files.places import published_folder
from ranking import yaml_text
from store.access.rules import EVERYWHERE, ROLES, Reader
from store.reference import province_names

_LOG = logging.getLogger(__name__)

Role = Literal["leader", "inspector", "editor", "admin"]


class Settings(FromEnvironment):
    """`file`: the file of roles; `hours`: how long a sign-in holds."""

    file: Path | None = Field(None, validation_alias="GANDAN_ACCESS", description="a path")
    hours: float = Field(
        12.0,
        gt=0,
        allow_inf_nan=False,
        validation_alias="GANDAN_SESSION_HOURS",
        description="a number of hours above 0, such as 12",
    )


class PeopleError(ValueError):
    """The file of roles is not usable; the message names the file, the key and the value found."""


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


def _list(value: object) -> object:
    """A word without brackets is a list of one."""
    return [value] if isinstance(value, str) else value


class Person(_Strict):
    """One person, or with `who: "*@domain"` everybody of a mail domain; provinces by code, `all` for every one."""

    who: Annotated[str, Field(min_length=3, max_length=200)]
    roles: Annotated[list[Role], BeforeValidator(_list), Field(min_length=1)]
    provinces: Annotated[list[str], BeforeValidator(_list)] = []


class Claims(_Strict):
    """The names of claims that hold roles and provinces, where the identity provider keeps them."""

    roles: str
    provinces: str


class People(_Strict):
    """The file of roles; see `deploy/access.example.yaml`."""

    people: list[Person] = []
    claims: Claims | None = None


def reader_of(user: Mapping[str, object], client_id: str, now: float | None = None) -> Reader:
    """The reader whom verified claims of an identity token describe; without rights where they don't suffice.

    `user`: the token's claims, with `is_logged_in`. Whoever has signed in longer ago than GANDAN_SESSION_HOURS,
    was meant for another client, or has no verified address is treated as the public, with the reason.
    """
    if not user.get("is_logged_in"):
        return Reader()
    name = str(user.get("email") or user.get("sub") or "")
    if trouble := _trouble(user, client_id, time.time() if now is None else now):
        return Reader(name, kind="signed_in", trouble=trouble)
    grants = _grants(current(), user)
    return Reader(name, grants, "signed_in", "" if grants else "unknown")


def _trouble(user: Mapping[str, object], client_id: str, now: float) -> str:
    audience = user.get("aud")
    meant = audience if isinstance(audience, list) else [audience]
    if not client_id or client_id not in meant:
        return "audience"
    issued, longest = user.get("iat"), 3600 * Settings.from_environment().hours
    if not isinstance(issued, int | float) or not -60 <= now - issued <= longest:
        return "expired"
    return "unverified" if user.get("email") and user.get("email_verified") is False else ""


def _grants(known: People, user: Mapping[str, object]) -> frozenset[tuple[str, str]]:
    found = {
        grant for person in known.people if _is(person.who, user) for grant in _pairs(person.roles, person.provinces)
    }
    if known.claims:
        roles, provinces = (_words(user.get(name)) for name in (known.claims.roles, known.claims.provinces))
        found |= _pairs([role for role in roles if role in ROLES], provinces)
    return frozenset(found)


def _is(who: str, user: Mapping[str, object]) -> bool:
    email = str(user.get("email") or "").casefold()
    if who.startswith("*@"):
        # Anybody can claim an address; that of a whole domain counts only where the provider vouches for it.
        return user.get("email_verified") is True and email.endswith(who[1:].casefold())
    return who.casefold() == email or who == user.get("sub")


def _pairs(roles: Iterable[str], provinces: Iterable[str]) -> set[tuple[str, str]]:
    places = [EVERYWHERE if place in ("all", EVERYWHERE) else place for place in provinces]
    known = {EVERYWHERE, *province_names()}
    own = {(role, place) for role in roles for place in places if role != "admin" and place in known}
    return own | ({("admin", EVERYWHERE)} if "admin" in roles else set())


def _words(claim: object) -> list[str]:
    """A claim as words: providers give a list, or one text with blanks or commas between."""
    if isinstance(claim, str):
        return claim.replace(",", " ").split()
    return [str(word) for word in claim] if isinstance(claim, list) else []


# --- the file


def path() -> Path:
    return Settings.from_environment().file or published_folder().parent / "access.yaml"


def current() -> People:
    """The file of roles as it is now; nobody where there is none, and the last sound one while it is damaged."""
    where = path()
    try:
        stamp = (where.stat().st_mtime_ns, where.stat().st_size)
    except FileNotFoundError:
        return People()
    try:
        _SOUND[where] = _read(where, stamp)
    except (PeopleError, OSError) as error:
        _LOG.error("%s", error)
        if where not in _SOUND:
            return People()
    return _SOUND[where]


_SOUND: dict[Path, People] = {}


@lru_cache(maxsize=4)
def _read(where: Path, stamp: tuple[int, int]) -> People:
    return parsed(where.read_text(encoding="utf-8"), where.name)


def parsed(text: str, name: str) -> People:
    """The people of a file's text; PeopleError names the key and what would be right."""
    try:
        found = People.model_validate(yaml_text.load(text) or {})
    except (yaml.YAMLError, ValidationError) as error:
        raise PeopleError(f"{name}: {error}") from error
    known = {"all", EVERYWHERE, *province_names()}
    for number, person in enumerate(found.people):
        if unknown := sorted(set(person.provinces) - known):
            raise PeopleError(
                f"{name}, people.{number}.provinces: {', '.join(unknown)} is no province of today; "
                "right are two-digit codes in quotes, such as '25', or all"
            )
        if not person.provinces and set(person.roles) != {"admin"}:
            raise PeopleError(f"{name}, people.{number}: {person.who} has no provinces")
    return found
