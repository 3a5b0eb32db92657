"""The texts of the pages: both languages, the same blanks, none missing and none left over."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path
from string import Formatter

import pytest

from display.words.text import FOLDER, LANGUAGES, Speaker, texts
from files.places import HOME
from journal import audit
from ranking.bands import BANDS
from ranking.vocabulary import BASES, NATURES
from store.access import role_faults
from store.retention import Times
from store.states import states
from tests import rooms

KEY = re.compile(r"[a-z_]+(\.[a-z_]+)+")
HOLE = r"[a-z_0-9]+"
TEXT_FILES = sorted(FOLDER.glob("*.yaml"))
TEXTS = texts()
LEVELS = ("commune", "province", "department")
CHOICES = {
    "state": tuple(states()),
    "basis": BASES,
    "nature": NATURES,
    "source": NATURES,
    "dataset": NATURES,
    "level": LEVELS,
    "level.together": LEVELS,
    "rankings.title": LEVELS,
    "findings.who": LEVELS,
    "table.unit": LEVELS,
    "trouble": ("missing", "damaged"),
    "map.shape": ("area", "symbol"),
    "admin.act": audit.ACTS,
    "admin.damage": tuple(role_faults.SAID),
    "admin.kept": tuple(Times.model_fields),
}

ALSO = {
    "more.state": list(states()),
    "unit.calendar": states().in_rows,
    "public.silent": list(states()),
    "open.state": states().in_rows,
    **dict.fromkeys(("band.clear", "band.neutral", "public.band", "public.amount", "site.band"), BANDS),
}
"""Further words, whose keys begin like others."""


@dataclass(frozen=True)
class Said:
    """A call such as `say("table.rank", n=1)`: where, a pattern of the key, the names that are filled in."""

    place: str
    pattern: str
    names: frozenset[str] | None


def speaking() -> list[Path]:
    return rooms.sources("display", "web", "press", "ui", "pages")


def nodes(path: Path) -> list[ast.AST]:
    return list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


def patterns(node: ast.AST) -> list[str]:
    """Patterns of the keys that an expression can be: a text, an f-string, a sum, either of two."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [re.escape(node.value)]
    if isinstance(node, ast.JoinedStr):
        return ["".join(re.escape(part.value) if isinstance(part, ast.Constant) else HOLE for part in node.values)]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return [left + right for left in patterns(node.left) for right in patterns(node.right) or [HOLE]]
    if isinstance(node, ast.IfExp):
        return [*patterns(node.body), *patterns(node.orelse)]
    return []


def calls() -> list[Said]:
    found = []
    for path in speaking():
        for node in nodes(path):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) == "say":
                names = frozenset(word.arg for word in node.keywords if word.arg)
                known = None if any(word.arg is None for word in node.keywords) else names
                place = f"{path.relative_to(HOME)}:{node.lineno}"
                found += [Said(place, pattern, known) for pattern in patterns(node.args[0])]
    return found


def blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def is_exact(pattern: str) -> bool:
    """Whether all keys of a pattern are ones that the call can mean, so that their blanks must be filled."""
    prefix, _, rest = pattern.replace("\\.", ".").partition("." + HOLE)
    return HOLE not in pattern or (prefix in CHOICES and not rest)


CALLS = calls()


@pytest.mark.parametrize("key", sorted(TEXTS))
def test_a_text_has_both_languages_with_the_same_blanks(key):
    text = TEXTS[key]
    assert set(text) == set(LANGUAGES)
    assert all(isinstance(text[language], str) and text[language].strip() for language in LANGUAGES)
    assert blanks(text["vi"]) == blanks(text["en"])


@pytest.mark.parametrize("said", CALLS, ids=lambda said: f"{said.place} {said.pattern}")
def test_what_a_page_says_is_there_with_its_blanks_filled(said):
    keys = [key for key in TEXTS if re.fullmatch(said.pattern, key)]
    assert keys
    if said.names is not None and is_exact(said.pattern):
        assert all(blanks(TEXTS[key]["vi"]) <= said.names for key in keys)


@pytest.mark.parametrize(("prefix", "words"), [*CHOICES.items(), *ALSO.items()])
def test_every_choice_has_its_text(prefix, words):
    assert {f"{prefix}.{word}" for word in words} <= set(TEXTS)


def test_every_page_has_its_name():
    assert {f"page.{path.stem}" for path in (HOME / "pages").glob("*.py")} <= set(TEXTS)


def test_no_text_is_left_over():
    said = [call.pattern for call in CALLS]
    for path in speaking():
        said += [pattern for node in nodes(path) for pattern in patterns(node) if "." in pattern]
    known = re.compile("|".join(f"(?:{pattern})" for pattern in set(said)))
    assert [key for key in TEXTS if not known.fullmatch(key)] == []


def test_a_key_stands_once_in_all_files():
    """YAML takes the last of two entries without a word, and so would a second file."""
    lines = [line for path in TEXT_FILES for line in path.read_text(encoding="utf-8").splitlines()]
    keys = [line.partition(":")[0] for line in lines if re.match(r"[a-z]", line)]
    assert len(keys) == len(set(keys)) == len(TEXTS)


def test_keys_are_plain_words_with_dots():
    assert [key for key in TEXTS if not KEY.fullmatch(key)] == []


def test_a_speaker_fills_the_blanks_in_its_language():
    assert Speaker("vi")("map.rank", rank="1", of="148") == "hạng 1/148"
    assert Speaker("en")("map.rank", rank="1", of="148") == "rank 1/148"


@pytest.mark.parametrize(
    ("n", "said"), [("1", "Y: 1 dossier"), (1, "Y: 1 dossier"), ("21", "Y: 21 dossiers"), ("0", "Y: 0 dossiers")]
)
def test_one_thing_is_not_counted_as_many(n, said):
    assert Speaker("en")("bulletin.held", name="Y", n=n) == said
    assert Speaker("vi")("bulletin.held", name="Y", n=n).endswith(f" {n} hồ sơ")


def test_words_that_somebody_typed_stay_as_typed():
    assert "1 dossiers" in Speaker("en")("bulletin.held", name="1 dossiers", n=2)
