"""The simulated country: figures that no commune ever reported, with the shape that real ones have.

It draws from `data/simulated.yaml` and nothing else: the same calibration gives the same rows, to the
last dossier. Provinces and the country are sums of their communes and departments; before the merger
the communes are the old ones, each counted under the province of today that it belongs to.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import polars as pl
import yaml

from etl.faults import BadInput, Fault
from etl.places import DATA, reference
from ranking.periods import MERGER, Period, as_of, calendar_period, local_day
from ranking.tables import COUNTRY, Measurements

CALIBRATION = DATA / "simulated.yaml"
DATASET = SOURCE = "simulated"
WARNINGS = [
    "Simulated figures: no commune reported any of them.",
    "Departments are counted from July 2025 on, so the figures of provinces and of the country rise there.",
    "The former island districts had no communes: their special zones begin in July 2025.",
]

GROUPS = {"ckmb": 18.0, "tdgq": 20.0, "clgq": 12.0, "tttt": 10.0, "mdhl": 18.0, "mdsh": 22.0}
_SERIES = ("766-2025", "766-2026")
_OLD_RULES_UNTIL = 2025
_PROVINCES = 34
_RULE_KEYS = {"before", "during", "quarter_ends", "volume", "volume_times", "repeat"}
_STATES = pl.Series(["reported", "no_dossiers", "not_reported"])
_REPORTED, _NO_DOSSIERS, _NOT_REPORTED = range(3)

# measure: numerator, denominator, what must be above 0 to be reported, basis
_COUNTED = {
    "received": ("received", None, "received", "portal"),
    "on_time_share": ("on_time", "received", "received", "portal"),
    "processing_days": ("days_of_all", None, "received", "portal"),
    "online_filing_share": ("online", "in_period", "in_period", "form"),
    "online_payment_share": ("paid", "owing", "owing", "portal"),
    "digitised_share": ("digitised_share", "received", "received", "portal"),
    "e_result_share": ("e_result_share", "received", "received", "portal"),
    "data_reuse_share": ("data_reuse_share", "received", "received", "portal"),
    "handling_satisfaction": ("satisfied", "received", "received", "portal"),
    "open_overdue": ("open_overdue", None, None, "form"),
    "open_overdue_share": ("open_overdue", "open", "open", "form"),
    "on_time_share_form": ("on_time_form", "resolved", "resolved", "form"),
}
_BY_FIELD = ("received", "on_time_share", "online_filing_share")
_OF_FORM = {"in_period", "online", "open", "open_overdue", "resolved", "on_time_form"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, default=DATA, help="folder that holds published/ (default: data)")


def run(args: argparse.Namespace) -> int:
    """Publish the dataset `simulated` anew."""
    from etl.publish import publish_chunks

    calibration = read_calibration(CALIBRATION)
    manifest = publish_chunks(
        args.data,
        DATASET,
        chunks(reference("units"), reference("lineage"), reference("provinces"), calibration),
        nature="simulated",
        captured_at=calibration["captured_at"],
        sources=[f"simulated from data/{CALIBRATION.name}, seed {calibration['seed']}"],
        warnings=WARNINGS,
    )
    print(f"{DATASET}: snapshot {manifest.id}, {manifest.rows['measurements']:,} measurements")
    return 0


def read_calibration(path: Path) -> dict[str, Any]:
    """The parameters in `path`; BadInput names the planted oddity that cannot be."""
    calibration = yaml.safe_load(path.read_text(encoding="utf-8"))
    for number, rule in calibration["rules"].items():
        if unknown := set(rule) - _RULE_KEYS:
            raise BadInput(path.name, f"{sorted(unknown)} is none of {sorted(_RULE_KEYS)}", field=f"rules.{number}")
    for number, oddity in enumerate(calibration["planted"], start=1):
        if oddity["rule"] not in calibration["rules"]:
            raise BadInput(path.name, f"{oddity['rule']!r} is not among the rules", row=number, field="planted.rule")
    return calibration


def chunks(
    units: pl.DataFrame, lineage: pl.DataFrame, provinces: pl.DataFrame, calibration: dict[str, Any]
) -> Iterator[pl.DataFrame]:
    """One frame per measure, with all its rows in the columns of `tables.Measurements`.

    `units`, `lineage`, `provinces`: the reference tables, in any order. Fault where a planted
    oddity names a unit or a month that the dataset does not have.
    """
    calendar = _Calendar.of(calibration)
    blocks = _country(_World.of(units, lineage, provinces), calendar, calibration)
    for measure in _COUNTED:
        yield pl.concat(_counted_rows(blocks, measure, calendar, calibration))
    for measure in ("index_766", *GROUPS):
        yield pl.concat(_score_rows(blocks, measure, calendar))


# --- what exists, and when -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Calendar:
    """The months, the last one to date; `merger` is the position of the first month of the new communes."""

    periods: list[Period]
    provisional: list[bool]
    merger: int
    captured_at: datetime

    @classmethod
    def of(cls, calibration: dict[str, Any]) -> _Calendar:
        captured_at = calibration["captured_at"].astimezone(UTC)
        today = local_day(captured_at)
        year, month = map(int, calibration["first_month"].split("-"))
        count = (today.year - year) * 12 + today.month - month + 1
        whole = [calendar_period("month", year + (month - 1 + n) // 12, (month - 1 + n) % 12 + 1) for n in range(count)]
        known = [as_of(period, today) for period in whole]
        merger = sum(period.start < MERGER for period in whole)
        return cls([period for period, _ in known], [is_open for _, is_open in known], merger, captured_at)

    @property
    def ids(self) -> list[str]:
        return [f"{period.start:%Y-%m}" for period in self.periods]

    @property
    def series(self) -> np.ndarray:
        """For each month the position in `_SERIES`."""
        return np.array([int(period.start.year > _OLD_RULES_UNTIL) for period in self.periods])

    def position(self, month: str) -> int:
        if month not in self.ids:
            raise Fault(f"{CALIBRATION.name}: {month!r} is no month from {self.ids[0]} to {self.ids[-1]}")
        return self.ids.index(month)

    def old(self) -> np.ndarray:
        return np.arange(self.merger)

    def new(self) -> np.ndarray:
        return np.arange(self.merger, len(self.periods))


@dataclass(frozen=True)
class _World:
    """The reference tables as the simulation needs them, each sorted by code."""

    units: pl.DataFrame
    lineage: pl.DataFrame
    provinces: pl.DataFrame

    @classmethod
    def of(cls, units: pl.DataFrame, lineage: pl.DataFrame, provinces: pl.DataFrame) -> _World:
        homes = provinces.sort("code").with_row_index("home")
        own = units.with_columns(
            known=pl.when(pl.col("quality").str.contains("population").fill_null(False).not_()).then("population")
        )
        sized = own.with_columns(people=pl.coalesce("known", pl.col("known").median().over("province_code")))
        placed = sized.join(homes.select(province_code="code", home="home"), on="province_code").sort("code")
        communes_only = lineage.filter(pl.col("old_code").str.len_chars() == 5).sort("old_code", "new_code")
        return cls(placed.with_row_index("row"), communes_only, homes)


@dataclass
class _Units:
    """The communes (and departments) of one era: what they are and how each differs from the average.

    `size`: dossiers in an average month. `traits`: standard normal, one per unit.
    """

    era: str
    codes: np.ndarray
    office: np.ndarray
    home: np.ndarray
    size: np.ndarray
    traits: dict[str, np.ndarray]

    def levels(self) -> np.ndarray:
        return np.where(self.office, "department", "commune")


_TRAITS = ("on_time", "days", "online", "paid", "digitised_share", "e_result_share", "data_reuse_share")


def _new_units(world: _World, calibration: dict[str, Any]) -> _Units:
    communes, offices = _communes(world, calibration), _departments(world, calibration)
    size = np.concatenate([communes, _department_sizes(world, communes, calibration)])
    office = np.repeat([False, True], [len(communes), len(offices)])
    home = np.concatenate(
        [world.units["home"].to_numpy(), np.repeat(np.arange(_PROVINCES), len(offices) // _PROVINCES)]
    )
    rng = _rng(calibration, "traits", "new")
    traits = {name: rng.standard_normal(len(size)) for name in _TRAITS}
    busy = _standardised(np.log(np.maximum(size, 0.5)), home * 2 + office)
    traits["on_time"] = _mixed(busy, traits["on_time"], calibration["on_time"]["volume_correlation"])
    traits["days"] = _mixed(traits["on_time"], traits["days"], calibration["processing_days"]["on_time_correlation"])
    return _Units("new", np.concatenate([world.units["code"].to_numpy(), offices]), office, home, size, traits)


def _communes(world: _World, calibration: dict[str, Any]) -> np.ndarray:
    """The size of each commune: log-linear in residents."""
    volume = calibration["volume"]
    rng = _rng(calibration, "size")
    people = world.units["people"].to_numpy() / volume["reference_population"]
    elsewhere = volume["other_provinces_log"] + volume["province_spread"] * rng.standard_normal(_PROVINCES)
    own = np.where(world.provinces["code"] == volume["reference_province"], 0.0, elsewhere)
    ward = volume["ward_log"] * (world.units["kind"] == "phường").to_numpy()
    noise = volume["unit_spread"] * rng.standard_normal(len(people))
    log = ward + noise + own[world.units["home"].to_numpy()]
    return volume["reference_monthly"] * people ** volume["population_elasticity"] * np.exp(log)


def _departments(world: _World, calibration: dict[str, Any]) -> np.ndarray:
    numbers = range(1, calibration["volume"]["departments"] + 1)
    return np.array([f"{state}.{n:02d}" for state in world.provinces["state_code"] for n in numbers], dtype=object)


def _department_sizes(world: _World, communes: np.ndarray, calibration: dict[str, Any]) -> np.ndarray:
    volume = calibration["volume"]
    rng = _rng(calibration, "departments")
    steps = volume["departments_decay"] ** np.arange(volume["departments"])
    parts = steps * np.exp(0.2 * rng.standard_normal((_PROVINCES, len(steps))))
    totals = np.bincount(world.units["home"].to_numpy(), weights=communes, minlength=_PROVINCES)
    whole = volume["departments_to_communes"] * totals[:, None]
    return (whole * parts / parts.sum(axis=1, keepdims=True)).ravel()


def _old_units(world: _World, new: _Units, calibration: dict[str, Any]) -> _Units:
    """Old communes share out the size of the new units that hold them, and much of their character."""
    settings = calibration["old_communes"]
    rng = _rng(calibration, "old")
    rows = world.lineage.join(world.units.select(new_code="code", row="row"), on="new_code").sort(
        "old_code", "new_code"
    )
    successor = rows["row"].to_numpy()
    weight = np.where(rows["part"] == "whole", 1.0, 0.5) * np.exp(
        settings["share_spread"] * rng.standard_normal(len(rows))
    )
    given = new.size[successor] * weight / np.bincount(successor, weights=weight)[successor]
    codes, of_row = np.unique(rows["old_code"].to_numpy(), return_inverse=True)
    main = _heaviest(of_row, given, successor)
    traits = {
        name: _mixed(new.traits[name][main], rng.standard_normal(len(codes)), settings["effect_kept"])
        for name in _TRAITS
    }
    size = np.bincount(of_row, weights=given)
    return _Units("old", codes, np.zeros(len(codes), bool), new.home[main], size, traits)


def _heaviest(group: np.ndarray, weight: np.ndarray, value: np.ndarray) -> np.ndarray:
    """For each group the value with the greatest weight."""
    order = np.lexsort((weight, group))
    last = np.append(np.diff(group[order]) > 0, True)
    return value[order][last]


# --- how many, how well ----------------------------------------------------------------------------------------------


@dataclass
class _Block:
    """Units over months; a figure is an array units × months, in `by_field` fields × units × months."""

    codes: np.ndarray
    levels: np.ndarray
    months: np.ndarray
    figures: dict[str, np.ndarray]
    silent: dict[str, np.ndarray]
    by_field: dict[str, np.ndarray] = field(default_factory=dict)
    scores: dict[str, np.ndarray] = field(default_factory=dict)


def _country(world: _World, calendar: _Calendar, calibration: dict[str, Any]) -> list[_Block]:
    """Old communes, new communes with departments, provinces, the country."""
    new = _new_units(world, calibration)
    old = _old_units(world, new, calibration)
    planted = _planted(old, new, calendar, calibration)
    received = {
        units.era: _received(units, months, calendar, calibration, planted)
        for units, months in _eras(old, new, calendar)
    }
    levels = _levels(new, received["new"], calendar, calibration)
    before, since = (
        _block(units, months, received[units.era], levels, calendar, calibration, planted)
        for units, months in _eras(old, new, calendar)
    )
    _add_fields(since, new, calibration, planted)
    provinces = _summed(world.provinces["code"].to_numpy(), "province", [(before, old.home), (since, new.home)])
    nation = _summed(np.array([COUNTRY], object), "country", [(provinces, np.zeros(_PROVINCES, int))])
    _score(since, provinces, nation, new, calendar, calibration)
    return [before, since, provinces, nation]


def _eras(old: _Units, new: _Units, calendar: _Calendar) -> list[tuple[_Units, np.ndarray]]:
    return [(old, calendar.old()), (new, calendar.new())]


@dataclass(frozen=True)
class _Oddity:
    era: str
    row: int
    first: int
    last: int
    rule: dict[str, Any]


def _planted(old: _Units, new: _Units, calendar: _Calendar, calibration: dict[str, Any]) -> list[_Oddity]:
    """The planted oddities; months are positions within the era of their unit."""
    oddities = []
    for entry in calibration["planted"]:
        first, last = map(calendar.position, entry["months"])
        units, start = (old, 0) if first < calendar.merger else (new, calendar.merger)
        rows = np.flatnonzero(units.codes == entry["unit_code"])
        if rows.size != 1 or last < first or (last >= calendar.merger) != (start > 0):
            raise Fault(
                f"{CALIBRATION.name}, {entry['id']}: no unit {entry['unit_code']!r} in all of {entry['months']}"
            )
        rule = calibration["rules"][entry["rule"]]
        oddities.append(_Oddity(units.era, int(rows[0]), first - start, last - start, rule))
    return oddities


def _received(
    units: _Units, months: np.ndarray, calendar: _Calendar, calibration: dict[str, Any], planted: list[_Oddity]
) -> np.ndarray:
    volume, silence = calibration["volume"], calibration["silence"]
    rng = _rng(calibration, "received", units.era)
    shape = (len(units.codes), len(months))
    expected = units.size[:, None] * _season(calendar, volume)[months]
    expected = expected * np.exp(_memory(rng, shape, volume["month_spread"], volume["month_memory"]))
    size = np.where(units.office, np.inf, units.size)
    tiny = size < np.quantile(size[~units.office], silence["tiny_share"])
    expected[tiny[:, None] & (rng.random(shape) < silence["tiny_zero_months"])] = 0
    for oddity in (oddity for oddity in planted if oddity.era == units.era):
        span = slice(oddity.first, oddity.last + 1)
        expected[oddity.row, span] *= oddity.rule.get("volume_times", 1)
        if "volume" in oddity.rule:
            expected[oddity.row, span] = oddity.rule["volume"]
    return rng.poisson(expected)


def _season(calendar: _Calendar, volume: dict[str, Any]) -> np.ndarray:
    """What each month brings, against an average month of the last year."""
    count = len(calendar.periods)
    growth = (1 + volume["yearly_growth"]) ** ((np.arange(count) - (count - 5)) / 12)
    usual = np.array([volume["by_calendar_month"][period.start.month - 1] for period in calendar.periods])
    special = np.array([volume["special_months"].get(month, 1.0) for month in calendar.ids])
    over = np.array([(p.end - p.start).days + 1 if p.kind == "to_date" else 30 for p in calendar.periods]) / 30
    return growth * usual * special * over


@dataclass(frozen=True)
class _Levels:
    """Logits of each province, province × series, that bring its sums to its published scores."""

    on_time: np.ndarray
    paid: np.ndarray


def _levels(units: _Units, received: np.ndarray, calendar: _Calendar, calibration: dict[str, Any]) -> _Levels:
    on_time = [
        _solved(_on_time_noise(units, calendar.new(), calibration), received, units.home, calendar, series, target)
        for series, target in enumerate(_scores_of(calibration, "TDGQ") / 20)
    ]
    paid = [
        _solved(_paid_noise(units, calendar.new(), calibration), received, units.home, calendar, series, target)
        for series, target in enumerate(_online_paid(calibration))
    ]
    return _Levels(np.stack(on_time, axis=1), np.stack(paid, axis=1))


def _scores_of(calibration: dict[str, Any], group: str) -> np.ndarray:
    """Published scores of one group, series × province."""
    column = ["CKMB", "TDGQ", "CLGQ", "TTTT", "MDHL", "MDSH"].index(group)
    return np.array([[row[column] for _, row in sorted(calibration["scores"][name].items())] for name in _SERIES])


def _online_paid(calibration: dict[str, Any]) -> np.ndarray:
    """A of the payment score 6A + min(2; 2.5B) + 2.5C, series × province."""
    payment = calibration["payment"]
    rest = [min(2.0, 2.5 * payment["paid_procedures"][s]) + 2.5 * payment["online_procedures"][s] for s in _SERIES]
    return np.clip((_scores_of(calibration, "TTTT") - np.array(rest)[:, None]) / 6, 0.2, 0.985)


def _solved(
    noise: np.ndarray, weight: np.ndarray, home: np.ndarray, calendar: _Calendar, series: int, target: np.ndarray
) -> np.ndarray:
    """The logit of each province at which its weighted mean share is `target`, by bisection."""
    months = calendar.series[calendar.new()] == series
    noise, weight = noise[:, months], weight[:, months]
    low, high = np.full(_PROVINCES, -8.0), np.full(_PROVINCES, 12.0)
    for _ in range(40):
        middle = (low + high) / 2
        share = _by_home(_share(noise + middle[home][:, None]) * weight, home) / _by_home(weight, home)
        low, high = np.where(share < target, middle, low), np.where(share < target, high, middle)
    return (low + high) / 2


def _by_home(values: np.ndarray, home: np.ndarray) -> np.ndarray:
    return np.bincount(home, weights=values.sum(axis=1), minlength=_PROVINCES)


def _on_time_noise(units: _Units, months: np.ndarray, calibration: dict[str, Any]) -> np.ndarray:
    """Logit of a unit's on-time share against its province's level."""
    settings = calibration["on_time"]
    rng = _rng(calibration, "on time", units.era)
    own = settings["unit_spread"] * units.traits["on_time"] + settings["departments_logit"] * units.office
    return own[:, None] + _memory(rng, (len(own), len(months)), settings["month_spread"], settings["month_memory"])


def _paid_noise(units: _Units, months: np.ndarray, calibration: dict[str, Any]) -> np.ndarray:
    settings = calibration["payment"]
    rng = _rng(calibration, "paid", units.era)
    return settings["unit_spread"] * units.traits["paid"][:, None] + settings["month_spread"] * rng.standard_normal(
        (len(units.codes), len(months))
    )


def _block(
    units: _Units,
    months: np.ndarray,
    received: np.ndarray,
    levels: _Levels,
    calendar: _Calendar,
    calibration: dict[str, Any],
    planted: list[_Oddity],
) -> _Block:
    own = [oddity for oddity in planted if oddity.era == units.era]
    rates = _with_oddities(_rates(units, months, levels, calendar, calibration), months, own, calendar)
    figures = _drawn(units, received, rates, calibration)
    silent = {basis: _silence(units, months, basis, calendar, calibration, own) for basis in ("portal", "form")}
    block = _Block(units.codes, units.levels(), months, figures, silent)
    _repeat(block.figures, own)
    return block


def _rates(
    units: _Units, months: np.ndarray, levels: _Levels, calendar: _Calendar, calibration: dict[str, Any]
) -> dict[str, np.ndarray]:
    """Probabilities (and processing days) of each unit and month."""
    series, before = calendar.series[months], np.maximum(calendar.merger - months, 0)
    on_time = levels.on_time[units.home][:, series] + _on_time_noise(units, months, calibration)
    on_time -= calibration["on_time"]["before_merger_per_month"] * before
    paid = levels.paid[units.home][:, series] + _paid_noise(units, months, calibration)
    paid -= calibration["payment"]["before_merger_per_month"] * before
    rates = {"on_time": _share(on_time), "paid": _share(paid), "days": _days(units, months, calibration)}
    rates["online"] = _share(_online(units, months, calendar, calibration))
    rates |= {name: _digital(units, months, name, calendar, calibration) for name in _TRAITS[4:]}
    rng, shape = _rng(calibration, "form", units.era), on_time.shape
    form, shift = calibration["form"], calibration["on_time"]
    rates["on_time_form"] = _share(on_time + shift["form_shift"] + shift["form_spread"] * rng.standard_normal(shape))
    wide = np.exp(form["month_spread"] * rng.standard_normal(shape))
    rates["open"] = np.clip(form["open_per_day"] * rates["days"] * wide, 0.01, 0.7)
    late = form["open_overdue_shift"] - on_time + form["month_spread"] * rng.standard_normal(shape)
    return rates | {"overdue": _share(late)}


def _days(units: _Units, months: np.ndarray, calibration: dict[str, Any]) -> np.ndarray:
    settings = calibration["processing_days"]
    rng = _rng(calibration, "days", units.era)
    usual = np.where(units.office, settings["departments_median"], settings["median"])
    own = np.log(usual) + settings["unit_spread"] * units.traits["days"]
    return np.exp(own[:, None] + settings["month_spread"] * rng.standard_normal((len(own), len(months))))


def _online(units: _Units, months: np.ndarray, calendar: _Calendar, calibration: dict[str, Any]) -> np.ndarray:
    """Logit of the online share: a straight rise, and the step of the one province with an event."""
    settings, event = calibration["online"], calibration["online"]["event"]
    rng = _rng(calibration, "online", units.era)
    full = calendar.position(settings["full_month"])
    rise = (settings["full_logit"] - settings["start_logit"]) * np.minimum(months / full, 1)
    usual = settings["start_logit"] + rise + settings["later_per_month"] * np.maximum(months - full, 0)
    province = settings["province_spread"] * _rng(calibration, "online provinces").standard_normal(_PROVINCES)
    spread = settings["unit_spread"] * units.traits["online"][:, None]
    noise = spread + settings["month_spread"] * rng.standard_normal((len(units.codes), len(months)))
    stepped = np.where(months >= calendar.position(event["month"]), event["after_logit"], usual + event["before_logit"])
    codes = sorted(calibration["scores"][_SERIES[0]])
    here = (units.home == codes.index(event["province"]))[:, None]
    return np.where(here, stepped, usual + province[units.home][:, None]) + noise


def _digital(
    units: _Units, months: np.ndarray, name: str, calendar: _Calendar, calibration: dict[str, Any]
) -> np.ndarray:
    settings = calibration["digital"]
    rng = _rng(calibration, name, units.era)
    scores = _scores_of(calibration, "MDSH")
    level = _logit(np.array([settings[name][series] for series in _SERIES]))[:, None]
    province = level + settings["per_point_of_mdsh"] * (scores - scores.mean(axis=1, keepdims=True))
    own = settings["unit_spread"] * units.traits[name][:, None]
    noise = own + settings["month_spread"] * rng.standard_normal((len(units.codes), len(months)))
    before = settings["before_merger_per_month"] * np.maximum(calendar.merger - months, 0)
    return _share(province[calendar.series[months]][:, units.home].T + noise - before)


def _with_oddities(
    rates: dict[str, np.ndarray], months: np.ndarray, planted: list[_Oddity], calendar: _Calendar
) -> dict[str, np.ndarray]:
    rates = {name: values.copy() for name, values in rates.items()}
    closing = np.array([calendar.periods[month].start.month % 3 == 0 for month in months])
    for oddity in planted:
        at = np.arange(len(months))
        during = (at >= oddity.first) & (at <= oddity.last)
        spans = {"before": at < oddity.first, "during": during, "quarter_ends": during & closing}
        for name, span in spans.items():
            for rate, value in oddity.rule.get(name, {}).items():
                rates[rate][oddity.row, span] = value
    return rates


def _drawn(
    units: _Units, received: np.ndarray, rates: dict[str, np.ndarray], calibration: dict[str, Any]
) -> dict[str, np.ndarray]:
    """Whole dossiers from rates; form II.06 keeps carried over + in period = resolved + open."""
    rng = _rng(calibration, "dossiers", units.era)
    figures = {"received": received, "on_time": rng.binomial(received, rates["on_time"])}
    figures["days_of_all"] = np.round(rates["days"], 2) * received
    in_period = figures["in_period"] = rng.binomial(received, calibration["online"]["form_of_portal"])
    figures["online"] = rng.binomial(in_period, rates["online"])
    owing = rng.binomial(received, calibration["payment"]["owing"])
    figures["owing"] = np.where(received > 0, np.maximum(owing, 1), 0)
    figures["paid"] = rng.binomial(figures["owing"], rates["paid"])
    figures |= {name: rng.binomial(received, rates[name]) for name in _TRAITS[4:]}
    complaints = rng.binomial(figures["on_time"], calibration["satisfaction"]["complaints"])
    figures["satisfied"] = figures["on_time"] - complaints
    still_open = figures["open"] = rng.binomial(in_period, rates["open"])
    figures["open_overdue"] = rng.binomial(still_open, rates["overdue"])
    first = rng.binomial(in_period[:, :1], rates["open"][:, :1])
    carried = np.concatenate([first, still_open[:, :-1]], axis=1)
    figures["resolved"] = carried + in_period - still_open
    figures["on_time_form"] = rng.binomial(figures["resolved"], rates["on_time_form"])
    return figures


def _repeat(figures: dict[str, np.ndarray], planted: list[_Oddity]) -> None:
    for oddity in (oddity for oddity in planted if oddity.rule.get("repeat")):
        for values in figures.values():
            values[..., oddity.row, oddity.first : oddity.last + 1] = values[..., oddity.row, oddity.first, None]


def _silence(
    units: _Units,
    months: np.ndarray,
    basis: str,
    calendar: _Calendar,
    calibration: dict[str, Any],
    planted: list[_Oddity],
) -> np.ndarray:
    """Units × months without a report: spells of some months, whole provinces; never a planted unit."""
    settings = calibration["silence"]
    rng = _rng(calibration, "silence", basis, units.era)
    shape = (len(units.codes), len(months))
    starts = rng.random(shape) < settings["not_reported"] / settings["mean_months"]
    lasts = np.where(starts, rng.geometric(1 / settings["mean_months"], shape), 0)
    silent = np.zeros(shape, bool)
    for later in range(min(int(lasts.max()), shape[1])):
        silent[:, later:] |= lasts[:, : shape[1] - later] > later
    silent[[oddity.row for oddity in planted]] = False
    codes = sorted(calibration["scores"][_SERIES[0]])
    for spell in settings["provinces"]:
        month = months == calendar.position(spell["month"])
        silent[(units.home == codes.index(spell["province"]))[:, None] & month] = True
    return silent


def _add_fields(block: _Block, units: _Units, calibration: dict[str, Any], planted: list[_Oddity]) -> None:
    """Split the figures by field, to the dossier."""
    rng = _rng(calibration, "fields")
    traits = list(calibration["fields"].values())
    column = {name: np.array([trait[name] for trait in traits])[:, None] for name in traits[0]}
    mix = np.where(units.office, column["departments"], column["communes"])
    mix = mix * np.exp(calibration["field_spread"] * rng.standard_normal(mix.shape))
    figures, late, paper = block.figures, column["late"][..., None], column["paper"][..., None]
    whole = np.broadcast_to(figures["received"], (len(traits), *figures["received"].shape))
    received = _split(rng, figures["received"], whole, mix[..., None])
    in_period = _split(rng, figures["in_period"], received, received)
    overdue = _split(rng, figures["received"] - figures["on_time"], received, received * late)
    offline = _split(rng, figures["in_period"] - figures["online"], in_period, in_period * paper)
    block.by_field = {
        "received": received,
        "on_time": received - overdue,
        "in_period": in_period,
        "online": in_period - offline,
    }
    _repeat(block.by_field, [oddity for oddity in planted if oddity.era == units.era])


def _split(rng: np.random.Generator, total: np.ndarray, caps: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Share `total` out along the first axis by weight, no part above its cap (total ≤ sum of caps)."""
    left, room, weight = total.copy(), caps.sum(axis=0), weights.sum(axis=0)
    parts = np.empty(caps.shape, total.dtype)
    for number in range(len(caps)):
        chance = np.divide(weights[number], weight, out=np.zeros(np.shape(weight)), where=weight > 0)
        room = room - caps[number]
        drawn = rng.binomial(left, np.clip(chance, 0, 1))
        parts[number] = np.clip(drawn, left - room, caps[number])
        left, weight = left - parts[number], weight - weights[number]
    return parts


