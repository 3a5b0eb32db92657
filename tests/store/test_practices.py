"""Kinds of practice and a province's own list of them: what is read, and what a wrong row is told."""

from __future__ import annotations

from datetime import date

import pytest

from files.faults import BadInput, Fault
from store import practices
from store.practices import Practice, kinds, listed, trouble
from store.reference import measures

HEAD = "unit_code,kind,since,until,what,source\n"


@pytest.fixture
def given(tmp_path, monkeypatch):
    monkeypatch.setenv("GANDAN_DATA", str(tmp_path))
    (tmp_path / "local").mkdir()

    def write(text: str, name: str = practices.FILE):
        (tmp_path / "local" / name).write_text(text, encoding="utf-8")
        practices._listed.cache_clear()

    return write


def test_every_kind_names_shares_with_a_good_side():
    for kind in kinds().values():
        assert all(
            measures()[measure].kind == "share" and basis in measures()[measure].basis for measure, basis in kind.shares
        )
        assert len({measure for measure, _ in kind.shares}) == len(kind.shares)  # pages name them without the basis


def test_a_kind_about_no_share_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "practices.yaml"
    path.write_text(practices.PATH.read_text(encoding="utf-8").replace("on_time_share.portal", "received.portal", 1))
    monkeypatch.setattr(practices, "PATH", path)
    kinds.cache_clear()
    try:
        with pytest.raises(Fault, match=r"received\.portal is no share with a good side"):
            kinds()
    finally:
        kinds.cache_clear()


def test_there_is_none_without_a_file(given):
    assert listed(simulated=False) == listed(simulated=True) == ()
    assert trouble() == ""


def test_a_commune_and_a_province_as_written(given):
    given(HEAD + "4792,kiosk,2026-03-02,,hai máy ở sảnh,QĐ 12/QĐ-UBND\n25,mobile_team,2026-04-01,2026-06-30,,KH 30\n")

    assert listed(simulated=False) == (
        Practice("04792", "kiosk", date(2026, 3, 2), None, "hai máy ở sảnh", "QĐ 12/QĐ-UBND"),
        Practice("25", "mobile_team", date(2026, 4, 1), date(2026, 6, 30), "", "KH 30"),
    )


def test_simulated_and_real_figures_have_a_file_each(given):
    given(HEAD + "04792,kiosk,2026-03-02,,,QĐ 12\n", practices.SIMULATED_FILE)
    assert (len(listed(simulated=True)), len(listed(simulated=False))) == (1, 0)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("99999,kiosk,2026-03-02,,,QĐ", "row 2, 'unit_code': '99999' is no commune or province of today"),
        ("04792,robot,2026-03-02,,,QĐ", "row 2, 'kind': 'robot' must be one of kiosk"),
        ("04792,kiosk,2/3/2026,,,QĐ", "row 2, 'since': '2/3/2026' is no day such as 2026-03-02"),
        ("04792,kiosk,2025-06-30,,,QĐ", "row 2, 'since': 2025-06-30 lies before 2025-07-01"),
        ("04792,kiosk,2026-03-02,2026-03-01,,QĐ", "row 2, 'until': 2026-03-01 lies before 2026-03-02"),
        ("04792,kiosk,2026-03-02,,,", "row 2, 'source': the document or person that says so is missing"),
        (f"04792,kiosk,2026-03-02,,{'x' * 301},QĐ", "row 2, 'what': 301 characters, at most 300 are shown"),
        ("04792,kiosk,2026-03-02,,,A\n04792,kiosk,2026-03-02,,,B", "row 3, 'since': 04792 has kiosk"),
    ],
)
def test_a_wrong_row_is_named(given, row, message):
    given(HEAD + row + "\n")
    with pytest.raises(BadInput) as caught:
        listed(simulated=False)
    assert f"practices.csv, {message}" in str(caught.value)
    assert trouble().startswith("practices.csv, row")


def test_it_is_read_again_once_it_has_changed(given):
    given(HEAD)
    assert listed(simulated=False) == ()
    given(HEAD + "04792,kiosk,2026-03-02,,,QĐ 12\n")
    assert len(listed(simulated=False)) == 1
