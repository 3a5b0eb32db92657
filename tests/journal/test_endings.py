"""Sign-ins that were ended: kept in either database, known within seconds, and nobody is shut out without one."""

from __future__ import annotations

import time

from journal import endings, place


def test_an_end_is_known_at_once_where_it_was_made(database):
    assert endings.ended() == {}
    before = time.time()
    endings.end("Lan@Tinh.VN", "admin@tinh.vn")
    endings.end("sub:AbC", "admin@tinh.vn")

    found = endings.ended()
    assert sorted(found) == ["lan@tinh.vn", "sub:AbC"]
    assert all(before - 1 <= at <= time.time() + 1 for at in found.values())


def test_another_process_knows_within_ten_seconds(database):
    now = [0.0]
    other = endings._Found(lambda: now[0])
    assert other.now() == {}
    endings.end("lan@tinh.vn", "admin@tinh.vn")
    assert other.now() == {}
    now[0] = endings.FRESH_SECONDS
    other.now()
    other.reading.join()

    assert endings.FRESH_SECONDS <= 5 and list(other.now()) == ["lan@tinh.vn"]


def test_the_latest_end_counts(database):
    first = endings.end("lan@tinh.vn", "a")
    second = endings.end("lan@tinh.vn", "b")

    assert first < second and endings.ended()["lan@tinh.vn"] == second.timestamp()


def test_without_a_database_what_was_known_last_counts(database, monkeypatch, caplog):
    now = [0.0]
    found = endings._Found(lambda: now[0])
    endings.end("lan@tinh.vn", "a")
    assert list(found.now()) == ["lan@tinh.vn"]
    monkeypatch.setattr(endings, "url", lambda: database)
    monkeypatch.setenv(place.URL, "postgresql://gandan:secret@127.0.0.1:1/nowhere")
    found._of, now[0] = database, 100.0
    found.now()
    found.reading.join()

    assert list(found.now()) == ["lan@tinh.vn"]
    assert "unreachable" in caplog.text and "secret" not in caplog.text
