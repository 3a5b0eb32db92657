"""What every definition in YAML keeps to: it never changes once it is read, and it has no key that nobody reads."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, model_validator


class Definition(BaseModel):
    """A definition or a part of one; an unknown key is told together with the known ones."""

    model_config = ConfigDict(frozen=True, str_strip_whitespace=True)

    @model_validator(mode="before")
    @classmethod
    def _has_only_known_keys(cls, content: object) -> object:
        if isinstance(content, cls):
            return content
        known = ", ".join(cls.model_fields)
        if not isinstance(content, Mapping):
            raise ValueError(f"must hold the keys {known}")
        if unknown := [str(key) for key in content if key not in cls.model_fields]:
            raise ValueError(f"unknown key {', '.join(unknown)}; known keys are {known}")
        return content
