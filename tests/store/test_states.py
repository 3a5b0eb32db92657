"""The table of states: what it must say, and what happens to a state that it does not know."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from etl.publishing.harvest import Harvest, measurement_rows
from etl.publishing.publish import publish
from files.faults import Fault
from ranking.states import BY_NAME, COUNTED
from store import states
from store.snapshot import SnapshotTrouble, open_snapshot
from tests.conftest import CAPTURED

STRIKE = """
on_strike:
  meaning: {vi: Cơ quan đình công., en: The office is on strike.}
  answered: true
  sign: ⚑
  sign_colour: quiet
  border: solid
  map: {light: "#C9B8A0", dark: "#4A4034"}
"""


def table(folder: Path, old: str = "", new: str = "", *, more: str = "") -> Path:
    """The table as it is, with one text changed, and with more at its end."""
    path, text = folder / "states.yaml", states.PATH.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1) + more, encoding="utf-8")
    return path


def test_the_states_that_the_program_names_are_there_in_this_order():
    assert list(states.states()) == list(BY_NAME)
    assert states.states().in_rows[:2] == list(COUNTED)


def test_only_who_has_not_reported_or_is_not_there_has_not_answered():
    assert set(states.states()) - set(states.states().answered) == {"not_reported", "absent"}


def test_no_two_states_look_alike():
    drawn = [state for state in states.states().values() if state.in_rows]

    for looks in ([s.sign for s in drawn], [s.shade(dark=False) for s in drawn], [s.shade(dark=True) for s in drawn]):
        assert len(set(looks)) == len(drawn)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("  answered: true\n", "", "data/states.yaml, reported, answered: the key is missing"),
        ("  answered: true\n", "  answered: perhaps\n", "data/states.yaml, reported, answered: "),
        (
            "  border: solid\n",
            "  border: solid\n  shape: round\n",
            "data/states.yaml, reported, shape: the key is unknown",
        ),
        ('"#D5D9DE"', "grey", "data/states.yaml, reported, map.light: .*found 'grey'"),
        ("  sign: ○\n", "", "data/states.yaml, no_dossiers: sign must be given where rows say the state"),
        ("  in_rows: false\n", "", "data/states.yaml, absent: sign must be given where rows say the state"),
        ("suppressed:\n", "withheld:\n", "data/states.yaml: suppressed is missing"),
        ("reported:\n", "reported: [\n", "data/states.yaml: "),
    ],
)
def test_a_wrong_table_is_refused_with_its_place(tmp_path, old, new, complaint):
    with pytest.raises(Fault, match=complaint):
        states.read(table(tmp_path, old, new))


def test_a_further_state_needs_no_line_of_the_program(tmp_path):
    found = states.read(table(tmp_path, more=STRIKE))

    assert found.in_rows == ["reported", "no_dossiers", "not_reported", "suppressed", "on_strike"]


@pytest.mark.parametrize("ask", [lambda: states.states()["on_strike"], lambda: states.states().first(["on_strike"])])
def test_an_unknown_name_is_answered_with_the_known_ones(ask):
    with pytest.raises(Fault, match=r"'on_strike' is no state; data/states\.yaml has reported, no_dossiers"):
        ask()


@pytest.mark.parametrize("column", ["state", "old_state", "new_state"])
def test_an_unknown_state_is_named_with_its_table_unit_and_value(column):
    rows = pl.DataFrame({"unit_code": ["04792", "04795"], column: ["reported", "on_strike"]})
    known = "data/states.yaml has reported, no_dossiers, not_reported, suppressed"

    with pytest.raises(Fault, match=f"^revisions, unit 04795, {column}: 'on_strike' is no state; {known}$"):
        states.check(rows, "revisions")


def test_no_row_can_say_that_there_is_none():
    with pytest.raises(Fault, match="'absent' is no state"):
        states.check(pl.DataFrame({"unit_code": ["04792"], "state": ["absent"]}), "measurements")


def test_a_snapshot_with_an_unknown_state_is_not_shown(tmp_path, measurement, monkeypatch):
    monkeypatch.setenv("GANDAN_DATA", str(tmp_path))
    rows = [measurement(), measurement(unit_code="04795", state="on_strike", numerator=None, denominator=None)]
    with monkeypatch.context() as newer:
        newer.setattr(states, "PATH", table(tmp_path, more=STRIKE))
        states.states.cache_clear()
        publish(tmp_path, "live", Harvest(measurement_rows(rows), CAPTURED, ["portal:test"]), nature="live")
    states.states.cache_clear()

    with pytest.raises(SnapshotTrouble) as trouble:
        open_snapshot("live")
    assert trouble.value.kind == "damaged"
    assert "measurements.parquet, unit 04795, state: 'on_strike' is no state" in trouble.value.detail
