"""From validated measurements to a snapshot that pages read, switched in one step.

The order of work makes any interruption harmless: all files are written to a folder that no
reader knows, brought to disk, the folder gets its final name, and only then the file `current`
is replaced. Until that last step readers see the old snapshot, whole; after it the new one.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from etl.progress import Step, untold
from etl.publishing.following import Scores, by_counts, differences_of, with_differences
from etl.publishing.harvest import Harvest, department_rows, empty_quarantine
from etl.publishing.merge import merged, validated
from etl.publishing.old_snapshots import forget_old
from etl.publishing.province_sums import with_sums
from etl.publishing.withhold import PUBLIC, write_public
from files import lock, whole
from files.faults import Fault
from journal import audit
from ranking import __version__
from ranking.ages import age
from ranking.certainty import with_certainty, with_errors
from ranking.derived import received_per_1000, received_per_day
from ranking.manifest import CURRENT, MANIFEST, Manifest, ManifestError, table_file
from ranking.measures import Measure
from ranking.movement import with_movement
from ranking.standings import standings, unit_scopes
from ranking.tables import SNAPSHOT_TABLES, Measurements, Revisions, Standings
from ranking.tiers import latest, with_tiers
from ranking.vocabulary import CELL
from store import states
from store.policy import policy_in_force
from store.reference import measures, reference_table
from store.retention import Days, retention, times
from store.swapped_days import swapped_days

LOCK_SECONDS = 300
COUNTRY_PERIODS = 3
PROVINCE_WINDOWS, COUNTRY_WINDOWS = 3, 1
REMARKS_KEPT = 60
_ROWS_PER_GROUP = 200_000
_ROWS_TOGETHER = 50_000
_ORDER = list(dict.fromkeys(["period_start", "level", "unit_code", "field", "basis", *CELL]))
_MENDING = f"write the id of a sound snapshot into `{CURRENT}`, or delete `{CURRENT}` to publish again"


def publish(data: Path, dataset: str, harvest: Harvest, *, nature: str) -> Manifest:
    """Merge a harvest into what `dataset` holds and publish the result.

    Rows that break a rule of `tables.Measurements` go to quarantine. A newer value of the same
    cell replaces the older one and, where the period was over, is written to `revisions`.
    """
    folder = data / "published" / dataset
    with sole_writer(folder):
        before = current_snapshot(folder)
        known = snapshot_manifest(before) if before else None
        if known and known.nature != nature:
            raise Fault(f"{folder}: holds {known.nature} figures; {nature} ones go into a dataset of their own")
        shares = {name for name, measure in measures().items() if measure.kind == "share"}
        sound, rejected = validated(harvest.measurements, harvest.captured_at, shares)
        sound, summed = with_sums(
            sound, harvest.measurements, measures(), reference_table("units"), reference_table("provinces")
        )
        result = merged(before, sound, harvest.fields)
        left, doubted = differences_of(result, measures())
        quarantine = pl.concat(
            [_kept_quarantine(before, harvest, times(data).quarantine), harvest.quarantine, rejected]
        )
        return _write(
            folder,
            with_differences(result.chunks(), left),
            nature=nature,
            captured_at=max([harvest.captured_at, *([known.captured_at] if known else [])]),
            sources=sorted({*harvest.sources, *(known.sources if known else [])}),
            warnings=_remarks(known, [*harvest.warnings, *summed, *doubted, *result.warnings]),
            quarantine=quarantine,
            revisions=result.revisions,
            departments=_known_departments(before, harvest),
            scores=by_counts(result),
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
    departments: pl.DataFrame | None = None,
    step: Step = untold,
) -> Manifest:
    """Publish `dataset` whole from frames that each hold all rows of one measure.

    `step` is told twice of each measure, those that are derived included.
    """
    folder = data / "published" / dataset
    with sole_writer(folder):
        return _write(
            folder,
            chunks,
            nature=nature,
            captured_at=captured_at,
            sources=sources,
            warnings=warnings,
            quarantine=empty_quarantine() if quarantine is None else quarantine,
            revisions=Revisions.create_empty(),
            departments=department_rows({}) if departments is None else departments,
            step=step,
        )


def current_snapshot(folder: Path) -> Path | None:
    """The folder of the snapshot that a dataset's `current` names; None where nothing is published.

    Fault where that folder is gone: to publish over it would drop all that it held without a word.
    """
    name = _named(folder)
    if name is None:
        return None
    if not name or not (folder / name).is_dir():
        raise Fault(f"{folder / CURRENT}: names {name!r}, which is not there; {_MENDING}")
    return folder / name


def _named(folder: Path) -> str | None:
    pointer = folder / CURRENT
    return pointer.read_text(encoding="utf-8", errors="replace").strip() if pointer.exists() else None


def snapshot_manifest(snapshot: Path) -> Manifest:
    """The manifest of a snapshot's folder; Fault where it, or a file that it vouches for, is damaged."""
    try:
        manifest = Manifest.from_json((snapshot / MANIFEST).read_text(encoding="utf-8"))
        changed = [name for name, sha256 in manifest.sha256.items() if sha256_of(snapshot / table_file(name)) != sha256]
    except (OSError, UnicodeDecodeError, ManifestError) as error:
        raise Fault(f"{snapshot}: {error}; {_MENDING}") from error
    if changed:
        files = ", ".join(map(table_file, changed))
        raise Fault(f"{snapshot}: {files}: not as published, the sha256 differs from {MANIFEST}; {_MENDING}")
    return manifest


