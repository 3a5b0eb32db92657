"""From validated measurements to a snapshot that pages read: merged, ranked, small numbers withheld, written.

All files are written to a folder that no reader knows; `etl.publishing.in_service` puts it into service in one step.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from etl.progress import Step, untold
from etl.publishing import corrected
from etl.publishing import told as beside_measures
from etl.publishing.appender import Appender
from etl.publishing.corrected_sums import of_sums
from etl.publishing.figures import write_figures
from etl.publishing.following import Scores, by_counts, differences_of, with_differences
from etl.publishing.harvest import Harvest, department_rows, empty_quarantine
from etl.publishing.in_service import (
    current_snapshot,
    named,
    put_into_service,
    salt_of,
    sha256_of,
    snapshot_id,
    snapshot_manifest,
    sole_writer,
)
from etl.publishing.merge import Merged, merged, validated
from etl.publishing.old_snapshots import forget_old
from etl.publishing.province_sums import with_sums
from files.faults import Fault
from ranking import __version__
from ranking.manifest import Manifest, table_file
from ranking.tables import SNAPSHOT_TABLES, Revisions
from store.policy import policy_in_force
from store.reference import measures, reference_table
from store.retention import Days, retention, times

REMARKS_KEPT = 60


def publish(
    data: Path,
    dataset: str,
    harvest: Harvest,
    *,
    nature: str,
    first: Callable[[Path | None], None] | None = None,
) -> Manifest:
    """Merge a harvest into what `dataset` holds and publish the result.

    `first` is asked of the snapshot that this one will follow, while nobody else can publish; what it raises stops all.

    Rows that break a rule of `tables.Measurements` go to quarantine. A newer value of the same
    cell replaces the older one and, where the period was over, is written to `revisions`.
    """
    folder = data / "published" / dataset
    with sole_writer(folder):
        before = current_snapshot(folder)
        known = snapshot_manifest(before) if before else None
        if first:
            first(before)
        if known and known.nature != nature:
            raise Fault(f"{folder}: holds {known.nature} figures; {nature} ones go into a dataset of their own")
        shares = {name for name, measure in measures().items() if measure.kind == "share"}
        sound, rejected = validated(harvest.measurements, harvest.captured_at, shares)
        sound, summed = with_sums(
            sound, harvest.measurements, measures(), reference_table("units"), reference_table("provinces")
        )
        result = merged(before, sound, harvest.fields)
        revised, own = _corrected(before, result, corrected.in_force(data, dataset))
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
            revisions=pl.concat([result.revisions, revised]),
            own=own,
            departments=_known_departments(before, harvest),
            scores=by_counts(result),
            told=beside_measures.merged(before, harvest),
        )


def _corrected(before: Path | None, result: Merged, corrections: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(revisions by corrections, the sources' own rows in whose place they stand); corrects `result` from here on."""
    own = result.own(corrections)
    result.warnings += corrected.remarks(own, corrections)
    sums = of_sums(corrections, own, result.own, measures(), reference_table("units"))
    corrections, own = pl.concat([corrections, sums]), pl.concat([own, result.own(sums)])
    earlier = corrected.cells_of(before)
    result.corrections = corrections
    now = corrected.overlaid(own, corrections)
    return corrected.revisions(before, now, result.own(earlier)), own


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
    told: Mapping[str, pl.DataFrame] | None = None,
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
            told=told,
            step=step,
        )


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
    own: pl.DataFrame | None = None,
    told: Mapping[str, pl.DataFrame] | None = None,
) -> Manifest:
    before = named(folder)
    partial = folder / f".partial-{os.getpid()}"
    partial.mkdir()
    try:
        rule = retention(nature, folder.parents[1])
        rows = write_figures(partial, chunks, step, scores, folder / before if before else None)
        small = {"revisions": revisions, "quarantine": quarantine, "departments": departments}
        for name, table in small.items():
            with Appender(partial, name) as file:
                rows[name] = file.append(SNAPSHOT_TABLES[name].validate(table))
        if own is not None and own.height:
            own.write_parquet(partial / table_file(corrected.TABLE), compression="zstd")
            rows[corrected.TABLE] = own.height
        rows |= beside_measures.write(partial, told or {})
        sha256 = {name: sha256_of(partial / table_file(name)) for name in rows}
        manifest = Manifest(
            id=snapshot_id(captured_at, sha256, salt_of(folder, partial, nature)),
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
