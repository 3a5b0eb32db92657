"""How the service does: `/health`, `/health/live`, `/metrics` (OpenMetrics) and a log of JSON lines."""

from __future__ import annotations

import hmac
import json
import logging
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST, generate_latest
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from files.places import published_folder
from journal import audit, backups, pulls
from store import kept, sight
from store import snapshot as store_snapshot
from store.snapshot import Snapshot, SnapshotTrouble
from web.readers import ReaderOf
from web.settings import Settings, is_loopback

REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
_SECONDS = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 1.5, 2.5, 5.0, 10.0)
RERUNS = Histogram("gandan_rerun_seconds", "Runs of a page", ["page"], buckets=_SECONDS, registry=REGISTRY)
PARTS = Histogram(
    "gandan_part_seconds",
    "Frames of figures worked out for pages, not those that were kept",
    ["part"],
    buckets=_SECONDS,
    registry=REGISTRY,
)
FAILED = Counter("gandan_reruns_failed", "Runs of a page that ended in an error", registry=REGISTRY)
REQUESTS = Histogram(
    "gandan_request_seconds",
    "Requests by the part of the service",
    ["part", "status"],
    buckets=_SECONDS,
    registry=REGISTRY,
)
REFUSED = Counter("gandan_requests_refused", "Requests that were not let in", ["why"], registry=REGISTRY)
SESSIONS = Gauge("gandan_sessions", "Pages that are open now", registry=REGISTRY)
READABLE = Gauge("gandan_snapshot_readable", "1 where the snapshot opens", ["dataset"], registry=REGISTRY)
AGE = Gauge("gandan_snapshot_age_seconds", "Since the figures were captured", ["dataset"], registry=REGISTRY)
QUARANTINED = Gauge("gandan_quarantined_rows", "Rows not taken", ["dataset"], registry=REGISTRY)
TAKEN = Gauge("gandan_measurements", "Rows of figures", ["dataset"], registry=REGISTRY)
PULLED = Gauge("gandan_last_pull_seconds", "When the last pull ended, Unix time", ["dataset"], registry=REGISTRY)
PULL_OK = Gauge("gandan_last_pull_ok", "1 where the last pull was published", ["dataset"], registry=REGISTRY)
KEPT = Gauge("gandan_last_kept_seconds", "When the last backup, drill or pruning ended", ["work"], registry=REGISTRY)
KEPT_OK = Gauge("gandan_last_kept_ok", "1 where the last one was sound", ["work"], registry=REGISTRY)
FREE = Gauge("gandan_disk_free_bytes", "Free on the disk of the data folder", registry=REGISTRY)
UNNOTED = Gauge(
    "gandan_audit_left_out", "Acts of readers without a sign-in beyond what an hour notes", registry=REGISTRY
)
_PARTS = ("open", "embed", "layers", "search.json", "_stcore", "static", "app", "media", "health", "metrics")
_NO_STORE = {"cache-control": "no-store"}


# --- what is counted


def asked(path: str, status: int, seconds: float) -> None:
    """Count a request; parts are few and known, so that no address can make a series of its own."""
    first = path.strip("/").split("/", 1)[0]
    REQUESTS.labels(first if first in _PARTS else "page", f"{status // 100}xx").observe(seconds)


def worked_out(part: str, seconds: float) -> None:
    """Count a frame that a page needed and nobody had kept; parts are functions of `store`, so they are few."""
    PARTS.labels(part).observe(seconds)


kept.watched_by(worked_out)


def refused(why: str) -> None:
    REFUSED.labels(why).inc()


@contextmanager
def rerun(page: str) -> Iterator[None]:
    """Time a run of a page. A run that Streamlit breaks off for the next one is a run all the same."""
    started = time.perf_counter()
    try:
        yield
    finally:
        RERUNS.labels(page).observe(time.perf_counter() - started)


def script_failed(error: Exception) -> None:
    """Note that a page failed, with its trace in the log; the reader sees one plain sentence of Streamlit's."""
    FAILED.inc()
    logging.getLogger("gandan.page").error("a page failed", exc_info=error)