def _remarks(known: Manifest | None, new: list[str]) -> list[str]:
    """Earlier warnings stay with the figures that they are about; the latest come last."""
    earlier = [text for text in (known.warnings if known else []) if text not in new]
    return [*earlier, *new][-REMARKS_KEPT:]


def _kept_quarantine(before: Path | None, harvest: Harvest, rule: Days) -> pl.DataFrame:
    """Earlier quarantine that is not over its time; a file that is read again replaces what it said.

    An endpoint of the portal speaks of one province and period at a time, so its earlier refusals stay,
    but for those that it repeats now.
    """
    if before is None:
        return empty_quarantine()
    spoken = {*harvest.sources}.union(
        *(rows.get_column("source") for rows in (harvest.quarantine, harvest.measurements))
    )
    files = [source for source in spoken if not source.startswith("portal:")]
    kept = pl.read_parquet(before / table_file("quarantine")).filter(~pl.col("source").is_in(files))
    if since := rule.since(harvest.captured_at):
        kept = kept.filter(pl.col("captured_at") >= since)
    said = ["source", "place", "row", "column", "value", "reason"]
    return kept.join(harvest.quarantine, on=said, how="anti", nulls_equal=True)


def _known_departments(before: Path | None, harvest: Harvest) -> pl.DataFrame:
    if before is None:
        return harvest.departments
    known = pl.read_parquet(before / table_file("departments"))
    return pl.concat([harvest.departments, known]).unique("state_code", keep="first").sort("state_code")


def sole_writer(folder: Path) -> AbstractContextManager[None]:
    """Hold the folder of a dataset for one publish."""
    return lock.sole_publisher(folder, ".publish.lock", "publish", LOCK_SECONDS)


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
    departments: pl.DataFrame,
    step: Step = untold,
    scores: Scores | None = None,
) -> Manifest:
    before = _named(folder)
    partial = folder / f".partial-{os.getpid()}"
    partial.mkdir()
    try:
        rule = retention(nature, folder.parents[1])
        rows = _write_figures(partial, chunks, step, scores)
        rows |= write_public_tables(partial, step)
        small = {"revisions": revisions, "quarantine": quarantine, "departments": departments}
        for name, table in small.items():
            with _Appender(partial, name) as file:
                rows[name] = file.append(SNAPSHOT_TABLES[name].validate(table))
        sha256 = {name: sha256_of(partial / table_file(name)) for name in rows}
        manifest = Manifest(
            id=snapshot_id(captured_at, sha256),
            dataset=folder.name,
            nature=nature,
            sources=sources,
            captured_at=captured_at,
            published_at=datetime.now(UTC).replace(microsecond=0),
            rows=rows,
            sha256=sha256,
            code_version=__version__,
            warnings=warnings,
            policy=policy_in_force(),
        )
        put_into_service(folder, partial, manifest)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    if manifest.id != before:
        forget_old(folder, manifest, before, rule)
    return manifest


def put_into_service(folder: Path, partial: Path, manifest: Manifest) -> None:
    """Write the manifest, switch to the snapshot, and note in the audit log who has published it."""
    (partial / MANIFEST).write_text(manifest.to_json(), encoding="utf-8")
    _switch(folder, partial, manifest.id)
    about = {"dataset": manifest.dataset, "snapshot": manifest.id, "rows": manifest.rows["measurements"]}
    audit.note(folder.parents[1], audit.actor(), "publish", **about)


def write_public_tables(partial: Path, step: Step = untold) -> dict[str, int]:
    with _Appender(partial, "measurements_public") as measured, _Appender(partial, "standings_public") as ranked:
        return write_public(partial, measured.append, ranked.append, step)


