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

from files import whole
from files.environment import FromEnvironment
from files.places import published_folder
from ranking import yaml_text
from store.access import granted, role_faults
from store.access.granted import SUB
from store.access.role_faults import PeopleError
from store.access.rules import EVERYWHERE, LOCAL, ROLES, Reader
from store.reference import province_names

_LOG = logging.getLogger(__name__)
SKEW_SECONDS = 150
"""By how much the clock of an identity provider may be off: two minutes, and what it takes to come here."""
SIGNED_IN_AT = "signed_in_at"
"""Beside the provider's claims: when the sign-in was by our own clock, which an end is compared with."""
_LAST_SOUND = "access.last.yaml"

Role = Literal["unit", "leader", "inspector", "editor", "admin"]


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


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


def _list(value: object) -> object:
    """A word without brackets is a list of one."""
    return [value] if isinstance(value, str) else value


class Person(_Strict):
    """One person, or with `who: "*@domain"` everybody of a mail domain; provinces by code, `all` for every one.

    `units`: the communes of the role `unit`, by code.
    """

    who: Annotated[str, Field(min_length=3, max_length=200)]
    roles: Annotated[list[Role], BeforeValidator(_list), Field(min_length=1)]
    provinces: Annotated[list[str], BeforeValidator(_list)] = []
    units: Annotated[list[str], BeforeValidator(_list)] = []


class Claims(_Strict):
    """The names of claims that hold roles, provinces and communes, where the identity provider keeps them."""

    roles: str
    provinces: str
    units: str = ""


class People(_Strict):
    """The file of roles; see `deploy/access.example.yaml`. `vouching`: providers whose addresses count as checked;
    `groups`: the name of the claim that holds the groups which people are named by (`who: "group:NAME"`)."""

    people: list[Person] = []
    claims: Claims | None = None
    groups: str = ""
    vouching: Annotated[list[str], BeforeValidator(_list)] = []


def reader_of(
    user: Mapping[str, object], client_id: str, now: float | None = None, ended: Mapping[str, float] | None = None
) -> Reader:
    """The reader that verified claims of an identity token describe; without rights where they don't suffice.

    `user`: the token's claims, with `is_logged_in`; `ended`: until when the sign-ins of a person are over, by `keys`.
    Whoever has signed in longer ago than GANDAN_SESSION_HOURS or before that was ended, was meant for another client,
    or has no verified address is treated as the public, with the reason.
    """
    if not user.get("is_logged_in"):
        return Reader()
    known = current()
    address, own = keys(user, known.vouching)
    name = str(user.get("email") or own)
    if trouble := _trouble(user, client_id, time.time() if now is None else now, ended or {}):
        return Reader(name, kind="signed_in", trouble=trouble)
    grants = _grants(known, user)
    if grants:
        # Whoever acts is named by what the provider vouches for: by the address only where it was checked.
        return Reader(address or own, grants, "signed_in")
    return Reader(name, kind="signed_in", trouble="unverified" if user.get("email") and not address else "unknown")


def named(who: str) -> Reader:
    """The reader of a name that somebody was once signed in under, with what the file of roles gives it now.

    For what happens without them, such as a message: roles that a provider of identities tells are not known then.
    """
    if who == LOCAL.name:
        return Reader() if path().exists() else LOCAL
    user = {"sub": who.removeprefix(SUB)} if who.startswith(SUB) else {"email": who, "email_verified": True}
    return Reader(who, _grants(People(people=current().people), user), "signed_in")


def claim_names() -> frozenset[str]:
    """The names of the claims from which roles are read."""
    known = current()
    return frozenset(filter(None, [known.groups, *(known.claims.model_dump().values() if known.claims else ())]))


def signed_in_at(user: Mapping[str, object]) -> object:
    """When somebody signed in, in Unix time: by our own clock, or as the provider says in a cookie from before."""
    own = user.get(SIGNED_IN_AT)
    return own if isinstance(own, int | float) else user.get("iat")


def keys(user: Mapping[str, object], vouching: Iterable[str] = ()) -> tuple[str, str]:
    """The two names of a person, empty where there is none: the address, if it is vouched for, and `sub:` with the key
    that the provider has of them. Neither ever equals the other.

    An address counts where the provider says that it has checked it, or is one of `vouching`.
    """
    email, key = str(user.get("email") or "").casefold(), str(user.get("sub") or "")
    vouched = user.get("email_verified") is True or str(user.get("iss")) in vouching
    return email if vouched and "@" in email else "", f"{SUB}{key}" if key else ""


