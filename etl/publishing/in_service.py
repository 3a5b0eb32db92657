"""The snapshot that readers see of a dataset: which one it is, whether it is whole, and the switch to the next.

The order of work makes any interruption harmless: all files of a snapshot are written to a folder that no
reader knows, brought to disk, the folder gets its final name, and only then the file `current`
is replaced. Until that last step readers see the old snapshot, whole; after it the new one. The public reads what
`released` names (`etl.publishing.release_log`), which follows where nothing waits for a person.
"""

from __future__ import annotations

import hashlib
import secrets
import shutil
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from etl.publishing import release_log
from files import lock, whole
from files.faults import Fault
from journal import audit
from ranking.manifest import CURRENT, MANIFEST, RELEASED, Manifest, ManifestError, table_file
from ranking.states import SUPPRESSED
from store import releases

LOCK_SECONDS = 300
SALT = ".salt"
_MENDING = f"write the id of a sound snapshot into `{CURRENT}`, or delete `{CURRENT}` to publish again"


def sole_writer(folder: Path, seconds: float | None = None) -> AbstractContextManager[None]:
    """Hold the folder of a dataset for one publish; Fault where another holds it for longer than `seconds`, by default
    `LOCK_SECONDS`."""
    return lock.sole_publisher(folder, ".publish.lock", "publish", LOCK_SECONDS if seconds is None else seconds)


def current_snapshot(folder: Path) -> Path | None:
    """The folder of the snapshot that a dataset's `current` names; None where nothing is published.

    Fault where that folder is gone: to publish over it would drop all that it held without a word.
    """
    name = named(folder)
    if name is None:
        return None
    if not name or not (folder / name).is_dir():
        raise Fault(f"{folder / CURRENT}: names {name!r}, which is not there; {_MENDING}")
    return folder / name


def named(folder: Path) -> str | None:
    """What a dataset's `current` says, whether or not it is there; None where nothing is published."""
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


def put_into_service(folder: Path, partial: Path, manifest: Manifest) -> None:
    """Write the manifest, switch to the snapshot, note in the audit log who has published it, and release it where it
    waits for nobody."""
    released = release_log.waits_for_nobody(folder, manifest, release_log.shown(folder), partial)
    release_log.adopt(folder)
    put_beside(folder, partial, manifest)
    if named(folder) != manifest.id:
        whole.write(folder / CURRENT, f"{manifest.id}\n".encode())
    about = {"dataset": manifest.dataset, "snapshot": manifest.id, "rows": manifest.rows["measurements"]}
    audit.note(folder.parents[1], audit.actor(), "publish", **about)
    if released:
        release_log.by_itself(folder, manifest)


def put_beside(folder: Path, partial: Path, manifest: Manifest) -> None:
    """Write the manifest and give the folder its final name.

    A snapshot that a pointer names stays as it is, but for the policy of its public tables where another one comes to
    the same.
    """
    snapshot = manifest.id
    (partial / MANIFEST).write_text(manifest.to_json(), encoding="utf-8")
    for path in [*partial.iterdir(), partial]:
        whole.to_disk(path)
    final = folder / snapshot
    if final.exists():
        if snapshot in (named(folder), releases.pointer(folder, RELEASED)):
            shutil.rmtree(partial)
            if Manifest.from_json((final / MANIFEST).read_text(encoding="utf-8")).policy != manifest.policy:
                whole.write(final / MANIFEST, manifest.to_json().encode())
            return
        shutil.rmtree(final)
    partial.rename(final)
    whole.to_disk(folder)


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def snapshot_id(captured_at: datetime, sha256: dict[str, str], salt: str = "") -> str:
    """When the figures were captured, and eight digits of what the files hold: the same files have the same id."""
    content = hashlib.sha256("".join([salt, *(sha256[name] for name in sorted(sha256))]).encode()).hexdigest()
    return f"{captured_at.astimezone(UTC):%Y%m%dT%H%M%SZ}-{content[:8]}"


def salt_of(folder: Path, partial: Path, nature: str) -> str:
    """What goes into the id of a snapshot that withholds real figures, a secret of the dataset's `folder`; or nothing.

    Everybody reads the id. Without it, who guesses the few withheld figures of a small dataset could write the same
    files and see by their id that the guess is right. It is made once, and read by the service alone.
    """
    shown = pl.scan_parquet(partial / table_file("measurements_public")).select(pl.col("state") == SUPPRESSED)
    if nature == "simulated" or not shown.select(pl.any("state")).collect().item():
        return ""
    path = folder / SALT
    if not path.exists():
        with whole.replacing(path) as new:
            new.touch(0o600)
            new.write_text(secrets.token_hex(32), encoding="utf-8")
    return path.read_text(encoding="utf-8").strip()
