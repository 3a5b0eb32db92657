"""From validated measurements to a snapshot that pages read, switched in one step.

The order of work makes any interruption harmless: all files are written to a folder that no
reader knows, brought to disk, the folder gets its final name, and only then the file `current`
is replaced. Until that last step readers see the old snapshot, whole; after it the new one.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
from filelock import FileLock, Timeout

from etl.faults import Fault
from etl.harvest import Harvest, empty_quarantine
from etl.merge import merged, validated
from etl.places import measures, reference
from ranking import __version__
from ranking.derived import received_per_1000, received_per_day
from ranking.manifest import CURRENT, MANIFEST, Manifest, ManifestError, table_file
from ranking.measures import Measure
from ranking.standings import standings, unit_scopes
from ranking.tables import SNAPSHOT_TABLES, Measurements, Revisions, Standings

LOCK_SECONDS = 300
KEPT_IF_NOT_LIVE = 2
_ROWS_PER_GROUP = 200_000


def publish(data: Path, dataset: str, harvest: Harvest, *, nature: str) -> Manifest:
    """Merge a harvest into what `dataset` holds and publish the result.

    Rows that break a rule of `tables.Measurements` go to quarantine. A newer value of the same
    cell replaces the older one and, where the period was over, is written to `revisions`.
    """
    folder = data / "published" / dataset
    with _sole_writer(folder):
        before = current_snapshot(folder)
        sound, rejected = validated(harvest.measurements)
        result = merged(before, sound)
        quarantine = pl.concat([_kept_quarantine(before, harvest), harvest.quarantine, rejected])
        known = snapshot_manifest(before) if before else None
        return _write(
            folder,
            result.chunks(),
            nature=nature,
            captured_at=max(filter(None, [harvest.captured_at, known and known.captured_at])),
            sources=sorted({*harvest.sources, *(known.sources if known else [])}),
            warnings=[*harvest.warnings, *result.warnings],
            quarantine=quarantine,
            revisions=result.revisions,
        )


def publish_chunks(
    data: Path,
    dataset: str,
    chunks: Iterable[pl.DataFrame],
    *,
    nature: str,
    captured_at: datetime,
    sources: list[str],
    warnings: list[str],
    quarantine: pl.DataFrame | None = None,
) -> Manifest:
    """Publish `dataset` anew from frames that each hold all rows of one measure."""
    folder = data / "published" / dataset
    with _sole_writer(folder):
        return _write(
            folder,
            chunks,
            nature=nature,
            captured_at=captured_at,
            sources=sources,
            warnings=warnings,
            quarantine=empty_quarantine() if quarantine is None else quarantine,
            revisions=Revisions.create_empty(),
        )


def current_snapshot(folder: Path) -> Path | None:
    """The folder of the snapshot that a dataset's `current` names; None where nothing is published."""
    pointer = folder / CURRENT
    if not pointer.exists():
        return None
    snapshot = folder / pointer.read_text(encoding="utf-8").strip()
    return snapshot if snapshot.is_dir() else None


def snapshot_manifest(snapshot: Path) -> Manifest:
    """The manifest of a snapshot's folder; Fault where it is damaged."""
    try:
        return Manifest.from_json((snapshot / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ManifestError) as error:
        raise Fault(f"{snapshot}: {error}; move the folder away and publish again") from error


def _kept_quarantine(before: Path | None, harvest: Harvest) -> pl.DataFrame:
    """Earlier quarantine of other sources; a source that speaks again replaces what it said."""
    if before is None:
        return empty_quarantine()
    spoken = harvest.quarantine.get_column("source").unique().to_list() + harvest.sources
    return pl.read_parquet(before / table_file("quarantine")).filter(~pl.col("source").is_in(spoken))


@contextmanager
def _sole_writer(folder: Path) -> Iterator[None]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / ".publish.lock", timeout=LOCK_SECONDS):
            for left_over in folder.glob(".partial-*"):
                shutil.rmtree(left_over, ignore_errors=True)
            yield
    except Timeout:
        raise Fault(f"{folder}: another publish has been running for {LOCK_SECONDS} s; try again later") from None
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        reason = "the disk is full" if full else str(error)
        raise Fault(f"{folder}: nothing was published: {reason}; the snapshot published before stays") from error


