"""The public boundary files, one per province, fetched politely and kept until all are there.

A file is kept with a sidecar (address, time, sha256, licence) once it is whole and has passed its
checks; a later run asks only for those that are missing. Nothing of a half download is used.
"""

from __future__ import annotations

import hashlib
import json
import random
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

import requests

from etl.boundaries.sources import NOT_STATED, Borders, from_json, together
from etl.portal.client import user_agent
from etl.progress import Progress
from files import whole
from files.faults import BadInput, Fault

PUBLIC = "https://www.tinhthanhpho.com"
_MAY_PASS = (408, 425, 429, 500, 502, 503, 504)


class NotToBeHad(Fault):
    """The public files cannot be had now; other boundaries may do."""


class _TryAgain(Exception):
    pass


@dataclass(frozen=True)
class Manners:
    """How to ask, in seconds; `first_seconds` is how long a source may take to begin at all."""

    first_seconds: float = 5
    connect_seconds: float = 10
    read_seconds: float = 30
    total_seconds: float = 300
    pause: tuple[float, float] = (0.5, 1.5)
    tries: int = 3


class PublicFiles:
    """The files below `base_url`, kept in `folder`."""

    def __init__(
        self,
        folder: Path,
        base_url: str = PUBLIC,
        manners: Manners | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.folder, self.base_url = folder, base_url.rstrip("/")
        self.manners, self._sleep = manners or Manners(), sleep
        self._session = requests.Session()
        self._session.headers["User-Agent"] = user_agent()
        self._asked = False

    def borders(self, codes: Mapping[str, Collection[str]], *, fresh: bool = False) -> Borders:
        """The borders of all provinces: `codes` holds those of its units by province.

        Raises NotToBeHad where one file cannot be had or fails a check; those before it are kept.
        """
        got: list[Borders] = []
        with Progress("boundaries", len(codes)) as step:
            for province in sorted(codes):
                step(self._address(province))
                try:
                    kept = None if fresh else self._kept(province, codes[province])
                    got.append(kept or self._fetched(province, codes[province]))
                except (NotToBeHad, BadInput, requests.RequestException) as why:
                    raise NotToBeHad(f"{_said(why, self._address(province))}{self._progress(got, codes)}") from why
        return together(got)

    def _progress(self, got: list[Borders], codes: Collection[str]) -> str:
        if not got:
            return ""
        return f"; {len(got)} of {len(codes)} files are kept in {self.folder}, the same command goes on from there"

    def _address(self, province: str) -> str:
        return f"{self.base_url}/data/wards-{province}.geojson"

    def _kept(self, province: str, codes: Collection[str]) -> Borders | None:
        """The file of an earlier run, if it came from this address, is whole and holds the units of today."""
        file = self.folder / f"wards-{province}.geojson"
        try:
            content = file.read_bytes()
            sidecar = json.loads(file.with_suffix(".json").read_text(encoding="utf-8"))
            if (sidecar["url"], sidecar["sha256"]) != (self._address(province), _digest(content)):
                return None
            borders = from_json(content, file)
            check_codes(file, borders, codes)
            return borders
        except (OSError, ValueError, KeyError, TypeError, BadInput):
            return None

    def _fetched(self, province: str, codes: Collection[str]) -> Borders:
        address = self._address(province)
        content = self._content(address)
        borders = from_json(content, address)
        if borders.licence == NOT_STATED:
            raise BadInput(address, "names no licence, so it is not used", field="metadata.license")
        check_codes(address, borders, codes)
        self._keep(province, content, borders)
        return borders

    def _keep(self, province: str, content: bytes, borders: Borders) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        file = self.folder / f"wards-{province}.geojson"
        sidecar = {
            "url": self._address(province),
            "fetched_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "sha256": _digest(content),
            "licence": borders.licence,
            "publisher": borders.source,
        }
        whole.write(file, content)
        whole.write(file.with_suffix(".json"), json.dumps(sidecar, ensure_ascii=False, indent=1).encode())

    def _content(self, address: str) -> bytes:
        """The bytes at an address. The first one asked for must begin soon: the source may be out of reach."""
        if not self._asked:
            self._asked = True
            return self._read(self._begun(address))
        for attempt in range(1, self.manners.tries + 1):
            self._sleep(random.uniform(*self.manners.pause) * 2 ** (attempt - 1))
            try:
                return self._read(self._get(address, self.manners.connect_seconds, self.manners.read_seconds))
            except (_TryAgain, requests.RequestException) as trouble:
                if attempt == self.manners.tries:
                    raise NotToBeHad(f"{_said(trouble, address)}, {attempt} times") from trouble
        raise AssertionError("unreachable: tries is at least 1")

    def _begun(self, address: str) -> requests.Response:
        """The beginning of an answer; in a thread, because nothing else bounds the search for a host's address."""
        outcome: list[requests.Response | Exception] = []

        def ask() -> None:
            try:
                outcome.append(self._get(address, self.manners.first_seconds, self.manners.first_seconds))
            except (_TryAgain, NotToBeHad, requests.RequestException) as error:
                outcome.append(error)

        thread = Thread(target=ask, daemon=True)
        thread.start()
        thread.join(self.manners.first_seconds)
        if not outcome:
            raise NotToBeHad(f"{address}: no answer within {self.manners.first_seconds:g} s")
        if isinstance(outcome[0], Exception):
            raise NotToBeHad(_said(outcome[0], address)) from outcome[0]
        return outcome[0]

    def _get(self, address: str, connect: float, read: float) -> requests.Response:
        response = self._session.get(address, timeout=(connect, read), stream=True)
        if response.status_code == 200:
            return response
        response.close()
        if response.status_code in _MAY_PASS:
            raise _TryAgain(f"{address}: status {response.status_code}")
        raise NotToBeHad(f"{address}: status {response.status_code} where 200 is expected")

    def _read(self, response: requests.Response) -> bytes:
        deadline = time.monotonic() + self.manners.total_seconds
        with response:
            pieces = []
            for piece in response.iter_content(1 << 16):
                pieces.append(piece)
                if time.monotonic() > deadline:
                    raise requests.Timeout(f"not finished after {self.manners.total_seconds:g} s")
        return b"".join(pieces)


def check_codes(place: object, borders: Borders, expected: Collection[str]) -> None:
    """BadInput unless the borders are those of exactly the units expected."""
    strange, lacking = sorted(borders.shapes.keys() - set(expected)), sorted(set(expected) - borders.shapes.keys())
    words = [f"{code} {borders.names.get(code, '')}".strip() for code in strange]
    told = [f"{what} {_few(listed)}" for what, listed in (("strange:", words), ("missing:", lacking)) if listed]
    if told:
        told += [fault.what for fault in borders.left_out[:5]]
        raise BadInput(place, f"has not the province's units of today; {'; '.join(told)}", field="id")


def _few(words: list[str], most: int = 5) -> str:
    return ", ".join(words[:most]) + (f" and {len(words) - most} more" if len(words) > most else "")


def _said(trouble: Exception, address: str) -> str:
    """The cause in one line, without the layers of libraries around it."""
    if isinstance(trouble, Fault | _TryAgain):
        return str(trouble)
    cause = getattr(trouble.args[0], "reason", None) if trouble.args else None
    return f"{address}: {type(trouble).__name__}: {str(cause or trouble).split('): ', 1)[-1]}"[:300]


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