def _summed(codes: np.ndarray, level: str, parts: list[tuple[_Block, np.ndarray]]) -> _Block:
    """One block of the sums of what reported; silent where nothing reported."""
    figures = {
        name: np.concatenate([_sum(_heard(block, name), home, len(codes)) for block, home in parts], axis=1)
        for name in parts[0][0].figures
    }
    silent = {
        basis: np.concatenate([_sum(~block.silent[basis], home, len(codes)) == 0 for block, home in parts], axis=1)
        for basis in ("portal", "form")
    }
    block, home = parts[-1]
    fields = {
        name: np.stack(
            [_sum(values * ~_silent(block, name)[:, -values.shape[-1] :], home, len(codes)) for values in cube]
        )
        for name, cube in block.by_field.items()
    }
    months = np.concatenate([block.months for block, _ in parts])
    return _Block(codes, np.repeat(level, len(codes)), months, figures, silent, fields)


def _silent(block: _Block, figure: str) -> np.ndarray:
    return block.silent["form" if figure in _OF_FORM else "portal"]


def _heard(block: _Block, figure: str) -> np.ndarray:
    return block.figures[figure] * ~_silent(block, figure)


def _sum(values: np.ndarray, group: np.ndarray, count: int) -> np.ndarray:
    sums = np.zeros((count, values.shape[1]), float if values.dtype == float else int)
    np.add.at(sums, group, values)
    return sums


