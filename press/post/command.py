"""`python -m etl post`: the round of the night that sends each subscription what is new, once a day at most."""

from __future__ import annotations

import argparse
import http.client
import logging
import os
import smtplib
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

from display.drawing.palette import LIGHT
from display.words.text import Speaker
from display.words.view import View
from files.faults import Fault
from files.places import published_folder
from journal import audit, subscriptions
from journal.database import VisitError
from journal.subscriptions import HOOK, MAIL, Subscription
from press.post import hook, mail, news
from press.post.digest import Digest, digest
from press.post.settings import Settings
from ranking.periods import local_day
from store import snapshot
from store.access import people
from store.access.rules import EVERYWHERE
from store.snapshot import Snapshot, SnapshotTrouble

_LOG = logging.getLogger("gandan.post")
SENT, QUIET, TODAY = "sent", "nothing new", "already today"
NO_RIGHT, OFF, FAILED = "no right", "not configured", "failed"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dataset", choices=snapshot.DATASETS, help="default: the first of these that is released")
    parser.add_argument("--data", type=Path, metavar="DIR", help="data folder (default: data, or GANDAN_DATA)")
    parser.add_argument("--dry-run", action="store_true", help="print what would be sent, send and note nothing")


def run(args: argparse.Namespace) -> int:
    """One round; 1 where a message could not be sent. Fault where nothing is published or there is no database."""
    if args.data:
        os.environ["GANDAN_DATA"] = str(args.data)  # where files/places.py looks
    settings = Settings.from_environment()
    try:
        opened = snapshot.open_snapshot(args.dataset or next(iter(snapshot.datasets()), "live"))
        asked = subscriptions.all_of()
    except SnapshotTrouble as trouble:
        raise Fault(f"{str(trouble).strip()}; `{trouble.command}` mends it") from trouble
    except VisitError as error:
        raise Fault(f"the database of visits cannot be used ({error.kind})") from error
    today = local_day(datetime.now(UTC))
    found = Counter(one_round(settings, opened, one, today, dry=args.dry_run) for one in asked)
    print(f"{len(asked)} subscriptions: {', '.join(f'{n} {how}' for how, n in sorted(found.items())) or 'none'}")
    return 1 if found[FAILED] else 0


def one_round(settings: Settings, opened: Snapshot, asked: Subscription, today: date, *, dry: bool = False) -> str:
    """Send one subscription its digest, if it has news that its reader may see; says how that ended."""
    if not dry and not _goes_out(settings, asked.channel):
        return OFF
    view = view_of(opened, asked)
    if view is None:
        return NO_RIGHT
    found = news.of(view, asked.role, asked.place, today)
    fresh = subscriptions.untold(asked.id, [one.key for one in found])
    told = [one for one in found if one.key in fresh]
    if not told:
        return QUIET
    made = digest(view, asked, told, settings.url)
    if dry:
        print(f"{asked.channel} {asked.address}: {made.subject}\n{made.text}")
        return SENT
    if not subscriptions.claim(asked.id, today):
        return TODAY
    if not _sent(settings, asked, made):
        subscriptions.give_back(asked.id, today, asked.sent_on)
        return FAILED
    subscriptions.note_told(asked.id, fresh, today)
    audit.note(published_folder().parent, asked.who, "message", channel=asked.channel, role=asked.role, n=len(told))
    return SENT


def view_of(opened: Snapshot, asked: Subscription) -> View | None:
    """What the reader may see now; None where they don't hold the role for the place any more."""
    reader = people.named(asked.who)
    places = reader.places(asked.role)
    if EVERYWHERE not in places and asked.place not in places:
        return None
    return View(asked.language, Speaker(asked.language), opened.seen_in(reader.seen), LIGHT, reader=reader)


def _goes_out(settings: Settings, channel: str) -> bool:
    return {MAIL: settings.sends_mail, HOOK: settings.calls_hooks}[channel]


def _sent(settings: Settings, asked: Subscription, made: Digest) -> bool:
    try:
        if asked.channel == MAIL:
            mail.send(settings, asked.address, asked.language, made)
        else:
            hook.call(settings, asked.address, asked.secret, made.body)
    except (OSError, smtplib.SMTPException, http.client.HTTPException) as error:
        # An answer of the other side may hold the address, so only its kind is told.
        _LOG.error("message of subscription %d by %s did not leave: %s", asked.id, asked.channel, type(error).__name__)
        return False
    return True
