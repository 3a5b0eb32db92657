"""The stand-in's HTTP side: the portal's wire contract on a loopback port."""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

from ranking.periods import Period, between, calendar_period
from tests.stand_in.recorded import Recorded, recorded_folder
from tests.stand_in.troubles import FIREWALL_PAGE, IN_WHAT_IT_SAYS, ON_THE_WIRE, Trouble, spoilt
from tests.stand_in.world import METRICS, TREES, World

PATH = "/api/v1/reporting/evaluation/"
GATEWAY = "/jsp/rest.jsp"
SERVICE = "report_tinh_766_service"
RESULTS = "service-results"
ENDPOINTS = (RESULTS, *TREES, *METRICS)


@dataclass(frozen=True)
class Heard:
    """One request as it came in."""

    number: int
    endpoint: str
    scope: str
    body: dict
    headers: dict[str, str]


class BadRequest(Exception):
    pass


class StandIn:
    """A running stand-in; use as a context manager, then ask `base_url`.

    `requests` lists what it heard, `most_at_once` how many requests were open together.
    """

    def __init__(
        self, world: World | None = None, *, troubles: list[Trouble] | None = None, port: int = 0, page_limit: int = 300
    ) -> None:
        self.world = world or default_world()
        self.troubles = list(troubles or [])
        self.requests: list[Heard] = []
        self.page_limit = page_limit
        self.most_at_once = self._open = 0
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", port), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> StandIn:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def asked(self) -> list[tuple[str, str]]:
        """(endpoint, scope) of each request, in order."""
        return [(heard.endpoint, heard.scope) for heard in self.requests]

    def hear(self, endpoint: str, scope: str, body: dict, headers: dict[str, str]) -> list[Trouble]:
        """Note a request; the troubles that befall it."""
        with self._lock:
            number = len(self.requests) + 1
            self.requests.append(Heard(number, endpoint, scope, body, headers))
            return [trouble for trouble in self.troubles if trouble.strikes(number, endpoint, scope)]

    def enter(self, change: int) -> None:
        with self._lock:
            self._open += change
            self.most_at_once = max(self.most_at_once, self._open)

    def portal_reply(self, endpoint: str, body: dict, troubles: list[Trouble]) -> bytes:
        root = body.get("rootDepartmentId")
        if root not in self.world.provinces and not (root is None and endpoint == RESULTS):
            raise BadRequest("rootDepartmentId")
        data = self.world.answer(endpoint, root, asked_period(endpoint, body))
        if body.get("formalityId"):
            data = of_one_procedure(data)
        for trouble in troubles:
            if trouble.kind in IN_WHAT_IT_SAYS:
                data = spoilt(trouble.kind, data, trouble.unit)
        if endpoint in METRICS:
            data = self._page(data, int(body.get("currentPage", 1)), int(body.get("pageSize", 20)))
        return _as_json({"code": "OK", "data": data, "message": "OK"})

    def _page(self, data: dict, page: int, size: int) -> dict:
        size = min(size, self.page_limit)
        total = data["pagination"]["total"]
        rows = data["evaluation"][(page - 1) * size : page * size]
        pagination = {"total": total, "currentPage": page, "pageSize": size, "totalPages": -(-total // size)}
        return {**data, "evaluation": rows, "pagination": pagination}

    def gateway_reply(self, params: dict, troubles: list[Trouble]) -> tuple[bytes, datetime]:
        rows, moment = self.world.gateway(str(params["p_tinh_id"]), gateway_period(params))
        kinds = {trouble.kind for trouble in troubles}
        if "empty" in kinds:
            rows = []
        if "wrong_total" in kinds:
            rows = [{**rows[0], "TONG_SCORE": "1.5"}, *rows[1:]]
        if "text_number" in kinds:
            rows = [{**rows[0], "TDGQ": "19,87"}, *rows[1:]]
        return _as_json(rows), moment


def of_one_procedure(data: dict) -> dict:
    """A progress reply as of one procedure: a third of the dossiers of each unit, all on time as far as they go."""

    def third(row: dict) -> dict:
        received = row["totalReceived"] // 3
        on_time = min(received, row["totalOnTime"])
        return {**row, "totalReceived": received, "totalOnTime": on_time, "totalOverdue": received - on_time}

    return {**data, "parent": third(data["parent"]), "children": [third(row) for row in data["children"]]}


def default_world() -> World:
    """Units of data/reference, and recorded replies where they are at hand."""
    from store.reference import reference_table as reference

    folder = recorded_folder()
    return World(reference("units"), reference("provinces"), Recorded(folder) if folder else None)


def asked_period(endpoint: str, body: dict) -> Period:
    """The period of a request; a stretch from a period's first day on means that period."""
    if endpoint == "handling-satisfaction":
        start, end = date.fromisoformat(body["fromDate"]), date.fromisoformat(body["toDate"])
        found = between(start, end)
        months = 12 if start.month == 1 and (end.month > 3 or end.year > start.year) else 3
        if found.kind != "to_date":
            return found
        if start.month == end.month:
            months = 1
        return calendar_period(
            {12: "year", 3: "quarter", 1: "month"}[months], start.year, (start.month - 1) // months + 1
        )
    kind = body["timeType"]
    if kind not in ("year", "quarter", "month"):
        raise BadRequest("timeType")
    return calendar_period(kind, int(body["year"]), int(body[kind]) if kind != "year" else 1)


def gateway_period(params: dict) -> Period:
    year = int(params["p_nam"])
    for kind, name in (("month", "p_thang"), ("quarter", "p_quy"), ("half", "p_6thang")):
        if int(params[name]):
            return calendar_period(kind, year, int(params[name]))
    return calendar_period("year", year)


def _as_json(content: object) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def _handler(stand_in: StandIn) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        server_version, sys_version = "gan-dan-stand-in", ""
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            known = self.path == GATEWAY or self.path.removeprefix(PATH) in ENDPOINTS
            self._send(405 if known else 404, b'{"code":"METHOD_NOT_ALLOWED","message":"POST only"}')

        def do_POST(self) -> None:
            stand_in.enter(+1)
            try:
                self._post(self.rfile.read(int(self.headers.get("Content-Length", 0))))
            except (BadRequest, KeyError, ValueError) as error:
                self._send(400, _as_json({"code": "BAD_REQUEST", "data": None, "message": str(error)}))
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True
            finally:
                stand_in.enter(-1)

        def _post(self, raw: bytes) -> None:
            kind = self.headers.get("Content-Type", "").split(";")[0]
            endpoint = self.path.removeprefix(PATH)
            if self.path == GATEWAY:
                if kind != "application/x-www-form-urlencoded":
                    raise BadRequest("form-encoded only")
                self._gateway(json.loads(parse_qs(raw.decode())["params"][0]))
            elif not self.path.startswith(PATH) or endpoint not in ENDPOINTS:
                self._send(404, b"{}")
            elif kind != "application/json":
                raise BadRequest("JSON only")
            else:
                self._portal(endpoint, json.loads(raw))

        def _portal(self, endpoint: str, body: dict) -> None:
            province = stand_in.world.provinces.get(body.get("rootDepartmentId"))
            troubles = stand_in.hear(endpoint, province["state_code"] if province else "VN", body, dict(self.headers))
            if not self._misbehave(troubles, 201, lambda: stand_in.portal_reply(endpoint, body, troubles)):
                self._send(201, stand_in.portal_reply(endpoint, body, troubles))

        def _gateway(self, params: dict) -> None:
            if params.get("service") != SERVICE:
                raise BadRequest("service")
            province = stand_in.world.by_gateway_id.get(str(params["p_tinh_id"]))
            scope = province["state_code"] if province else "VN"
            troubles = stand_in.hear(SERVICE, scope, params, dict(self.headers))
            content, moment = stand_in.gateway_reply(params, troubles)
            if not self._misbehave(troubles, 200, lambda: content):
                self._send(200, content, moment=moment)

        def _misbehave(self, troubles: list[Trouble], status: int, content) -> bool:
            trouble = next((trouble for trouble in troubles if trouble.kind in ON_THE_WIRE), None)
            if trouble is None:
                return False
            match trouble.kind:
                case "firewall":
                    self._send(200, FIREWALL_PAGE, kind="text/html")
                case "forbidden":
                    self._send(403, b"{}")
                case "not_acceptable":
                    self._send(406, b"")
                case "too_many":
                    self._send(429, b"{}", extra={"Retry-After": trouble.retry_after} if trouble.retry_after else {})
                case "broken":
                    self._send(502, b"<html>Bad Gateway</html>", kind="text/html")
                case "not_ok":
                    self._send(status, b'{"code":"ERROR","message":"Internal error"}')
                case "truncated":
                    whole = content()
                    self._send(status, whole[: len(whole) // 2])
                case "reset":
                    self._reset()
                case "stall":
                    time.sleep(trouble.seconds)
                    self.close_connection = True
            return True

        def _reset(self) -> None:
            """Close with RST instead of FIN."""
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            self.connection.close()

        def _send(
            self, status: int, content: bytes, *, kind: str = "application/json; charset=utf-8",
            moment: datetime | None = None, extra: dict[str, str] | None = None,
        ) -> None:  # fmt: skip
            self.send_response_only(status)
            self.send_header("Server", self.server_version)
            self.send_header("Date", format_datetime(moment or stand_in.world.now, usegmt=True))
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            for name, value in (extra or {}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

        def finish(self) -> None:
            with suppress(OSError, ValueError):
                super().finish()

    return Handler