# --- the index -------------------------------------------------------------------------------------------------------


def _score(
    communes: _Block, provinces: _Block, nation: _Block, units: _Units, calendar: _Calendar, calibration: dict[str, Any]
) -> None:
    """Scores of the new era: provinces first, communes around them, the country as the provinces' mean."""
    months = calendar.new()
    series = calendar.series[months]
    own = _of_provinces(provinces, months, series, calibration)
    provinces.scores = _groups(_since(provinces, months), own)
    theirs = _of_communes(own, units, series, calibration)
    communes.scores = _groups(communes.figures, theirs)
    nation.scores = {name: np.round(np.nanmean(provinces.scores[name], axis=0, keepdims=True), 2) for name in GROUPS}
    for block in (communes, provinces, nation):
        block.scores["index_766"] = np.round(sum(block.scores[name] for name in GROUPS), 2)


def _since(block: _Block, months: np.ndarray) -> dict[str, np.ndarray]:
    return {name: values[:, -len(months) :] for name, values in block.figures.items()}


def _of_provinces(
    block: _Block, months: np.ndarray, series: np.ndarray, calibration: dict[str, Any]
) -> dict[str, np.ndarray]:
    """What a score holds beyond dossiers, so that each province's mean comes to its published score."""
    figures, settings, payment = _since(block, months), calibration["groups"], calibration["payment"]
    rng = _rng(calibration, "scores of provinces")
    target = {name: _scores_of(calibration, name.upper())[series].T for name in GROUPS}
    noise = {name: _memory(rng, (_PROVINCES, len(months)), settings["province_spread"], 0.6) for name in GROUPS}
    own = {name: target[name] + noise[name] for name in ("ckmb", "clgq")}
    own["petitions"] = target["mdhl"] - _mean_by(series, _handling(figures)) + noise["mdhl"]
    own["rest"] = target["mdsh"] - _mean_by(series, _digitisation(figures)) + noise["mdsh"]
    limits = {"ckmb": 18, "clgq": 12, "petitions": 12, "rest": 10}
    own = {name: np.clip(values, 0, limits[name]) for name, values in own.items()}
    for part, settings_of in (
        ("paid_procedures", payment["paid_procedures"]),
        ("online_procedures", payment["online_procedures"]),
    ):
        own[part] = np.broadcast_to(
            np.array([settings_of[name] for name in _SERIES])[series], (_PROVINCES, len(months))
        )
    return own


