"""Why rows were not taken, in Vietnamese: every reason that the code can give is known."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from display.words.refusals import in_language
from journal import incoming
from tests import workbooks
from tests.rooms import sources
from tests.workbooks import FormSheet, counts, row

GIVING = {"refuse", "_refuse", "Refusal", "Unusable", "Match", "NoCount"}
"""Calls that are handed a reason."""
NAMES = {"reason", "why", "skipped", "DEPARTMENT", "NAMELESS"}
FUNCTIONS = {"_checks", "_identity", "find", "_nothing_new", "_unproven_dashes"}
"""Functions whose texts are reasons."""


def text(node: ast.AST) -> str | None:
    """A text of more than one word, with `7` wherever something is filled in."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        said = node.value
    elif isinstance(node, ast.JoinedStr):
        said = "".join(part.value if isinstance(part, ast.Constant) else "7" for part in node.values)
    else:
        return None
    return said if said.isascii() and re.search(r"[a-z] [a-z]", said) else None


def within(body: list[ast.stmt]) -> Iterator[ast.AST]:
    """All texts, none of them a mere part of another."""
    todo: list[ast.AST] = [*body]
    while todo:
        node = todo.pop()
        yield node
        if not isinstance(node, ast.JoinedStr):
            todo += ast.iter_child_nodes(node)


def named(node: ast.Assign | ast.keyword) -> set[str | None]:
    return {node.arg} if isinstance(node, ast.keyword) else {getattr(name, "id", "") for name in node.targets}


def reasons() -> set[tuple[str, str]]:
    """(file, reason) of everything in `etl/` that gives one."""
    found: set[tuple[str, str]] = set()
    for path in sources("etl"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            parts: list[ast.AST] = []
            if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in GIVING:
                parts = [*node.args, *(word.value for word in node.keywords)]
            elif isinstance(node, ast.Assign | ast.keyword) and named(node) & NAMES:
                parts = [node.value]
            elif isinstance(node, ast.FunctionDef) and node.name in FUNCTIONS:
                parts = [*within(node.body[1:] if ast.get_docstring(node) else node.body)]
            found |= {(path.name, said) for part in parts if (said := text(part))}
    return found


REASONS = sorted(reasons())


def test_the_reasons_are_found():
    assert len(REASONS) >= 35


@pytest.mark.parametrize(("file", "reason"), REASONS)
def test_a_reason_has_its_vietnamese(file, reason):
    assert in_language(reason, "vi") != reason
    assert in_language(reason, "en") == reason


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("no commune of province 25 has this name", "tỉnh 25 không có xã, phường, đặc khu nào tên này"),
        ("unknown unit: a department without a state code", "không rõ đơn vị: sở, ngành không có mã cơ quan"),
        ("unknown unit", "không rõ đơn vị"),
        ("the sum does not hold", "tổng không khớp"),
        ("not a number: column 4 says 'x: {y}; z'", "không phải số: cột 4 ghi 'x: {y}; z'"),
        ("f.xlsx, row 9: part or sum of other rows", "f.xlsx, dòng 9: là một phần hoặc tổng của các dòng khác"),
        (
            "f.xlsx, row 9: column 3 says 1, but the rows add up to 2; column 4 says 5, but the rows add up to 6",
            "f.xlsx, dòng 9: cột 3 ghi 1, nhưng các dòng cộng lại được 2; cột 4 ghi 5, nhưng các dòng cộng lại được 6",
        ),
        ("something new", "something new"),
    ],
)  # fmt: skip
def test_what_is_filled_in_is_taken_over(reason, said):
    assert in_language(reason, "vi") == said


def test_nothing_of_a_bad_form_is_left_in_english(published, tmp_path: Path):
    figures = counts(60, 40, 10, 50, 30, 5, 20, 5)
    rows = [
        row(1, "Xã Lâm Thao", figures, c3=111),
        row(2, "Xã Không Có", figures),
        row(3, "Phường Việt Trì", figures, c4="x"),
        row(4, None, figures),
        row(5, "Sở Tư pháp", figures),
        row(6, "Xã Hạ Hòa", figures, c4=-5),
        row(None, "Tổng cộng", figures),
    ]
    form = workbooks.write(tmp_path / "f.xlsx", FormSheet(rows)).read_bytes()
    (report,) = incoming.looked_at(incoming.take([("f.xlsx", form)]), "25")
    told = [cell["reason"] for cell in report["quarantine"]] + report["warnings"] + report["skipped"]

    assert len(told) >= 6
    assert [reason for reason in told if in_language(reason, "vi") == reason] == []


def test_the_places_of_other_rows_are_said_in_the_page_s_language():
    said = in_language("stands more than once with different figures: f.xlsx, row 10 and f.xlsx, row 11", "vi")
    assert said == "xuất hiện nhiều lần với số khác nhau: f.xlsx, dòng 10 và f.xlsx, dòng 11"
