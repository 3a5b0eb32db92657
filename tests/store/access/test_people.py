"""Who holds which role: from the file, from claims, and for whom neither counts."""

from __future__ import annotations

import pytest

from files.environment import SettingError
from files.places import HOME
from store.access import people, rules
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
        ({"email_verified": False}, "unverified"), ({"email_verified": None}, "unverified"),
        ({"email_verified": "true"}, "unverified"), ({"email": "other@phutho.vn"}, "unknown"),
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


def test_a_provider_that_is_named_vouches_for_its_addresses(roles):
    roles("vouching: https://id.tinh.vn\npeople:\n- {who: lan@phutho.vn, roles: [leader], provinces: ['25']}\n")

    assert read(email_verified=None, iss="https://id.tinh.vn").grants == {("leader", "25")}
    assert read(email_verified=None, iss="https://id.tinh.vn.evil.vn").trouble == "unverified"


@pytest.mark.parametrize(
    ("who", "changes", "grants"),
    [
        ("sub:7", {"sub": "7", "email": None}, True),
        ("sub:7", {"sub": "sub:7", "email": None}, False),
        ("k77", {"sub": "k77", "email": None}, True),
        ("lan@phutho.vn", {"sub": "lan@phutho.vn", "email": None}, False),
        ("lan@phutho.vn", {"sub": "lan@phutho.vn", "email_verified": None}, False),
        ("sub:lan@phutho.vn", {"sub": "lan@phutho.vn", "email": None}, True),
        ("sub:7", {"sub": "1", "email": "sub:7"}, False),
        ("sub:7", {"sub": "8", "email": "7"}, False),
    ],
)
def test_the_provider_s_own_key_never_equals_an_address(roles, who, changes, grants):
    roles(f"people:\n- {{who: '{who}', roles: [leader], provinces: ['25']}}\n")
    assert bool(read(**changes).grants) is grants


def test_a_sign_in_that_was_ended_gives_nothing_and_a_new_one_does(roles):
    ended = {"lan@phutho.vn": NOW - 30}
    assert reader_of(claims(iat=NOW - 60), CLIENT, NOW, ended).trouble == "ended"
    assert reader_of(claims(iat=NOW - 10), CLIENT, NOW, ended).grants
    assert reader_of(claims(iat=NOW - 60, email="Lan@PhuTho.vn"), CLIENT, NOW, ended).trouble == "ended"
    assert reader_of(claims(iat=NOW - 60), CLIENT, NOW, {"sub:1": NOW}).trouble == "ended"


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


def test_a_start_while_the_file_is_damaged_takes_nobody_s_rights_back(roles, tmp_path, monkeypatch):
    monkeypatch.setenv("GANDAN_DATA", str(tmp_path / "data"))
    (tmp_path / "data").mkdir()
    read()
    roles("people: [")
    people._SOUND.clear()  # as in a process that has just started

    assert read().grants == {("leader", "25")}
    assert (people.damage().kind, people.damage().line) == ("syntax", 1)
    assert (tmp_path / "data" / "access.last.yaml").stat().st_mode & 0o777 == 0o600
    roles("people: []")
    assert (read().grants, people.damage()) == (frozenset(), None)


def test_without_a_file_nobody_holds_a_role(roles, monkeypatch, tmp_path):
    monkeypatch.setenv("GANDAN_ACCESS", str(tmp_path / "none.yaml"))
    assert read().trouble == "unknown"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("people:\n- {who: a@b, roles: [boss], provinces: ['25']}", "line 2, people.0.roles.0: the value is none"),
        ("people:\n- {who: a@b, roles: [leader], provinces: ['99']}", "line 2, people.0.provinces: is no province"),
        ("people:\n- who: a@b\n  roles: [leader]\n", "line 2, people.0.provinces: has no provinces"),
        ("people:\n- who: a@b\n  roles: [admin]\n  town: x", "line 4, people.0.town: the key is unknown"),
        ("people:\n- {who: a@b}\n", "line 2, people.0.roles: the key is missing"),
        ("persons: []", "line 1, persons: the key is unknown"),
        ("people:\n- {who: a@b\nclaims: 3\n", "line 3: is no YAML there"),
        ("- people", "access.yaml, line 1: the value is none"),
    ],
)
def test_a_wrong_file_is_refused_with_its_line_and_key_and_nothing_of_what_it_says(text, said):
    with pytest.raises(PeopleError, match=r"^access\.yaml") as error:
        parsed(text, "access.yaml")
    assert said in str(error.value)
    assert "a@b" not in str(error.value) and "boss" not in str(error.value)