def _write_figures(
    partial: Path, chunks: Iterable[pl.DataFrame], step: Step, scores: Scores | None = None
) -> dict[str, int]:
    """Where units likely stand is worked out beside the next measure; tables are written in the order of the chunks."""
    registry, units, provinces = measures(), reference_table("units"), reference_table("provinces")
    counts = {"measurements": 0, "standings": 0}
    with (
        _Appender(partial, "measurements") as measured,
        _Appender(partial, "standings", Standings.validate) as ranked,
        ThreadPoolExecutor(1) as beside,
    ):
        last: Future[pl.DataFrame] | None = None
        for rows in with_derived(chunks, registry, units):
            measure = registry[rows.item(0, "measure")]
            step(f"ranking {measure.id}")
            counts["measurements"] += measured.append(rows)
            offices = rows.filter(pl.col("level") == "department").get_column("unit_code")
            standing = standings(rows, measure, unit_scopes(units, provinces, offices))
            if standing.get_column("rank").null_count() == standing.height:
                # Without a rank there is nothing to be sure of, and nothing that moved.
                counts["standings"] += ranked.append(last.result()) if last else 0
                last = beside.submit(_as_it_is, standing)
                continue
            given = scores(measure) if scores else None
            errors = with_errors(standing, rows, measure, rows, beside=[age()], given=given)
            standing = with_certainty(standing, rows, measure, rows, country_periods=COUNTRY_PERIODS, errors=errors)
            standing = with_movement(standing, measure.direction, rows)
            counts["standings"] += ranked.append(last.result()) if last else 0
            groups = latest(errors, PROVINCE_WINDOWS, COUNTRY_WINDOWS)
            last = beside.submit(with_tiers, standing, errors, measure, groups)
        counts["standings"] += ranked.append(last.result()) if last else 0
    return counts


def _as_it_is(standing: pl.DataFrame) -> pl.DataFrame:
    return standing


def with_derived(
    chunks: Iterable[pl.DataFrame], registry: dict[str, Measure], units: pl.DataFrame
) -> Iterator[pl.DataFrame]:
    """Each non-empty chunk, validated and sorted; after `received` the measures derived from it.

    Small chunks are validated together: each look at the rules costs the same, however few the rows are.
    """
    waiting: list[pl.DataFrame] = []
    for chunk in chunks:
        if chunk.is_empty():
            continue
        names = chunk.get_column("measure").unique()
        if names.len() != 1 or names[0] not in registry:
            raise Fault(f"a chunk must hold one measure of data/measures, not {sorted(names)}")
        waiting.append(chunk)
        if names[0] == "received":
            waiting += [received_per_day(chunk, swapped_days()), received_per_1000(chunk, units)]
        if sum(frame.height for frame in waiting) >= _ROWS_TOGETHER:
            yield from _validated(waiting)
            waiting = []
    yield from _validated(waiting)


def _validated(frames: list[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    frames = [frame for frame in frames if not frame.is_empty()]
    if not frames:
        return
    rows = pl.concat(frames, how="vertical_relaxed")
    states.check(rows, "measurements")
    rows = Measurements.validate(rows, cast=True)
    start = 0
    for frame in frames:
        yield rows.slice(start, frame.height).sort(_ORDER)
        start += frame.height


@cache
def _arrow_schema(table: str) -> pa.Schema:
    return SNAPSHOT_TABLES[table].create_empty().to_arrow(compat_level=pl.CompatLevel.oldest()).schema


class _Appender:
    """A Parquet file that grows chunk by chunk, so that no table need fit into memory; small chunks are put together.

    `check`: what the rows have to pass before they are written.
    """

    def __init__(
        self, partial: Path, table: str, check: Callable[[pl.DataFrame], pl.DataFrame] = lambda rows: rows
    ) -> None:
        self._path, self._check = partial / table_file(table), check
        self._waiting: list[pl.DataFrame] = []
        self._schema = _arrow_schema(PUBLIC.get(table, table))

    def __enter__(self) -> _Appender:
        self._writer = pq.ParquetWriter(self._path, self._schema, compression="zstd", compression_level=5)
        return self

    def append(self, rows: pl.DataFrame) -> int:
        self._waiting.append(rows)
        if sum(frame.height for frame in self._waiting) >= _ROWS_TOGETHER:
            self._write()
        return rows.height

    def _write(self) -> None:
        if self._waiting:
            rows = self._check(pl.concat(self._waiting))
            self._waiting = []
            table = rows.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(self._schema)
            self._writer.write_table(table, row_group_size=_ROWS_PER_GROUP)

    def __exit__(self, kind: object, *_: object) -> None:
        try:
            if kind is None:
                self._write()
        finally:
            self._writer.close()


def _switch(folder: Path, partial: Path, snapshot: str) -> None:
    for path in [*partial.iterdir(), partial]:
        whole.to_disk(path)
    final = folder / snapshot
    if final.exists():
        if _named(folder) == snapshot:
            shutil.rmtree(partial)
            return
        shutil.rmtree(final)
    partial.rename(final)
    whole.to_disk(folder)
    whole.write(folder / CURRENT, f"{snapshot}\n".encode())


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def snapshot_id(captured_at: datetime, sha256: dict[str, str]) -> str:
    content = hashlib.sha256("".join(sha256[name] for name in sorted(sha256)).encode()).hexdigest()
    return f"{captured_at.astimezone(UTC):%Y%m%dT%H%M%SZ}-{content[:8]}"
