"""`dossiers --dry-run`: says what an export would bring, and changes nothing."""

from __future__ import annotations

from etl.__main__ import main
from journal import names
from tests.etl.dossiers.test_command import LAM_THAO, VIET_TRI, row, write


def test_a_trial_says_what_would_come_and_leaves_everything_as_it_was(tmp_path, capsys):
    export = write(
        tmp_path / "ho-so.csv",
        row(1, intake=LAM_THAO),
        row(2, intake=VIET_TRI, received="20/08/2026 08:00", due="27/08/2026", done="24/08/2026"),
        row(3, intake="Xã Lâm Thaoo"),
    )
    data = tmp_path / "data"
    words = ["dossiers", str(export), "--province", "25", "--exported", "2026-09-01", "--data", str(data), "--dry-run"]

    assert main(words) == 0
    said = capsys.readouterr().out
    assert "2 dossiers could be read, received from 2026-08-03 to 2026-08-20" in said
    assert "province 25: 2 of 148 communes have dossiers, 0 offices" in said
    assert "communes of the province without a dossier: 146" in said
    assert "the nearest is 08494 Xã Lâm Thao" in said
    assert "1 rows would go to quarantine; nothing was kept and nothing was published" in said
    assert not data.exists()

    names.accept(data, "25", "Xã Lâm Thaoo", "08494")
    before = sorted(data.rglob("*"))
    assert main(words) == 0
    assert "3 dossiers could be read" in capsys.readouterr().out
    assert sorted(data.rglob("*")) == before


def test_a_trial_says_too_that_a_file_is_simulated(tmp_path, capsys):
    export = write(tmp_path / "ho-so.csv", row(1, intake=LAM_THAO))
    lines = export.read_text(encoding="utf-8-sig").splitlines()
    mark = ";" if lines[0].count(";") > lines[0].count(",") else ","
    export.write_text(
        "\n".join([f"{lines[0]}{mark}Mô phỏng", *(f"{line}{mark}" for line in lines[1:])]), encoding="utf-8"
    )
    words = ["dossiers", str(export), "--province", "25", "--exported", "2026-09-01", "--data", str(tmp_path / "d")]

    assert main([*words, "--dry-run"]) == 1
    assert "the column Mô phỏng" in capsys.readouterr().err