def _trouble(user: Mapping[str, object], client_id: str, now: float, ended: Mapping[str, float]) -> str:
    audience = user.get("aud")
    meant = audience if isinstance(audience, list) else [audience]
    if not client_id or client_id not in meant:
        return "audience"
    issued, longest = user.get("iat"), 3600 * Settings.from_environment().hours
    if not isinstance(issued, int | float) or not -SKEW_SECONDS <= now - issued <= longest:
        return "expired"
    # An address that nobody vouches for still names a sign-in that was ended under it.
    names = {str(user.get("email") or "").casefold(), f"{SUB}{user.get('sub')}"}
    since = signed_in_at(user)
    return "ended" if any(isinstance(since, int | float) and since <= ended.get(name, -1.0) for name in names) else ""


def _grants(known: People, user: Mapping[str, object]) -> frozenset[tuple[str, str]]:
    names = keys(user, known.vouching)
    groups = granted.words(user.get(known.groups)) if known.groups else []
    found = {
        grant
        for person in known.people
        if granted.is_named(person.who, names, groups)
        for grant in granted.pairs(person.roles, person.provinces, person.units)
    }
    if known.claims:
        claims = (known.claims.roles, known.claims.provinces, known.claims.units)
        roles, provinces, units = (granted.words(user.get(name)) for name in claims)
        found |= granted.pairs([role for role in roles if role in ROLES], provinces, units)
    return frozenset(found)


# --- the file


def path() -> Path:
    return Settings.from_environment().file or published_folder().parent / "access.yaml"


def current() -> People:
    """The file of roles as it is now; nobody where there is none, and the last sound one while it is damaged.

    The last sound one is kept beside the figures, so a start while the file is damaged takes nobody's rights back.
    """
    return _current()[0]


def damage() -> PeopleError | None:
    """What is wrong with the file of roles now, while an older state of it counts; None where it is sound."""
    return _current()[1]


def _current() -> tuple[People, PeopleError | None]:
    where = path()
    try:
        stamp = (where.stat().st_mtime_ns, where.stat().st_size)
        found = _read(where, stamp)
    except FileNotFoundError:
        return People(), None
    except OSError:
        found = PeopleError(where.name, "unreadable")
    if isinstance(found, PeopleError):
        return _last_sound(where), _told(where, found)
    if _SOUND.get(where) != found:
        _SOUND[where] = found
        _keep(where)
    return found, None


def _last_sound(where: Path) -> People:
    if where not in _SOUND:
        _SOUND[where] = _kept()
    return _SOUND[where]


def _told(where: Path, error: PeopleError) -> PeopleError:
    """Tell the log of a damage once."""
    if _TOLD.get(where) != str(error):
        _TOLD[where] = str(error)
        _LOG.error("%s", error)
    return error


_SOUND: dict[Path, People] = {}
_TOLD: dict[Path, str] = {}


def _keep(where: Path) -> None:
    last = published_folder().parent / _LAST_SOUND
    try:
        content = where.read_bytes()
        if not last.exists() or last.read_bytes() != content:
            whole.write(last, content)
            last.chmod(0o600)
    except OSError as error:
        _LOG.warning("%s: the roles could not be kept for a start with a damaged file: %s", last.name, error.strerror)


def _kept() -> People:
    last = published_folder().parent / _LAST_SOUND
    try:
        return parsed(last.read_text(encoding="utf-8"), last.name)
    except (PeopleError, OSError, UnicodeDecodeError):
        return People()


@lru_cache(maxsize=4)
def _read(where: Path, stamp: tuple[int, int]) -> People | PeopleError:
    """What the file says, or what is wrong with it: every page asks, so both are kept."""
    try:
        return parsed(where.read_text(encoding="utf-8"), where.name)
    except UnicodeDecodeError:
        return PeopleError(where.name, "text")
    except PeopleError as error:
        return error


def parsed(text: str, name: str) -> People:
    """The people of a file's text; PeopleError names line, key and what would be right."""
    try:
        found = People.model_validate(yaml_text.load(text) or {})
    except yaml.YAMLError as error:
        raise role_faults.of_syntax(name, text, error) from None
    except ValidationError as error:
        raise role_faults.of_value(name, text, error.errors()[0]) from None
    known = {"all", EVERYWHERE, *province_names()}
    for number, person in enumerate(found.people):
        keys = ("people", number, "provinces")
        if set(person.provinces) - known:
            raise role_faults.at(name, text, "province", keys)
        if not person.provinces and not set(person.roles) <= {"admin", "unit"}:
            raise role_faults.at(name, text, "no_provinces", keys)
        keys = ("people", number, "units")
        if set(person.units) - granted.communes():
            raise role_faults.at(name, text, "unit", keys)
        if ("unit" in person.roles) != bool(person.units):
            raise role_faults.at(name, text, "no_units" if not person.units else "no_role", keys)
    return found
