"""The front door: who is let in, what is refused, and what every reply carries."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import logging

import pytest
from authlib.integrations.httpx_client import AsyncOAuth2Client
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, Router

import app as service
from files.environment import SettingError
from store.access.rules import PUBLIC, Reader
from tests.drawn import examples
from web import door, replies, vitals
from web.document import Document, script_hashes
from web.door import Door
from web.settings import Settings


async def hello(request: Request) -> Response:
    return PlainTextResponse("hello " + str(len(await request.body())))


async def broken(request: Request) -> Response:
    raise RuntimeError("the secret of /srv/data")


async def framed(request: Request) -> Response:
    return PlainTextResponse("x", headers={"content-security-policy": "default-src 'none'; frame-ancestors *"})


INNER = Router(
    routes=[
        Route("/hello", hello, methods=["GET", "POST"]), Route("/broken", broken), Route("/embed", framed),
        Route("/static/x.js", hello), Route("/health", hello),
    ]
)  # fmt: skip


def behind(**changes: object) -> Door:
    return Door(INNER, Settings(**changes))


def test_every_reply_carries_the_headers(get):
    reply = get(behind(), "/hello")

    assert reply.status == 200
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["referrer-policy"] == "strict-origin-when-cross-origin"
    assert reply.headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in reply.headers["content-security-policy"]
    assert "strict-transport-security" not in reply.headers


def test_nothing_of_another_origin_and_no_eval_is_allowed():
    assert "http" not in replies.policy()
    assert "*" not in replies.policy()
    assert "'unsafe-eval'" not in replies.policy()
    assert "'unsafe-inline'" not in replies.POLICY["script-src"]


def test_behind_tls_the_browser_is_told_to_stay_there(get):
    assert "max-age=31536000" in get(behind(tls=True), "/hello").headers["strict-transport-security"]


def test_only_an_embed_may_be_framed(get):
    reply = get(behind(), "/embed")

    assert "frame-ancestors *" in reply.headers["content-security-policy"]
    assert "x-frame-options" not in reply.headers


@pytest.mark.parametrize(
    ("host", "status"),
    [("gandan.vn", 200), ("GANDAN.vn:8443", 200), ("a.example.vn", 200), ("example.vn", 400), ("evil.vn", 400),
     ("", 400), ("gandan.vn.evil.vn", 400), ("[::1]:80", 200)],
)  # fmt: skip
def test_only_known_hosts_are_answered(get, host, status):
    reply = get(behind(hosts=("gandan.vn", "*.example.vn", "::1")), "/hello", host=host)

    assert reply.status == status
    assert (reply.headers["content-type"] == "application/problem+json") == (status == 400)


def test_a_body_that_is_too_large_is_refused_by_its_length(get):
    reply = get(behind(), "/hello", method="POST", content_length=str(door.LARGEST_BODY + 1))

    assert reply.status == 413
    assert json.loads(reply.body)["title"] == "too large"


@pytest.mark.parametrize("length", ["-1", "1e9", "²"])
def test_a_length_that_is_no_number_is_refused(get, length):
    assert get(behind(), "/hello", method="POST", content_length=length.encode("utf-8").decode("latin-1")).status == 413


def test_a_body_that_grows_without_a_length_is_cut_off():
    sent = []

    async def receive():
        return {"type": "http.request", "body": b"x" * 40_000, "more_body": True}

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/hello", "query_string": b"", "headers": []}
    asyncio.run(behind()(scope, receive, send))
    assert sent[0]["status"] == 413


def test_an_address_that_is_too_long_is_refused(get):
    assert get(behind(), "/hello", "q=" + "x" * door.LONGEST_QUERY).status == 414


def test_too_many_requests_are_refused_and_later_ones_are_not(get):
    now = [0.0]
    few = Door(INNER, Settings(requests=3), clock=lambda: now[0])
    assert [get(few, "/hello").status for _ in range(4)] == [200, 200, 200, 429]
    assert get(few, "/hello").headers["retry-after"] == "10"

    now[0] += 20
    assert [get(few, "/hello").status for _ in range(2)] == [200, 429]


def test_what_a_page_is_made_of_is_not_counted(get):
    few = behind(requests=1)
    assert {get(few, path).status for path in ("/static/x.js", "/health") * 3} == {200}


def test_clients_behind_a_proxy_are_told_apart_and_a_stranger_cannot_pose_as_another(get):
    few = behind(requests=1)
    assert get(few, "/hello", x_forwarded_for="203.0.113.7").status == 200
    assert get(few, "/hello", x_forwarded_for="203.0.113.8").status == 200
    assert get(few, "/hello", x_forwarded_for="1.2.3.4, 203.0.113.7").status == 429

    unknown = behind(requests=1, proxies=("10.0.0.0/8",))
    assert get(unknown, "/hello", x_forwarded_for="203.0.113.7").status == 200
    assert get(unknown, "/hello", x_forwarded_for="203.0.113.8").status == 429


def test_what_fails_is_told_to_the_log_and_not_to_the_reader(get, caplog):
    with caplog.at_level(logging.ERROR):
        reply = get(behind(), "/broken")

    assert reply.status == 500
    assert b"secret" not in reply.body
    assert b"Traceback" not in reply.body
    number = json.loads(reply.body)["detail"].split()[-1]
    assert number in caplog.text
    assert "the secret of /srv/data" in caplog.text


def test_no_more_pages_are_opened_than_a_replica_can_serve():
    async def waits(scope, receive, send):
        await release.wait()

    async def ask(one):
        sent = []

        async def send(message):
            sent.append(message)

        scope = {"type": "websocket", "path": "/_stcore/stream", "query_string": b"", "headers": []}
        await one(scope, None, send)
        return sent

    async def all_of_it():
        full = Door(waits, Settings(sessions=1))
        first = asyncio.create_task(ask(full))
        await asyncio.sleep(0)
        refused = await ask(full)
        release.set()
        await first
        return refused, await ask(full)

    release = asyncio.Event()
    refused, after = asyncio.run(all_of_it())
    assert refused[0]["code"] == 1013
    assert after == []


def test_the_scripts_within_the_page_are_named_by_their_hashes():
    digest = base64.b64encode(hashlib.sha256(b"a=1").digest()).decode()

    assert script_hashes("<script>a=1</script><script src='x'></script>") == f"'sha256-{digest}'"
    assert script_hashes("<script src='x'></script>") == ""


# --- files, and pages of one client

EDITOR = Reader("lan@tinh.vn", frozenset({("editor", "25")}), "signed_in")
LEADER = Reader("minh@tinh.vn", frozenset({("leader", "25")}), "signed_in")
FILE = "/_stcore/upload_file/session-1/file-1"


@pytest.mark.parametrize(
    ("reader", "method", "status"),
    [(EDITOR, "PUT", 404), (EDITOR, "DELETE", 404), (LEADER, "PUT", 403), (PUBLIC, "PUT", 403), (PUBLIC, "DELETE", 403),
     (PUBLIC, "OPTIONS", 404)],
)  # fmt: skip
def test_files_pass_for_readers_who_may_import(get, reader, method, status):
    """404 is what stands behind the door here."""
    assert get(Door(INNER, Settings(), reader_of=lambda _: reader), FILE, method=method).status == status


def test_one_reader_and_all_together_bring_no_more_than_memory_holds(get):
    now = [0.0]
    few = Door(INNER, Settings(uploads=25), clock=lambda: now[0], reader_of=lambda _: EDITOR)
    size = str(10 * 2**20)

    def bring(session: str) -> int:
        return get(few, f"/_stcore/upload_file/{session}/f", method="PUT", content_length=size).status

    assert [bring("a"), bring("b"), bring("c")] == [404, 404, 429]
    now[0] += 3600
    assert bring("c") == 404
    many = Door(INNER, Settings(uploads=10_000), clock=lambda: now[0], reader_of=lambda _: EDITOR)
    told = [get(many, f"{FILE}{n}", method="PUT", content_length=size).status for n in range(13)]
    assert told == [404] * 12 + [429]


@pytest.mark.parametrize("path", ["/healthy", "/metrics/x", "/_stcore/healthz", "/health/live/x", "/staticx"])
def test_what_only_begins_like_an_exempt_path_is_counted(get, path):
    few = behind(requests=1)
    assert [get(few, path).status for _ in range(2)] == [404, 429]


def test_all_addresses_of_an_ipv6_network_are_one_client(get):
    few = behind(requests=1)
    assert get(few, "/hello", x_forwarded_for="2001:db8:1:2::1").status == 200
    assert get(few, "/hello", x_forwarded_for="2001:db8:1:2:ffff::9").status == 429
    assert get(few, "/hello", x_forwarded_for="2001:db8:1:3::1").status == 200


# --- cookies, and the way out


async def cookies(request: Request) -> Response:
    reply = PlainTextResponse("x")
    reply.set_cookie("a", "1")
    reply.set_cookie("b", "2", secure=True)
    return reply


@pytest.mark.parametrize(("tls", "secure"), [(True, [True, True]), (False, [False, True])])
def test_behind_tls_every_cookie_goes_over_tls_alone(tls, secure):
    sent = []

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/c", "query_string": b"", "headers": []}
    asyncio.run(Door(Router(routes=[Route("/c", cookies)]), Settings(tls=tls))(scope, None, send))
    found = [value.decode().lower() for name, value in sent[0]["headers"] if name == b"set-cookie"]
    assert ["; secure" in value for value in found] == secure
    assert [value.count("secure") for value in found] == [int(one) for one in secure]


# --- all addresses of the service


def _whole() -> Door:
    return Door(Document(Router(routes=service.routes)), Settings(requests=10**9))


PATHS = sorted({route.path.replace("{name:path}", "measurements.csv") for route in service.routes})
PARAMETERS = ["province", "unit", "measure", "period", "basis", "dataset", "snapshot", "lang", "theme", "limit",
              "offset", "seen", "q", "at", "code", "shape", "way", "scope", "since", "kind", ""]  # fmt: skip
HOSTILE = [
    "25", "01", "recorded", "live", "on_time_share", "2026-08", "../../etc/passwd", "%00", "\x00", "1e309", "-1",
    "9" * 400, "<script>", "=1+1", "\u202e", "null", "{}", "' or 1=1 --", "99999999999999999999",
]  # fmt: skip
WILD = st.one_of(st.text(max_size=30), st.sampled_from(HOSTILE))


@given(
    path=st.one_of(st.sampled_from(PATHS), st.text(max_size=40).map(lambda text: "/open/v1/" + text)),
    pairs=st.lists(st.tuples(st.sampled_from(PARAMETERS), WILD), max_size=4),
    method=st.sampled_from(["GET", "GET", "GET", "HEAD", "POST", "DELETE", "OPTIONS"]),
    accept=st.sampled_from(["text/html", "*/*", "\x00", "application/vnd.apache.parquet;q=x"]),
)
@examples(400, HealthCheck.function_scoped_fixture)
def test_no_address_answers_with_a_fault(get, published, path, pairs, method, accept):
    from urllib.parse import urlencode

    reply = get(_whole(), path, urlencode(pairs, errors="replace"), method=method, accept=accept, range="bytes=0-")

    assert reply.status < 500
    assert b"Traceback" not in reply.body


def test_raw_bytes_in_an_address_are_no_fault(get, published):
    for query in ("\xff\xfe=\xff", "a=%ff%fe&province=%c3%28", "%", "&&&===", "province=25" * 300):
        assert get(_whole(), "/open/v1/units", query).status < 500


# --- the environment


@pytest.mark.parametrize(
    ("name", "value", "right"),
    [
        ("GANDAN_REQUESTS_PER_MINUTE", "many", "whole number"), ("GANDAN_REQUESTS_PER_MINUTE", "0", "at least 1"),
        ("GANDAN_SESSIONS", "-3", "whole number"), ("GANDAN_PROXIES", "10.0.0.0/8,nginx", "networks"),
        ("GANDAN_LOG", "xml", "json"), ("GANDAN_TLS", "ja", "yes or no"), ("GANDAN_LOCAL", "never", "yes or no"),
        ("GANDAN_REQUESTS_PER_MINUTE", "inf", "whole number"),
    ],
)  # fmt: skip
def test_a_variable_that_makes_no_sense_stops_the_start(monkeypatch, name, value, right):
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingError, match=f"{name}.*{right}"):
        Settings.from_environment()


def test_the_environment_is_read(monkeypatch):
    for name, value in {
        "HOSTS": "a.vn, b.vn",
        "PROXIES": "10.1.0.0/16",
        "TLS": "yes",
        "LOG": "json",
        "SESSIONS": "7",
    }.items():
        monkeypatch.setenv(f"GANDAN_{name}", value)
    found = Settings.from_environment()

    assert found.hosts == ("a.vn", "b.vn")
    assert found.believes("10.1.2.3")
    assert not found.believes("127.0.0.1")
    assert (found.tls, found.log, found.sessions) == (True, "json", 7)


def test_a_misspelt_variable_is_named_in_the_log_at_the_start(monkeypatch, caplog):
    monkeypatch.setenv("GANDAN_HOST", "gandan.example.vn")
    monkeypatch.setattr(service.gc, "freeze", lambda: None)

    async def start() -> None:
        async with service.prepared(service.app):
            pass

    asyncio.run(start())
    assert "GANDAN_HOST: nothing reads a variable of that name; is GANDAN_HOSTS meant?" in caplog.text


# --- vitals


def test_health_is_true_while_every_snapshot_opens(get, published):
    reply = get(_whole(), "/health")

    assert reply.status == 200
    assert json.loads(reply.body) == {"status": "ok", "datasets": {"live": "ok"}}


def test_health_is_false_when_a_snapshot_is_cut_off_or_nothing_is_published(get, published, tmp_path, monkeypatch):
    current = (published / "published" / "live" / "current").read_text().strip()
    file = published / "published" / "live" / current / "measurements.parquet"
    file.write_bytes(file.read_bytes()[:100])
    assert get(_whole(), "/health").status == 503
    assert get(_whole(), "/health/live").status == 200

    monkeypatch.setenv("GANDAN_DATA", str(tmp_path / "empty"))
    assert get(_whole(), "/health").status == 503


def test_metrics_tell_of_requests_snapshots_and_pulls(get, published):
    from journal import pulls

    pulls.note(published, "live", False, "the portal did not answer")
    get(_whole(), "/open/v1")
    text = get(_whole(), "/metrics").body.decode()

    assert 'gandan_snapshot_readable{dataset="live"} 1.0' in text
    assert 'gandan_last_pull_ok{dataset="live"} 0.0' in text
    assert 'gandan_request_seconds_count{part="open",status="2xx"}' in text
    assert text.endswith("# EOF\n")


def test_metrics_need_their_token_where_there_is_one(get, published, monkeypatch):
    monkeypatch.setenv("GANDAN_METRICS_TOKEN", "sesame")
    assert get(_whole(), "/metrics").status == 403
    assert get(_whole(), "/metrics", authorization="Bearer wrong").status == 403
    assert get(_whole(), "/metrics", authorization="Bearer sesame").status == 200


def test_metrics_are_refused_to_readers_behind_a_proxy(get, published):
    assert get(_whole(), "/metrics", x_forwarded_for="203.0.113.7").status == 403


def test_a_line_of_the_log_is_one_json_object():
    try:
        raise ValueError("Đúng\nhạn")
    except ValueError as error:
        record = logging.LogRecord("gandan", logging.ERROR, "", 0, "failed: %s", ("a\nb",), (type(error), error, None))
    line = vitals.JsonLines().format(record)

    assert "\n" not in line
    assert json.loads(line)["message"] == "failed: a\nb"
    assert "Đúng" in json.loads(line)["trace"]


@pytest.fixture
def log_is_put_back():
    names = [None, *logging.Logger.manager.loggerDict]
    before = [(one, one.level, one.handlers, one.propagate) for one in map(logging.getLogger, names)]
    yield
    for one, level, handlers, propagate in before:
        one.setLevel(level)
        one.handlers, one.propagate = handlers, propagate


def test_the_log_is_silent_about_the_addresses_that_sign_in_asks(log_is_put_back):
    """They hold codes and tokens; the client is the one that Authlib takes of those that are installed."""
    vitals.set_up_log(Settings(log="json"))
    rooms = {base.__module__.partition(".")[0] for base in AsyncOAuth2Client.__mro__} - {"builtins"}

    assert any(room.startswith("httpx") for room in rooms)
    for name in rooms | {room.replace("httpx", "httpcore") for room in rooms}:
        assert not logging.getLogger(name).isEnabledFor(logging.INFO), name
    assert logging.getLogger("gandan.door").isEnabledFor(logging.INFO)


def test_a_damaged_note_of_pulls_is_no_fault(tmp_path):
    from journal import pulls

    (tmp_path / pulls.NAME).write_text('{"live": {"ended')
    assert pulls.last(tmp_path) == {}
    pulls.note(tmp_path, "live", True)
    assert pulls.last(tmp_path)["live"].ok