def _mean_by(series: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Each unit's mean over the months of the same series, in place of each month's value."""
    means = [np.nanmean(values[:, series == number], axis=1) for number in range(len(_SERIES))]
    return np.stack(means, axis=1)[:, series]


def _of_communes(
    provinces: dict[str, np.ndarray], units: _Units, series: np.ndarray, calibration: dict[str, Any]
) -> dict[str, np.ndarray]:
    settings, fees = calibration["groups"], calibration["payment"]["fee_procedures"]
    rng = _rng(calibration, "scores of communes")
    count, shape = len(units.codes), (len(units.codes), len(series))
    home = {name: values[units.home] for name, values in provinces.items()}
    unsynchronised = np.where(rng.random(count) < settings["ckmb_deviating"], rng.uniform(0.3, 3, count), 0)
    part = np.array([settings["commune_clgq"][name] for name in _SERIES])[series]
    clgq = (
        part * home["clgq"]
        + settings["clgq_spread"] * rng.standard_normal((count, 1))
        + 0.04 * rng.standard_normal(shape)
    )
    petitioned = rng.random(shape) < settings["petition_months"]
    own = {
        "ckmb": np.clip(home["ckmb"] - unsynchronised[:, None], 0, 18),
        "clgq": np.clip(clgq, 0, 12),
        "petitions": np.where(petitioned, 12 * rng.beta(2, 2, shape), 12),
        "rest": np.clip(home["rest"] + settings["mdsh_rest_spread"] * rng.standard_normal((count, 1)), 0, 10),
    }
    for name in ("paid_procedures", "online_procedures"):
        own[name] = rng.binomial(fees, home[name]) / fees
    return own


def _groups(figures: dict[str, np.ndarray], own: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The six group scores as the portal computes them from dossiers; nan where there are none."""
    on_time = np.round(100 * _ratio(figures["on_time"], figures["received"]), 2)
    payment = 6 * _ratio(figures["paid"], figures["owing"])
    procedures = np.minimum(2, 2.5 * own["paid_procedures"]) + 2.5 * own["online_procedures"]
    known = np.where(figures["received"] > 0, 0, np.nan)
    groups = {
        "ckmb": own["ckmb"] + known,
        "tdgq": on_time / 5,
        "clgq": own["clgq"] + known,
        "tttt": payment + procedures,
        "mdhl": own["petitions"] + _handling(figures),
        "mdsh": own["rest"] + _digitisation(figures),
    }
    return {name: np.round(values, 2) for name, values in groups.items()}


def _handling(figures: dict[str, np.ndarray]) -> np.ndarray:
    return np.minimum(6, 6 * _ratio(figures["satisfied"], figures["received"]) / 0.9)


def _digitisation(figures: dict[str, np.ndarray]) -> np.ndarray:
    """E-results 6, digitised 4, reuse 2 (full at 80 %)."""
    result, digitised, reused = (
        _ratio(figures[name], figures["received"]) for name in ("e_result_share", "digitised_share", "data_reuse_share")
    )
    return 6 * result + 4 * digitised + 2 * np.minimum(1, reused / 0.8)


def _ratio(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    return np.divide(numerator, denominator, out=np.full(numerator.shape, np.nan), where=denominator > 0)


# --- rows ------------------------------------------------------------------------------------------------------------


def _counted_rows(
    blocks: list[_Block], measure: str, calendar: _Calendar, calibration: dict[str, Any]
) -> Iterator[pl.DataFrame]:
    """All rows of a counted measure: first field `all`, then each field where the measure has them."""
    for block in blocks:
        yield _counted(block, block.figures, len(block.months), measure, calendar)
        if measure not in _BY_FIELD or not block.by_field:
            continue
        last = calibration["on_time"]["fields_last_months"] if measure == "on_time_share" else len(calendar.new())
        for number, name in enumerate(calibration["fields"]):
            figures = {figure: cube[number] for figure, cube in block.by_field.items()}
            yield _counted(block, figures, last, measure, calendar, name)


def _counted(
    block: _Block, figures: dict[str, np.ndarray], last: int, measure: str, calendar: _Calendar, name: str = "all"
) -> pl.DataFrame:
    """The rows of the last months of one block and field."""
    of, among, above_zero, basis = _COUNTED[measure]
    figures = {figure: values[:, -last:] for figure, values in figures.items()}
    known = np.ones(figures[of].shape) if above_zero is None else figures[above_zero]
    numerator = figures[of].astype(float)
    if measure == "processing_days":
        numerator = np.round(numerator / np.maximum(figures["received"], 1), 2)
        numerator[figures["received"] == 0] = np.nan
    state = np.where(block.silent[basis][:, -last:], _NOT_REPORTED, np.where(known > 0, _REPORTED, _NO_DOSSIERS))
    values = {"numerator": numerator} | ({"denominator": figures[among].astype(float)} if among else {})
    values = {column: np.where(state == _NOT_REPORTED, np.nan, array) for column, array in values.items()}
    return _rows(block, measure, calendar, basis, state, values, name)


def _score_rows(blocks: list[_Block], measure: str, calendar: _Calendar) -> Iterator[pl.DataFrame]:
    for block in (block for block in blocks if block.scores):
        ranked = block.levels != "department"
        score = block.scores[measure][ranked]
        silent = block.silent["portal"][ranked, -score.shape[1] :]
        state = np.where(silent, _NOT_REPORTED, np.where(np.isnan(score), _NO_DOSSIERS, _REPORTED))
        top = np.full(score.shape, GROUPS.get(measure, 100.0))
        kept = _Block(block.codes[ranked], block.levels[ranked], block.months, {}, {})
        values = {"score": np.where(silent, np.nan, score), "max_score": top}
        yield _rows(kept, measure, calendar, "portal", state, values)


def _rows(
    block: _Block,
    measure: str,
    calendar: _Calendar,
    basis: str,
    state: np.ndarray,
    values: dict[str, np.ndarray],
    name: str = "all",
) -> pl.DataFrame:
    """Rows of `tables.Measurements`, one per unit and month of `state`."""
    units, count = state.shape
    columns = {"unit_code": block.codes, "level": block.levels}
    of_unit, of_month = np.repeat(np.arange(units), count), np.tile(block.months[-count:], units)
    months = _month_columns(calendar, basis)
    rows = pl.DataFrame(
        [pl.Series(column, items.astype(object), pl.String).gather(of_unit) for column, items in columns.items()]
        + [column.gather(of_month) for column in months]
        + [pl.Series(column, array.ravel(), nan_to_null=True) for column, array in values.items()]
        + [_STATES.gather(state.ravel()).alias("state")]
    )
    same = {"measure": measure, "field": name, "basis": basis, "source": SOURCE, "captured_at": calendar.captured_at}
    schema = Measurements.create_empty().schema
    rows = rows.with_columns(**{column: pl.lit(value) for column, value in same.items()})
    missing = {column: pl.lit(None) for column in schema if column not in rows.columns}
    return rows.with_columns(**missing).select(pl.col(column).cast(dtype) for column, dtype in schema.items())


def _month_columns(calendar: _Calendar, basis: str) -> list[pl.Series]:
    by_rules = [_SERIES[position] for position in calendar.series]
    return [
        pl.Series("period_start", [period.start for period in calendar.periods]),
        pl.Series("period_end", [period.end for period in calendar.periods]),
        pl.Series("period_kind", [period.kind for period in calendar.periods]),
        pl.Series("provisional", calendar.provisional),
        pl.Series("series", by_rules if basis == "portal" else ["ii06"] * len(by_rules)),
    ]


# --- draws -----------------------------------------------------------------------------------------------------------


def _rng(calibration: dict[str, Any], *names: str) -> np.random.Generator:
    """A stream of its own for each purpose, so that a new purpose leaves the others' draws alone."""
    return np.random.default_rng([calibration["seed"], crc32(" ".join(names).encode())])


def _memory(rng: np.random.Generator, shape: tuple[int, int], spread: float, memory: float) -> np.ndarray:
    """Stationary AR(1) along the months, with standard deviation `spread`."""
    values = rng.standard_normal(shape)
    for month in range(1, shape[1]):
        values[:, month] = memory * values[:, month - 1] + np.sqrt(1 - memory**2) * values[:, month]
    return spread * values


def _mixed(known: np.ndarray, fresh: np.ndarray, correlation: float) -> np.ndarray:
    """Standard normal with the given correlation to `known`."""
    return correlation * known + np.sqrt(1 - correlation**2) * fresh


def _standardised(values: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Mean 0 and variance 1 within each group."""
    count = np.maximum(np.bincount(group), 1)
    centred = values - (np.bincount(group, weights=values) / count)[group]
    return centred / np.sqrt(np.bincount(group, weights=centred**2) / count)[group]


def _share(logit: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-logit))


def _logit(share: np.ndarray) -> np.ndarray:
    return np.log(share / (1 - share))
