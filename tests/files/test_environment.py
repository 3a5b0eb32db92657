"""The environment: what is read, what is refused, what nothing reads."""

from __future__ import annotations

import re
from typing import Annotated

import pytest
from pydantic import Field

from files import environment
from files.environment import FromEnvironment, SettingError, Words
from tests.deploy.test_deploy import variables


class Kitchen(FromEnvironment):
    cooks: int = Field(2, ge=1, validation_alias="GANDAN_COOKS", description="a whole number of at least 1")
    hours: float = Field(8.0, allow_inf_nan=False, validation_alias="GANDAN_HOURS", description="a number of hours")
    dishes: Words = Field((), validation_alias="GANDAN_DISHES", description="words with commas between")
    open: bool = Field(True, validation_alias="GANDAN_OPEN", description="yes or no")
    tone: Annotated[str, environment.LOWERED] = Field("plain", validation_alias="GANDAN_TONE", description="a word")


@pytest.fixture
def kitchen(monkeypatch):
    def read(**values: str) -> Kitchen:
        for name, value in values.items():
            monkeypatch.setenv(f"GANDAN_{name}", value)
        return Kitchen.from_environment()

    return read


def test_values_are_those_of_the_moment(kitchen):
    assert kitchen().cooks == 2
    assert kitchen(COOKS="5").cooks == 5
    assert kitchen(COOKS="6").cooks == 6


def test_words_stand_between_commas(kitchen):
    assert kitchen(DISHES=" phở, bún ,,").dishes == ("phở", "bún")


@pytest.mark.parametrize("blank", ["", "  ", "\t"])
def test_what_is_empty_is_not_set(kitchen, blank):
    found = kitchen(COOKS=blank, HOURS=blank, DISHES=blank, OPEN=blank, TONE=blank)
    assert (found.cooks, found.hours, found.dishes, found.open, found.tone) == (2, 8.0, (), True, "plain")


def test_capitals_do_not_matter_where_a_field_says_so(kitchen):
    assert kitchen(TONE="Loud", OPEN="NO").tone == "loud"
    assert not kitchen().open


def test_the_name_of_a_variable_is_in_capitals_alone(kitchen, monkeypatch):
    monkeypatch.setenv("gandan_cooks", "9")
    assert kitchen().cooks == 2


@pytest.mark.parametrize(
    ("name", "value"),
    [("COOKS", "0"), ("COOKS", "two"), ("COOKS", "inf"), ("HOURS", "inf"), ("HOURS", "nan"), ("OPEN", "maybe")],
)
def test_a_value_that_makes_no_sense_is_told_with_what_is_right(kitchen, name, value):
    with pytest.raises(SettingError) as error:
        kitchen(**{name: value})
    right = {"COOKS": "a whole number of at least 1", "HOURS": "a number of hours", "OPEN": "yes or no"}[name]
    assert str(error.value) == f"GANDAN_{name}: found {value!r}; right is {right}"


def test_all_that_is_wrong_is_told_at_once(kitchen):
    with pytest.raises(SettingError, match=r"GANDAN_COOKS.*\nGANDAN_OPEN"):
        kitchen(COOKS="x", OPEN="x", HOURS="1")


def test_settings_are_made_by_name_in_the_program(kitchen):
    assert Kitchen(cooks=7).cooks == 7
    with pytest.raises(ValueError, match="cook"):
        Kitchen(cook=7)


def test_a_misspelt_variable_is_named_with_the_one_that_may_be_meant(monkeypatch):
    monkeypatch.setenv("GANDAN_HOST", "gandan.example.vn")
    monkeypatch.setenv("GANDAN_XYZZY", "secret")
    monkeypatch.setenv("GANDAN_BENCH_MINUTES", "3")
    monkeypatch.setenv("GANDAN_HOSTS", "gandan.example.vn")
    first, second = environment.unknown()

    assert first.startswith("GANDAN_HOST: nothing reads a variable of that name; is GANDAN_HOSTS meant?")
    assert second.startswith("GANDAN_XYZZY: nothing reads")
    assert "secret" not in first + second


def test_the_known_names_are_those_that_are_read():
    assert {environment.PREFIX + name for name in environment.NAMES} == variables()


def test_every_field_of_every_room_says_its_variable_and_what_is_right():
    import etl.settings
    import store.access.people
    import web.settings

    for kind in (web.settings.Settings, store.access.people.Settings, etl.settings.Settings):
        for name, field in kind.model_fields.items():
            assert re.fullmatch("GANDAN_[A-Z_]+", str(field.validation_alias)), name
            assert field.description, name
