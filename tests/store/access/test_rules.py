"""Who may see what: every role at every resource, by the table of rules."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from display.words import addresses
from files.places import HOME
from store.access.rules import ANYBODY, EVERYWHERE, LOCAL, PUBLIC, RULES, Reader, code_of, covers, provinces_of
from tests.opened import linked
from ui.frame import sign_in

OWN, OTHER = "25", "38"
COMMUNE, OTHER_COMMUNE = "04792", "16654"
ALLOWED = {
    "public": set(),
    "leader": {
        "page.overview",
        "page.rankings",
        "page.map",
        "page.online_filing",
        "page.unit",
        "figures",
        "quarantine",
        "unreleased",
        "promises",
        "practices",
        "messages",
    },
}
ALLOWED["unit"] = {"page.unit", "promises", "practices", "practice_notes", "replies", "route.upload"}
ALLOWED["inspector"] = ALLOWED["leader"] | {"page.inspection", "questions", "plans", "visits"}
ALLOWED["editor"] = ALLOWED["leader"] | {"page.imports", "imports", "problems", "route.upload"}
ALLOWED["editor"] |= {"objections", "practice_notes"}
ALLOWED["admin"] = (
    ALLOWED["unit"] | ALLOWED["inspector"] | ALLOWED["editor"] | {"route.metrics", "page.administration", "release"}
)
OPEN = {
    "page.transparency", "page.methods", "route.search", "route.members_layer", "route.borders_layer",
    "route.units_layer", "route.places_drawing", "route.open", "route.embed", "route.health",
    "route.document", "route.page", "route.parts",
    "route.sign_in", "route.file", "route.feed", "route.calendar", "route.messages",
}  # fmt: skip
"""What anybody may see. A resource that stands in neither list has no test, and that fails below."""


def holder(role: str) -> Reader:
    """Somebody who holds a role in one province, or one commune; an administrator holds it everywhere."""
    if role == "public":
        return PUBLIC
    place = {"admin": EVERYWHERE, "unit": COMMUNE}.get(role, OWN)
    return Reader("a@b.vn", frozenset({(role, place)}), "signed_in")


@pytest.mark.parametrize("role", ALLOWED)
@pytest.mark.parametrize("resource", RULES)
def test_a_role_gets_what_the_list_says_and_nothing_else(role, resource):
    own = COMMUNE if role == "unit" else OWN
    assert holder(role).may(resource, own) == (resource in ALLOWED[role] | OPEN)


@pytest.mark.parametrize("role", ["leader", "inspector", "editor"])
@pytest.mark.parametrize("resource", [name for name, rule in RULES.items() if rule.own])
def test_what_belongs_to_a_province_is_refused_for_another_one(role, resource):
    assert not holder(role).may(resource, OTHER)
    assert not holder(role).may(resource, EVERYWHERE)


@pytest.mark.parametrize("resource", [name for name, rule in RULES.items() if rule.own])
def test_what_a_commune_may_is_refused_for_other_communes_and_for_provinces(resource):
    assert not any(holder("unit").may(resource, place) for place in (OTHER_COMMUNE, OWN, OTHER, EVERYWHERE))


@pytest.mark.parametrize("role", ["leader", "inspector", "editor"])
def test_who_holds_a_province_does_not_answer_for_its_communes(role):
    assert not holder(role).may("replies", COMMUNE)
    assert holder(role).communes == frozenset()


def test_the_people_of_a_commune_see_its_page_alone_and_figures_as_the_public():
    unit = holder("unit")

    assert (unit.sees_commune(COMMUNE), unit.sees_commune(OTHER_COMMUNE)) == (True, False)
    assert (unit.communes, unit.seen) == ({COMMUNE}, frozenset())
    assert holder("leader").sees_commune(OTHER_COMMUNE)
    assert not PUBLIC.sees_commune(COMMUNE)


def test_every_resource_is_in_a_list():
    assert set(RULES) == OPEN | set().union(*ALLOWED.values())
    assert {name for name, rule in RULES.items() if rule == ANYBODY} == OPEN


def test_every_page_has_its_rule():
    assert {f"page.{path.stem}" for path in (HOME / "pages").glob("*.py")} <= set(RULES)
    assert {f"page.{name}" for name in addresses.PATHS} <= set(RULES)


def test_a_resource_without_a_rule_is_an_error_not_a_yes():
    with pytest.raises(KeyError):
        LOCAL.may("page.nowhere")


def test_the_one_user_of_a_machine_may_everything():
    assert all(LOCAL.may(resource, OTHER) for resource in RULES)
    assert LOCAL.seen is None


def test_roles_of_several_provinces_do_not_mix():
    both = Reader("a@b.vn", frozenset({("leader", OWN), ("inspector", OTHER)}), "signed_in")

    assert both.seen == {OWN, OTHER}
    assert both.within("questions") == {OTHER}
    assert not both.may("visits", OWN)


@pytest.mark.parametrize("seen", [None, frozenset(), frozenset({"25"}), frozenset({"38", "25"})])
def test_what_is_seen_whole_makes_one_word_of_an_address(seen):
    assert provinces_of(code_of(seen)) == seen


@pytest.mark.parametrize(
    ("reader", "code", "yes"),
    [
        (PUBLIC, "", True), (PUBLIC, "25", False), (PUBLIC, "all", False), (LOCAL, "all", True),
        (holder("leader"), "25", True), (holder("leader"), "25-38", False), (holder("leader"), "all", False),
        (holder("admin"), "all", True),
    ],
)  # fmt: skip
def test_an_address_shows_whole_figures_only_to_who_sees_them(reader, code, yes):
    assert covers(reader, code) == yes


def test_snapshots_are_opened_in_few_places():
    """Whoever opens a snapshot must narrow it to its reader: a new place must be looked at, and named here."""
    openers = {"open_snapshot", "snapshot_at"}
    found = {
        str(path.relative_to(HOME))
        for room in ("journal", "display", "web", "press", "ui", "pages")
        for path in (HOME / room).rglob("*.py")
        if openers
        & {
            getattr(node, "attr", "") or getattr(node, "id", "")
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        }
    }
    assert found <= {
        "ui/frame/shell.py",
        "display/maps/layers.py",
        "display/drawing/addressed.py",
        "web/open/query.py",
        "ui/about/errata.py",
        "ui/about/measures.py",
        "ui/administration/works.py",
        "web/vitals.py",
        "web/feeds.py",  # as the public sees it
        "web/calendars.py",  # as the address's owner sees it
        "press/post/command.py",  # as the message's reader sees it
        "press/brief/command.py",
        "press/bulletin/command.py",
        "press/site/command.py",
    }


# --- pages by their addresses


@pytest.fixture
def opened(published, monkeypatch) -> Iterator:
    """Opens a page by its address as a reader: `opened("rankings", reader)`."""

    def run(page: str, reader: Reader, **query: str) -> AppTest:
        monkeypatch.setattr(sign_in, "current", lambda: reader)
        return linked(page, **query).run()

    return run


def words(app: AppTest) -> str:
    return " ".join(element.body for element in app.get("html"))


@pytest.mark.parametrize("role", ["public", "unit", "leader", "inspector", "editor"])
@pytest.mark.parametrize("page", addresses.PATHS)
def test_a_page_opened_by_its_address_asks_who_it_is(opened, page, role):
    app = opened(page, holder(role))
    allowed = f"page.{page}" in ALLOWED[role] | OPEN
    public_home = page == next(iter(addresses.PATHS))  # the app's own address leads the public to its page

    assert not app.exception
    refused = "Trang này cần đăng nhập" in words(app) or "Trang này không mở cho vai trò của bạn" in words(app)
    assert refused == (not allowed and not public_home)


def test_the_public_arrives_on_its_own_page(opened):
    app = opened("overview", PUBLIC)

    assert "cần đăng nhập" not in words(app)
    assert "Thống kê" not in words(app)


def test_an_inspector_is_not_asked_about_other_provinces(opened):
    app = opened("inspection", holder("inspector"), province=OTHER)

    shown = words(app).replace("“Thanh Hóa”, ở đây không có", "")  # what the link asks for is named, and no more
    assert "Phú Thọ" in shown
    assert "Thanh Hóa" not in shown


def test_a_leader_sees_no_questions(opened):
    app = opened("unit", holder("leader"), unit="04792", visit="open")

    assert not app.exception
    assert all("visit_form" not in str(button.key) for button in app.button)
