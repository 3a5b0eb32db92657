"""What the environment says, read into checked fields; the table of all variables is in docs/operations.md.

What any text can be, with nothing to check before it is used, is read where it is used: GANDAN_DATA (`files.places`),
GANDAN_VISITS_URL (`journal.database`), GANDAN_AUDIT and GANDAN_ACTOR (`journal.audit`), GANDAN_BOX
(`etl.workbooks.box`).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from difflib import get_close_matches
from functools import lru_cache
from typing import Annotated, Self

from pydantic import BeforeValidator, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from files.faults import Fault

PREFIX = "GANDAN_"
_SERVICE = ("DATA", "HOSTS", "PROXIES", "TLS", "LOCAL", "REQUESTS_PER_MINUTE", "SESSIONS", "METRICS_TOKEN", "LOG")
_LIMITS = ("SESSIONS_OF_ONE", "SESSIONS_KEPT", "RERUNS_PER_MINUTE", "UPLOAD_MEGABYTES", "PUBLIC_AT_ONCE")
_PEOPLE = ("ACCESS", "SESSION_HOURS", "AUDIT", "ACTOR", "VISITS_URL")
_SOURCES = ("CONTACT", "BOX", "OFFLINE", "SITE", "SITE_URL", "BACKUPS", "DRILL")
_NIGHTLY = ("PROVINCES", "PULL_URL", "PULL_SINCE", "PULL_BUDGET", "PULL_UNTIL", "NIGHTLY_DATASET")
_POST = ("POST_URL", "SMTP_HOST", "SMTP_PORT", "SMTP_SECURITY", "SMTP_USER", "SMTP_PASSWORD", "SMTP_FROM", "HOOK_HOSTS")
_PAPERS = ("BULLETINS", "BULLETIN_PROVINCES", "BULLETIN_WEEKDAY")
_SCRIPTS = ("PYTHON", "ENV", "PLACE", "PORTS", "RESTART")
NAMES = frozenset(_SERVICE + _LIMITS + _PEOPLE + _SOURCES + _NIGHTLY + _POST + _PAPERS + _SCRIPTS)
"""All that the program and its scripts read, without the prefix."""
_OF_BENCHMARKS = f"{PREFIX}BENCH_"


class SettingError(Fault, ValueError):
    """A variable of the environment is not usable; the message names it, what was found and what is right."""


class FromEnvironment(BaseSettings):
    """Settings of one room: each field's `validation_alias` is its variable, its `description` says what is right.

    A variable that is empty, or holds blanks alone, counts as not set.
    """

    model_config = SettingsConfigDict(frozen=True, case_sensitive=True, validate_by_name=True, enable_decoding=False)

    @classmethod
    def from_environment(cls) -> Self:
        """The settings as the environment is now. SettingError names every variable that makes no sense."""
        found = _read(cls, tuple(os.environ.get(name) for name in variables(cls)))
        assert isinstance(found, cls)
        return found

    @model_validator(mode="before")
    @classmethod
    def _without_blanks(cls, values: Mapping[str, object]) -> dict[str, object]:
        trimmed = {name: value.strip() if isinstance(value, str) else value for name, value in values.items()}
        return {name: value for name, value in trimmed.items() if value != ""}


def _words(value: object) -> object:
    return [word.strip() for word in value.split(",") if word.strip()] if isinstance(value, str) else value


def _lowered(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


WORDS, LOWERED = BeforeValidator(_words), BeforeValidator(_lowered)
"""For fields that hold several words with commas between, and for words that may be written in capitals."""
Words = Annotated[tuple[str, ...], WORDS]


@lru_cache
def variables(kind: type[FromEnvironment]) -> tuple[str, ...]:
    """The variables that settings are read from."""
    return tuple(str(field.validation_alias) for field in kind.model_fields.values())


@lru_cache(maxsize=64)
def _read(kind: type[FromEnvironment], values: tuple[str | None, ...]) -> FromEnvironment:
    """Each state of the variables, `values`, is checked once: some are asked for in every request."""
    try:
        return kind()
    except ValidationError as error:
        raise SettingError("\n".join(_sentences(kind, error))) from None


def _sentences(kind: type[FromEnvironment], error: ValidationError) -> list[str]:
    """One for each variable, about the first thing that is wrong with it."""
    right = {str(field.validation_alias): field.description for field in kind.model_fields.values()}
    wrong: dict[str, object] = {}
    for trouble in error.errors(include_url=False):
        wrong.setdefault(str(trouble["loc"][0]), trouble["input"])
    return [f"{name}: found {value!r}; right is {right[name]}" for name, value in wrong.items()]


def unknown() -> list[str]:
    """A sentence for each variable of ours that nothing reads: a misspelt one would be passed over without a word."""
    return [_unknown(name) for name in sorted(os.environ) if _is_ours(name) and name.removeprefix(PREFIX) not in NAMES]


def _is_ours(name: str) -> bool:
    return name.startswith(PREFIX) and not name.startswith(_OF_BENCHMARKS)


def _unknown(name: str) -> str:
    near = get_close_matches(name.removeprefix(PREFIX), sorted(NAMES), n=1)
    meant = f"; is {PREFIX}{near[0]} meant?" if near else ""
    return f"{name}: nothing reads a variable of that name{meant} (docs/operations.md lists all)"
