#!/bin/sh
# Tool:     fastexcel 0.21.0, which polars.read_excel uses as well
# Expected: a column that holds a word among its numbers comes as text, each number with the digits that it has.
# Happens:  each number is rounded to nine decimals: a third loses half its digits, 1e-10 is "0". Without the word
#           the same cells come whole, so one "-" in a column changes all other values of it.
# Way out:  take the column as float (dtypes={...: "float"}), and see which cells have come as null.
# Seen:     2026-11, Python 3.11: with a word ['0.333333333', '0', '-']; without [0.3333333333333333, 1e-10]
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check --no-compile \
    fastexcel==0.21.0 xlsxwriter==3.3.1 polars==2.1.0 pyarrow==26.0.1
cd "$folder"
venv/bin/python - <<'PY'
import fastexcel
import xlsxwriter


def read(name, cells):
    with xlsxwriter.Workbook(name) as book:
        book.add_worksheet().write_column(0, 0, ["days", *cells])
    return fastexcel.read_excel(name).load_sheet(0).to_polars()["days"].to_list()


plain = read("plain.xlsx", [1 / 3, 1e-10])
mixed = read("mixed.xlsx", [1 / 3, 1e-10, "-"])
print("without a word:", plain)
print("with a word:   ", mixed)
assert plain == [1 / 3, 1e-10], "changed: without a word"
assert mixed == ["0.333333333", "0", "-"], "changed: with a word"
PY
