"""Who holds which role: from the file, from claims, and for whom neither counts."""

from __future__ import annotations

import pytest

from files.environment import SettingError
from files.places import HOME
from store.access import rules
from store.access.people import PeopleError, parsed, reader_of

NOW = 1_790_000_000.0
CLIENT = "gan-dan"


def claims(**changes: object) -> dict[str, object]:
    known = {"is_logged_in": True, "email": "lan@phutho.vn", "email_verified": True, "sub": "1", "aud": CLIENT}
    return known | {"iat": NOW - 60} | changes


@pytest.fixture
def roles(tmp_path, monkeypatch):
    """Writes the file of roles."""

    def write(text: str) -> None:
        (tmp_path / "access.yaml").write_text(text, encoding="utf-8")

    monkeypatch.setenv("GANDAN_ACCESS", str(tmp_path / "access.yaml"))
    write("people:\n- {who: lan@phutho.vn, roles: [leader], provinces: ['25']}\n")
    return write


def read(**changes: object) -> rules.Reader:
    return reader_of(claims(**changes), CLIENT, NOW)


def test_a_person_of_the_file_holds_the_role(roles):
    assert read().grants == {("leader", "25")}


def test_an_address_is_matched_whatever_its_case(roles):
    assert read(email="Lan@PhuTho.VN").grants == {("leader", "25")}


def test_nobody_signed_in_is_the_public(roles):
    assert reader_of({}, CLIENT, NOW) == rules.Reader()
    assert reader_of({"is_logged_in": False, "email": "lan@phutho.vn"}, CLIENT, NOW).kind == "public"


@pytest.mark.parametrize(
    ("changes", "trouble"),
    [
        ({"aud": "another"}, "audience"), ({"aud": ["another", "third"]}, "audience"), ({"aud": None}, "audience"),
        ({"iat": NOW - 13 * 3600}, "expired"), ({"iat": None}, "expired"), ({"iat": NOW + 3600}, "expired"),
        ({"email_verified": False}, "unverified"), ({"email": "other@phutho.vn"}, "unknown"),
    ],
)  # fmt: skip
def test_a_sign_in_that_does_not_count_says_why_and_gives_nothing(roles, changes, trouble):
    found = read(**changes)

    assert (found.trouble, found.grants) == (trouble, frozenset())


def test_one_of_several_audiences_is_enough(roles):
    assert read(aud=["another", CLIENT]).grants


def test_hours_of_a_sign_in_can_be_set(roles, monkeypatch):
    monkeypatch.setenv("GANDAN_SESSION_HOURS", "24")
    assert read(iat=NOW - 13 * 3600).grants


@pytest.mark.parametrize("hours", ["soon", "inf", "nan", "0", "-3"])
def test_hours_that_make_no_sense_are_refused(roles, monkeypatch, hours):
    monkeypatch.setenv("GANDAN_SESSION_HOURS", hours)
    with pytest.raises(SettingError, match=f"GANDAN_SESSION_HOURS: found '{hours}'; right is a number of hours"):
        read()


def test_a_domain_counts_only_where_the_provider_has_verified_the_address(roles):
    roles("people:\n- {who: '*@phutho.vn', roles: [inspector], provinces: ['25']}\n")

    assert read().grants == {("inspector", "25")}
    assert read(email_verified=None).grants == frozenset()
    assert read(email="lan@xphutho.vn").grants == frozenset()


def test_an_administrator_is_one_everywhere(roles):
    roles("people:\n- {who: lan@phutho.vn, roles: [admin]}\n")
    assert read().seen is None


def test_claims_can_hold_roles_and_provinces(roles):
    roles("claims: {roles: vai_tro, provinces: tinh}\n")

    assert read(vai_tro=["leader", "baker"], tinh="25, 38").grants == {("leader", "25"), ("leader", "38")}
    assert read(vai_tro="leader", tinh=["99"]).grants == frozenset()
    assert read().trouble == "unknown"


def test_a_change_of_the_file_holds_at_once(roles):
    read()
    roles("people:\n- {who: lan@phutho.vn, roles: [inspector], provinces: [all]}\n")
    assert read().grants == {("inspector", "VN")}


def test_a_damaged_file_leaves_the_last_sound_one_in_force(roles, caplog):
    read()
    roles("people: [")

    assert read().grants == {("leader", "25")}
    assert "access.yaml" in caplog.text


def test_without_a_file_nobody_holds_a_role(roles, monkeypatch, tmp_path):
    monkeypatch.setenv("GANDAN_ACCESS", str(tmp_path / "none.yaml"))
    assert read().trouble == "unknown"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("people:\n- {who: a@b, roles: [boss], provinces: ['25']}", "people.0.roles"),
        ("people:\n- {who: a@b, roles: [leader], provinces: ['99']}", "99 is no province of today"),
        ("people:\n- {who: a@b, roles: [leader]}", "a@b has no provinces"),
        ("persons: []", "persons"),
    ],
)
def test_a_wrong_file_is_refused_with_its_key(text, said):
    with pytest.raises(PeopleError, match="access") as error:
        parsed(text, "access.yaml")
    assert said in str(error.value)


def test_the_example_is_a_file_that_can_be_used():
    text = (HOME / "deploy" / "access.example.yaml").read_text(encoding="utf-8")

    assert len(parsed(text, "access.example.yaml").people) == 4
    assert parsed(text.replace("# claims", "claims"), "access.example.yaml").claims
