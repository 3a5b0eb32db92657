"""A month from figure to deed, against SQLite and PostgreSQL: a commune worsens, the bulletin says so, a visit is
planned, a promise made, the verdict comes, an objection is decided."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, date, datetime

import polars as pl
import pytest

from display.drawing.palette import LIGHT
from display.portraits import checklist, promises, visits
from display.portraits import replies as portraits
from display.words import promises as words
from display.words import replies as said
from display.words.text import Speaker
from display.words.view import View
from etl.__main__ import main
from etl.publishing.harvest import Harvest, measurement_rows
from etl.publishing.publish import publish
from journal import corrections, replies
from journal import promises as journal_promises
from journal import visits as journal_visits
from journal.corrections import Correction
from journal.promises import Promise
from journal.reply import OBJECTION, Reply
from journal.visits import Note
from press.bulletin.command import selection
from press.bulletin.content import Bulletin, content
from ranking.periods import calendar_period
from store import units
from store.access.rules import LOCAL, PUBLIC
from store.reference import communes_of
from store.snapshot import open_snapshot
from tests.conftest import _forget
from tests.unit_world import row
from ui.inspection import plan

TAN_HOA, PHU_THO = "04792", "25"
LATE = {7: 140, 8: 130, 9: 150, 10: 30, 11: 28}
"""Of 400 dossiers of Tân Hòa in the months of 2026 that are not as before: 20 and a few."""


def world(months: range) -> list[dict]:
    """On time in Tân Hòa, in eleven communes of its province and in the communes most like it: all of 400."""
    others = [code for code in communes_of(PHU_THO) if code != TAN_HOA][:11]
    rows = []
    for number, code in enumerate([*others, *units.peer_codes(TAN_HOA)]):
        late = [20 + (number * 3 + n * 5) % 9 for n in months]
        rows += [
            row(code, calendar_period("month", 2026, n), 400 - bad, 400) for n, bad in zip(months, late, strict=True)
        ]
    own = {n: LATE.get(n, 20 + n % 5) for n in months}
    return rows + [row(TAN_HOA, calendar_period("month", 2026, n), 400 - bad, 400) for n, bad in own.items()]


@pytest.fixture(scope="module")
def published_until(tmp_path_factory):
    """The data folder as it was after September and after November, made once for both databases."""
    found = {}
    for last in (9, 11):
        data = tmp_path_factory.mktemp(f"until_{last}")
        if found:
            shutil.copytree(found[9], data, dirs_exist_ok=True)
        captured = datetime(2026, last + 1, 2, tzinfo=UTC)
        publish(
            data, "live", Harvest(measurement_rows(world(range(1, last + 1))), captured, ["portal:test"]), nature="live"
        )
        found[last] = data
    return found


@pytest.fixture
def view_at(published_until, tmp_path, monkeypatch):
    """What is known on a day, as the one user of a machine sees it; figures until the month before."""
    data = tmp_path / "data"

    def opened(day: date, last: int) -> View:
        if published_until[last] != data:
            shutil.rmtree(data, ignore_errors=True)
            shutil.copytree(published_until[last], data)
        monkeypatch.setenv("GANDAN_DATA", str(data))
        monkeypatch.setattr(promises, "today", lambda: day)
        _forget()
        return View("vi", Speaker("vi"), open_snapshot("live", unreleased=True), LIGHT, reader=LOCAL)

    yield opened
    _forget()


def bulletin(view: View, month: int) -> Bulletin:
    period = calendar_period("month", 2026, month)
    return content(view, PHU_THO, selection(view.snapshot, PHU_THO, period), period)


@pytest.mark.slow
def test_a_figure_leads_to_a_person_a_promise_a_date_and_a_verdict(database, view_at, tmp_path):
    # October: Tân Hòa has worsened since July, and the bulletin says so.
    view = view_at(date(2026, 10, 5), 9)
    name = units.known(TAN_HOA)["full_name"]
    told = [line for finding in bulletin(view, 9).findings for line in finding.evidence]
    assert any(line.startswith(f"{name}: 62,5") for line in told)

    # A visit is planned and written down, with a promise about that figure.
    (stop,) = plan.stops([TAN_HOA], "")
    assert stop.place.code == TAN_HOA
    visit = journal_visits.record(
        Note(TAN_HOA, date(2026, 9, 28), "Đoàn số 2", "Thiếu người"), date(2026, 9, 28), "minh"
    )
    promise = journal_promises.make(
        Promise(
            TAN_HOA, "150 trong 400 hồ sơ trễ", "Chị Hà", "Thêm một người", date(2026, 9, 28), date(2026, 9, 30),
            "on_time_share", "portal", visit_id=visit.id,
        ),
        date(2026, 9, 28),
        "minh",
    )  # fmt: skip
    assert [one.id for one in visits.of_unit(view, TAN_HOA) or []] == [visit.id]
    assert "chờ trọn một tháng có số sau hạn 30/9/2026" in words.verdict(view, promise)
    assert [line for line in bulletin(view, 9).overdue.lines if "Chị Hà: Thêm một người" in line]

    # December: two months have passed, and the verdict is there; the next sheet opens with it.
    view = view_at(date(2026, 12, 5), 11)
    verdict = words.verdict(view, promise)
    assert "giảm rõ. So với 15 xã, phường tương tự" in verdict
    (line,) = checklist.promise_lines(view, TAN_HOA)
    assert verdict in line.ask
    assert journal_promises.close(promise.id, TAN_HOA, "kept", "minh")
    assert bulletin(view, 11).overdue.lines == ()

    # The commune objects to November's figure; the public reads that, the editors decide, and both values stay.
    objection = replies.say(
        Reply(
            OBJECTION, "live", PHU_THO, TAN_HOA, "on_time_share", "portal", "766-2026", "2026-11", "Hai hồ sơ đã trả",
            372, 400, 374, 400, "tanhoa@phutho.gov.vn",
        ),
        date(2026, 12, 5),
        b"%PDF-1.7\n%%EOF",
    )  # fmt: skip
    public = portraits.by_figure(portraits.of_unit(replace(view, reader=PUBLIC), TAN_HOA))
    assert "đang xem xét" in said.public(view.say, public["on_time_share", "portal", "2026-11"])
    done = replies.decide(objection.id, PHU_THO, accepted=True, reason="Sổ ghi 374", who="lan")
    assert done is not None and done.state == "accepted"
    corrections.correct(
        Correction(
            "live", PHU_THO, TAN_HOA, "on_time_share", "2026-11", "766-2026", "portal", 374, "Sổ ghi 374", 400,
            old_numerator=372, old_denominator=400,
        )
    )  # fmt: skip
    assert main(["corrections", "--dataset", "live", "--data", str(tmp_path / "data")]) == 0
    _forget()
    snapshot = open_snapshot("live", unreleased=True)
    november = units.figures(snapshot, TAN_HOA).filter(pl.col("period_start") == date(2026, 11, 1))
    assert november.get_column("numerator").to_list() == [374]
    assert units.revised(snapshot, TAN_HOA).select("old_numerator", "new_numerator").rows() == [(372, 374)]