# --- what is told


def health() -> tuple[bool, dict[str, str]]:
    """Whether every dataset that is published opens, and there is one; per dataset `ok` or what is wrong."""
    found = {}
    for dataset in store_snapshot.datasets(unreleased=True):
        try:
            _opened(dataset)
            found[dataset] = "ok"
        except SnapshotTrouble as trouble:
            found[dataset] = trouble.kind
    return bool(found) and set(found.values()) == {"ok"}, found


def _opened(dataset: str) -> Snapshot:
    """The latest snapshot, after the one that the public reads, where that is another."""
    inside = (False, True) if dataset in store_snapshot.datasets() else (True,)
    for unreleased in inside:
        snapshot = store_snapshot.open_snapshot(dataset, unreleased=unreleased)
        sight.scan(snapshot, "measurements").head(1).collect()
    return snapshot


async def _health(request: Request) -> Response:
    sound, datasets = await run_in_threadpool(health)
    words = {"status": "ok" if sound else "unreadable", "datasets": datasets}
    return JSONResponse(words, 200 if sound else 503, headers=_NO_STORE)


async def _live(request: Request) -> Response:
    return JSONResponse({"status": "ok"}, headers=_NO_STORE)


async def _metrics(request: Request) -> Response:
    return Response(await run_in_threadpool(metrics), media_type=CONTENT_TYPE_LATEST, headers=_NO_STORE)


ROUTES = [Route("/health", _health), Route("/health/live", _live), Route("/metrics", _metrics)]
"""The addresses of health and metrics; who may ask for these is what the door decides (`may_collect`)."""
RULE = "route.metrics"


def may_collect(request: HTTPConnection, token: str, reader_of: ReaderOf) -> bool:
    """Whoever shows the token; without one, an administrator, or a collector on this machine asking directly."""
    shown = request.headers.get("authorization", "").removeprefix("Bearer ")
    if token:
        return hmac.compare_digest(shown.encode(), token.encode())
    direct = "x-forwarded-for" not in request.headers and is_loopback(request.client.host if request.client else "")
    return direct or reader_of(request).may(RULE)


def metrics() -> bytes:
    """All metrics as OpenMetrics text, those of snapshots and pulls as they are now."""
    now = time.time()
    for dataset in store_snapshot.datasets(unreleased=True):
        try:
            manifest = _opened(dataset).manifest
        except SnapshotTrouble:
            READABLE.labels(dataset).set(0)
            continue
        READABLE.labels(dataset).set(1)
        AGE.labels(dataset).set(now - manifest.captured_at.timestamp())
        QUARANTINED.labels(dataset).set(manifest.rows.get("quarantine", 0))
        TAKEN.labels(dataset).set(manifest.rows["measurements"])
    data = published_folder().parent
    for dataset, pull in pulls.last(data).items():
        PULLED.labels(dataset).set(pull.ended_at.timestamp())
        PULL_OK.labels(dataset).set(pull.ok)
    for work, run in backups.last(data).items():
        KEPT.labels(work).set(run.ended_at.timestamp())
        KEPT_OK.labels(work).set(run.ok)
    UNNOTED.set(audit.left_out())
    with suppress(OSError):
        FREE.set(shutil.disk_usage(data).free)
    return generate_latest(REGISTRY)


# --- the log


class JsonLines(logging.Formatter):
    """A line of the log as one JSON object: at, level, logger, message, and the trace of an error."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def set_up_log(settings: Settings) -> None:
    """Send what all parts of the service log to standard error, as JSON lines where that was asked for."""
    if settings.log != "json":
        return
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    logging.getLogger().handlers = [handler]
    logging.getLogger().setLevel(logging.INFO)
    for name in list(logging.Logger.manager.loggerDict):
        if name.split(".")[0] in ("uvicorn", "streamlit"):
            known = logging.getLogger(name)
            known.handlers, known.propagate = [], True
    for loud in ("httpx2", "httpcore2", "authlib"):  # their lines tell addresses with codes and tokens
        logging.getLogger(loud).setLevel(logging.WARNING)
