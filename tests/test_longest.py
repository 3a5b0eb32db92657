"""The order of the files is one of files that are there."""

from pathlib import Path

from tests.longest import LONGEST, place


def test_the_longest_files_are_there_and_named_once():
    here = Path(__file__).parent
    assert [file for file in LONGEST if not (here / file).is_file()] == []
    assert len(set(LONGEST)) == len(LONGEST)


def test_the_longest_come_first_and_all_others_after_them():
    assert [place(file) for file in (*LONGEST[:2], "test_longest.py")] == [0, 1, len(LONGEST)]