def _write(
    folder: Path,
    chunks: Iterable[pl.DataFrame],
    *,
    nature: str,
    captured_at: datetime,
    sources: list[str],
    warnings: list[str],
    quarantine: pl.DataFrame,
    revisions: pl.DataFrame,
) -> Manifest:
    partial = folder / f".partial-{os.getpid()}"
    partial.mkdir()
    try:
        rows = _write_figures(partial, chunks)
        for name, table in (("revisions", revisions), ("quarantine", quarantine)):
            SNAPSHOT_TABLES[name].validate(table).write_parquet(partial / table_file(name))
            rows[name] = table.height
        sha256 = {name: _sha256(partial / table_file(name)) for name in SNAPSHOT_TABLES}
        manifest = Manifest(
            id=_snapshot_id(captured_at, sha256),
            dataset=folder.name,
            nature=nature,
            sources=sources,
            captured_at=captured_at,
            published_at=datetime.now(UTC).replace(microsecond=0),
            rows=rows,
            sha256=sha256,
            code_version=__version__,
            warnings=warnings,
        )
        (partial / MANIFEST).write_text(manifest.to_json(), encoding="utf-8")
        _switch(folder, partial, manifest.id)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    _forget_old(folder, manifest)
    return manifest


def _write_figures(partial: Path, chunks: Iterable[pl.DataFrame]) -> dict[str, int]:
    registry, units, provinces = measures(), reference("units"), reference("provinces")
    counts = {"measurements": 0, "standings": 0}
    with _Appender(partial, "measurements") as measured, _Appender(partial, "standings") as ranked:
        for rows in with_derived(chunks, registry, units):
            measure = registry[rows.item(0, "measure")]
            counts["measurements"] += measured.append(rows)
            offices = rows.filter(pl.col("level") == "department").get_column("unit_code")
            standing = standings(rows, measure, unit_scopes(units, provinces, offices))
            counts["standings"] += ranked.append(Standings.validate(standing))
    return counts


def with_derived(
    chunks: Iterable[pl.DataFrame], registry: dict[str, Measure], units: pl.DataFrame
) -> Iterator[pl.DataFrame]:
    """Each non-empty chunk, validated and sorted; after `received` the measures derived from it."""
    for chunk in chunks:
        if chunk.is_empty():
            continue
        names = chunk.get_column("measure").unique()
        if names.len() != 1 or names[0] not in registry:
            raise Fault(f"a chunk must hold one measure of data/measures, not {sorted(names)}")
        rows = [chunk]
        if names[0] == "received":
            rows += [received_per_day(chunk), received_per_1000(chunk, units)]
        for frame in rows:
            if not frame.is_empty():
                yield Measurements.validate(frame, cast=True).sort(
                    "period_start", "level", "unit_code", "field", "basis"
                )


class _Appender:
    """A Parquet file that grows chunk by chunk, so that no table need fit into memory."""

    def __init__(self, partial: Path, table: str) -> None:
        self._path = partial / table_file(table)
        self._schema = SNAPSHOT_TABLES[table].create_empty().to_arrow(compat_level=pl.CompatLevel.oldest()).schema

    def __enter__(self) -> _Appender:
        self._writer = pq.ParquetWriter(self._path, self._schema, compression="zstd", compression_level=5)
        return self

    def append(self, rows: pl.DataFrame) -> int:
        table = rows.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(self._schema)
        self._writer.write_table(table, row_group_size=_ROWS_PER_GROUP)
        return rows.height

    def __exit__(self, *_: object) -> None:
        self._writer.close()


def _switch(folder: Path, partial: Path, snapshot: str) -> None:
    for path in partial.iterdir():
        _to_disk(path)
    final = folder / snapshot
    if final.exists():
        if (folder / CURRENT).exists() and (folder / CURRENT).read_text(encoding="utf-8").strip() == snapshot:
            shutil.rmtree(partial)
            return
        shutil.rmtree(final)
    partial.rename(final)
    pointer = folder / f".{CURRENT}"
    pointer.write_text(snapshot + "\n", encoding="utf-8")
    _to_disk(pointer)
    pointer.replace(folder / CURRENT)
    _to_disk(folder)


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _snapshot_id(captured_at: datetime, sha256: dict[str, str]) -> str:
    content = hashlib.sha256("".join(sha256[name] for name in sorted(sha256)).encode()).hexdigest()
    return f"{captured_at.astimezone(UTC):%Y%m%dT%H%M%SZ}-{content[:8]}"


def _forget_old(folder: Path, manifest: Manifest) -> None:
    """Old live snapshots stay, so that a citation holds; of the others the last one stays for its readers."""
    if manifest.nature == "live":
        return
    others = [path for path in folder.iterdir() if (path / MANIFEST).exists() and path.name != manifest.id]
    others.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    for path in others[KEPT_IF_NOT_LIVE - 1 :]:
        shutil.rmtree(path, ignore_errors=True)
