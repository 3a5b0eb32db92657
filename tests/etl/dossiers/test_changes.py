"""Later exports beside the kept months: the sums they change are those that a whole count would give."""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from etl.dossiers import changes as dossiers_changes
from etl.dossiers.changes import Changes, fold_longest, merge, sum_here
from etl.dossiers.store import Store
from ranking.dossiers.rows import DONE, DOSSIER, KEYS, OPEN
from tests.dossier_cases import dossiers

PART = "2026-08"
FIRST = date(2026, 9, 1)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A month of 60 dossiers of all kinds, kept and summed whole."""
    kept = Store(tmp_path)
    kept.folder.mkdir()
    names = pl.DataFrame({"id": [0, 1], "name": ["2.000815", "1.001193"]}, schema={"id": pl.Int16, "name": pl.String})
    (kept.folder / "lists").mkdir()
    names.write_parquet(kept.folder / "lists" / "procedures.parquet")
    merge(kept, PART, states(range(1, 61), random.Random(766), FIRST), Changes())
    sum_here(kept, [PART])
    kept.remember(pending=[])
    return kept


def states(numbers, chance: random.Random, exported: date) -> pl.DataFrame:
    """A state of each dossier, drawn by `chance`."""
    rows = []
    for number in numbers:
        received = date(2026, 8, 3) + timedelta(days=chance.randrange(25))
        done = chance.choice([None, received + timedelta(days=chance.randrange(50))])
        rows.append(
            {"code": f"H44.100-260803-{number:04d}", "intake": chance.randrange(3), "decision": chance.randrange(3),
             "field": chance.randrange(2), "procedure": chance.randrange(2), "channel": chance.randrange(6),
             "received": received, "due": chance.choice([None, received + timedelta(days=7)]), "done": done,
             "state": DONE if done else OPEN, "waited": chance.randrange(4), "supplements": chance.randrange(3),
             "digitised": chance.choice([None, True, False]), "exported": exported}
        )  # fmt: skip
    return dossiers(*rows)


def sums(store: Store) -> dict[str, pl.DataFrame]:
    return {name: store.sums(name).collect().sort(KEYS[name]) for name in KEYS}


def summed_whole(store: Store) -> dict[str, pl.DataFrame]:
    sum_here(store, [PART])
    return sums(store)


def small_files(store: Store, folder: str = "dossiers") -> list[str]:
    return sorted(path.name for path in (store.folder / folder).rglob("*+*.parquet"))


def test_sums_changed_day_by_day_are_those_of_a_whole_count(store):
    chance = random.Random(2026)
    for day in range(1, 6):
        numbers = chance.sample(range(1, 70), 6)
        merge(store, PART, states(numbers, chance, FIRST + timedelta(days=day)), Changes())
    changed = sums(store)
    assert len(small_files(store)) == 5
    whole = summed_whole(store)
    for name in KEYS:
        assert changed[name].equals(whole[name]), name
    assert small_files(store, "sums") == small_files(store) == []


def test_an_older_export_that_comes_later_changes_nothing(store):
    newer = states([7], random.Random(1), FIRST + timedelta(days=3))
    merge(store, PART, newer, Changes())
    before = sums(store)
    changes = Changes()
    merge(store, PART, states([7], random.Random(2), FIRST + timedelta(days=2)), changes)
    assert (changes.new, changes.replaced, small_files(store)) == (0, 0, [f"{PART}+0001.parquet"])
    assert all(sums(store)[name].equals(before[name]) for name in KEYS)


def test_the_latest_of_several_changes_is_the_state(store):
    for day, seed in ((1, 5), (2, 6)):
        merge(store, PART, states([7], random.Random(seed), FIRST + timedelta(days=day)), Changes())
    state = store.dossiers(PART).filter(pl.col("code") == "H44.100-260803-0007").collect()
    assert state.equals(states([7], random.Random(6), FIRST + timedelta(days=2)))


def test_the_months_of_the_older_and_of_the_newer_state_are_touched(store):
    code = {"code": "H44.100-260803-0061"}
    first = dossiers(code | {"done": date(2026, 9, 10), "exported": FIRST + timedelta(days=20)})
    merge(store, PART, first, Changes())
    store.remember(months=[])
    later = dossiers(code | {"done": date(2026, 10, 8), "exported": FIRST + timedelta(days=40)})
    merge(store, PART, later, Changes())
    assert store.state()["months"] == [12 * 2026 + month for month in (7, 8, 9)]


def test_many_changes_at_once_are_written_whole(store):
    merge(store, PART, states(range(1, 31), random.Random(3), FIRST + timedelta(days=1)), Changes())
    assert (small_files(store), store.state()["pending"]) == ([], [PART])


def test_states_of_an_earlier_version_are_read_with_what_it_did_not_keep_as_not_known(store):
    before = sums(store)
    path = store.dossier_file(PART)
    pl.read_parquet(path).drop("apologised").write_parquet(path)
    merge(store, PART, states([7], random.Random(5), FIRST + timedelta(days=1)), Changes())
    assert store.dossiers(PART).collect().schema == pl.Schema(DOSSIER)
    merge(store, PART, states([7], random.Random(766), FIRST), Changes())
    assert summed_whole(store)["events"]["n"].sum() == before["events"]["n"].sum()


def test_after_an_interruption_the_month_is_summed_whole(store, monkeypatch):
    with monkeypatch.context() as broken, pytest.raises(RuntimeError):
        broken.setattr(dossiers_changes, "_change_sums", lambda *_: (_ for _ in ()).throw(RuntimeError("power cut")))
        merge(store, PART, states([7], random.Random(1), FIRST + timedelta(days=1)), Changes())
    assert store.state()["pending"] == [PART]
    merge(store, PART, states([8], random.Random(1), FIRST + timedelta(days=2)), Changes())
    assert store.state()["pending"] == [PART]


def test_small_files_are_folded_once_they_are_many(store, monkeypatch):
    monkeypatch.setattr(dossiers_changes, "FILES_MOST", 3)
    chance, folded = random.Random(4), []
    for day in range(1, 4):
        merge(store, PART, states([day], chance, FIRST + timedelta(days=day)), Changes())
        before = sums(store)
        folded.append(fold_longest(store))
    assert folded == [None, None, PART]
    assert small_files(store, "sums") == small_files(store) == store.state()["pending"] == []
    assert all(sums(store)[name].equals(before[name]) for name in KEYS)
