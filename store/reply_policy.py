"""What `data/policies/replies.yaml` says: how soon an objection is decided, how large its file may be."""

from __future__ import annotations

from functools import lru_cache

from pydantic import ConfigDict, PositiveInt

from files.places import HOME
from store import yaml_rows
from store.yaml_rows import Entry

_FILE = HOME / "data" / "policies" / "replies.yaml"


class ReplyPolicy(Entry):
    """`decide_within_days`: from the day of an objection; `most_megabytes`: of its file."""

    model_config = ConfigDict(strict=True)

    decide_within_days: PositiveInt
    most_megabytes: PositiveInt


@lru_cache(maxsize=1)
def reply_policy() -> ReplyPolicy:
    """The policy; Fault with the key that is wrong where it cannot be used."""
    return yaml_rows.whole(_FILE, "data/policies/replies.yaml", ReplyPolicy)
