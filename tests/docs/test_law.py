"""The page for the officer in charge says the times and limits that hold, and names files that are there."""

from __future__ import annotations

import re

from display.words import numbers
from files.places import HOME
from ranking.suppression_policy import Policy
from store.policy import policy
from store.reply_policy import reply_policy
from store.retention import times

PAGE = (HOME / "docs" / "law.md").read_text(encoding="utf-8")
MADE_LATER = {"docs/security.md"}


def row(beginning: str) -> str:
    return next(line for line in PAGE.splitlines() if line.startswith(f"| {beginning}"))


def test_the_times_are_those_of_the_file_as_delivered():
    delivered = times(HOME / "nowhere")
    assert f"{numbers.number(delivered.forms.days, 'vi')} ngày" in row("tệp biểu gốc")
    assert f"{numbers.number(delivered.audit.days, 'vi')} ngày" in row("ai đăng nhập")
    assert f"{delivered.logs.days} ngày" in row("địa chỉ mạng")
    assert f"{numbers.number(delivered.objections.days, 'vi')} ngày" in row("ý kiến của đơn vị")
    assert f"tối đa {reply_policy().most_megabytes} MB" in row("ý kiến của đơn vị")


def test_the_least_number_is_that_of_the_policy():
    found: Policy = policy()
    assert f"ẩn số dưới {found.minimum} " in row("số đếm nhỏ")


def test_the_questions_are_numbered_one_after_the_other():
    asked = [int(n) for n in re.findall(r"(?:^|[ :])(\d{1,2})\. [A-ZĐÁÂĂÊÔƠƯẤỐ]", PAGE, re.MULTILINE)]
    assert asked == list(range(1, 19))


def test_the_files_that_it_names_are_there():
    named = set(re.findall(r"`((?:data|deploy|docs|store)/[\w./]+\w)`", PAGE))
    linked = {f"docs/{name}" for name in re.findall(r"\]\(([\w./]+)\)", PAGE)}
    assert len(named) >= 4
    assert [name for name in (named | linked) - MADE_LATER if not (HOME / name).exists()] == []