def test_a_file_that_is_no_text_is_said_to_be_none(roles):
    read()
    people.path().write_bytes(b"\xff\xfe\x00")
    assert (read().grants, people.damage().kind) == (frozenset({("leader", "25")}), "text")


def test_the_example_is_a_file_that_can_be_used():
    text = (HOME / "deploy" / "access.example.yaml").read_text(encoding="utf-8")

    assert len(parsed(text, "access.example.yaml").people) == 5
    assert parsed(text.replace("# claims", "claims"), "access.example.yaml").claims


def test_the_people_of_a_commune_hold_it_and_no_province(roles):
    roles("people:\n- {who: lan@phutho.vn, roles: [unit], units: ['04792']}\n")
    assert read().grants == {("unit", "04792")}


def test_a_leader_can_answer_for_a_commune_too(roles):
    roles("people:\n- {who: lan@phutho.vn, roles: [leader, unit], provinces: ['25'], units: '04792'}\n")
    assert read().grants == {("leader", "25"), ("unit", "04792")}


def test_communes_of_claims_count_for_the_role_unit_alone(roles):
    roles("claims: {roles: r, provinces: p, units: u}\n")
    assert read(r=["unit"], u="04792 99999").grants == {("unit", "04792")}
    assert read(r=["leader"], p="25", u="04792").grants == {("leader", "25")}


@pytest.mark.parametrize(
    ("entry", "kind"),
    [
        ("{who: a@b.vn, roles: [unit]}", "no_units"),
        ("{who: a@b.vn, roles: [unit], units: ['4792']}", "unit"),
        ("{who: a@b.vn, roles: [leader], provinces: ['25'], units: ['04792']}", "no_role"),
        ("{who: a@b.vn, roles: [leader, unit], units: ['04792']}", "no_provinces"),
    ],
)
def test_a_commune_is_named_where_the_role_needs_it_and_nowhere_else(entry, kind):
    with pytest.raises(PeopleError) as error:
        parsed(f"people:\n- {entry}\n", "access.yaml")
    assert (error.value.kind, error.value.line) == (kind, 2)


def test_a_group_of_the_provider_holds_a_role_where_its_claim_is_named(roles):
    people = 'people:\n- {who: "group:kiem-tra-25", roles: [inspector], provinces: ["25"]}\n'
    member = claims(nhom=["nhan-vien", "kiem-tra-25"], email_verified=False)
    roles(people)
    assert not reader_of(member, CLIENT, NOW).grants

    roles(f"groups: nhom\n{people}")
    assert reader_of(member, CLIENT, NOW).grants == {("inspector", "25")}
    assert not reader_of(claims(nhom=["nhan-vien"]), CLIENT, NOW).grants
    assert not reader_of(claims(sub="group:kiem-tra-25", email_verified=False), CLIENT, NOW).grants


@pytest.mark.parametrize("skew", [120, -120])
def test_an_end_counts_by_our_own_clock_wherever_that_of_the_provider_stands(roles, skew):
    roles("people:\n- {who: lan@phutho.vn, roles: [leader], provinces: ['25']}\n")
    then = claims(iat=NOW - 10 + skew, signed_in_at=NOW - 10.0)

    assert reader_of(then, CLIENT, NOW).grants
    assert reader_of(then, CLIENT, NOW, {"lan@phutho.vn": NOW - 5.0}).trouble == "ended"
    assert reader_of(then, CLIENT, NOW, {"lan@phutho.vn": NOW - 15.0}).grants
    assert reader_of(claims(iat=NOW + 200), CLIENT, NOW).trouble == "expired"
