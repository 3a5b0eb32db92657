"""What `data/policies/replies.yaml` says: how soon an objection is decided, how large its file may be."""

from __future__ import annotations

from functools import lru_cache

from pydantic import BaseModel, ConfigDict, PositiveInt, ValidationError

from files.faults import Fault
from files.places import HOME
from ranking import yaml_text

_FILE = HOME / "data" / "policies" / "replies.yaml"


class ReplyPolicy(BaseModel):
    """`decide_within_days`: from the day of an objection; `most_megabytes`: of its file."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    decide_within_days: PositiveInt
    most_megabytes: PositiveInt


@lru_cache(maxsize=1)
def reply_policy() -> ReplyPolicy:
    """The policy; Fault with the key that is wrong where it cannot be used."""
    try:
        return ReplyPolicy.model_validate(yaml_text.load(_FILE.read_text(encoding="utf-8")))
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"])) or "the file"
        raise Fault(f"data/policies/{_FILE.name}: {key}: {first['msg']}") from None
