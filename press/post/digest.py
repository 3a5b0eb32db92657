"""A digest: what is new in plain text, why it came, and how to end it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from display.words import numbers
from display.words.view import View
from journal.subscriptions import Subscription
from press.post.news import News
from store.reference import province_name

END = "/messages/end"
"""The address that ends a subscription, below the service's own."""


@dataclass(frozen=True)
class Digest:
    """One message: `subject` and `text` for people, `body` (JSON) for programs, `end`: the address that ends it."""

    subject: str
    text: str
    body: bytes
    end: str


def digest(view: View, asked: Subscription, news: Sequence[News], url: str) -> Digest:
    """The digest of at least one piece of news; `url`: where readers reach the service, without a slash at its end."""
    say, place = view.say, province_name(asked.place)
    simulated = view.snapshot.manifest.nature == "simulated"
    subject = say("post.subject", place=place, n=len(news))
    subject = f"{say('post.simulated')} {subject}" if simulated else subject
    end = f"{url}{END}?{urlencode({'token': asked.token, 'lang': view.language})}"
    role = say(f"access.role.{asked.role}")
    since = numbers.local_date(asked.created_at, view.language)
    why = say("post.why", who=asked.who, role=role, place=place, day=since, what=say(f"post.what.{asked.role}"))
    ending = say("post.end", address=end)
    head = [say("public.simulated"), ""] if simulated else []
    lines = [line for one in news for line in (f"– {one.says}", f"  {_absolute(url, one.page)}", "")]
    text = "\n".join([*head, *lines, "—", why, ending, ""])
    content = {
        "subject": subject,
        "simulated": simulated,
        "province": asked.place,
        "role": asked.role,
        "snapshot": view.snapshot.manifest.id,
        "news": [{"key": one.key, "says": one.says, "page": _absolute(url, one.page)} for one in news],
        "why": why,
        "end": end,
    }
    return Digest(subject, text, json.dumps(content, ensure_ascii=False, sort_keys=True).encode(), end)


def _absolute(url: str, page: str) -> str:
    return f"{url}/{page.removeprefix('./')}"
