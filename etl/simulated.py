"""The simulated country: figures that no commune ever reported, with the shape that real ones have.

It draws from `data/simulated.yaml` and nothing else: the same calibration gives the same rows, to the
last dossier. Provinces and the country are sums of their communes and departments; before the merger
the communes are the old ones, each counted under the province of today that it belongs to.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
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
    """The parameters in `path`; BadInput where a rule has an unknown key or an oddity an unknown rule."""
    calibration = yaml.safe_load(path.read_text(encoding="utf-8"))
    for name, rule in calibration["rules"].items():
        if unknown := set(rule) - _RULE_KEYS:
            raise BadInput(path.name, f"{sorted(unknown)} is none of {sorted(_RULE_KEYS)}", field=f"rules.{name}")
    for oddity in calibration["planted"]:
        if oddity["rule"] not in calibration["rules"]:
            raise BadInput(path.name, f"{oddity['rule']!r} is not among the rules", field=oddity["id"])
    return calibration


def chunks(
    units: pl.DataFrame, lineage: pl.DataFrame, provinces: pl.DataFrame, calibration: dict[str, Any]
) -> Iterator[pl.DataFrame]:
    """One frame per measure, with all its rows in the columns of `tables.Measurements`.

    `units`, `lineage`, `provinces`: the reference tables, in any order. Fault where a planted
    oddity names a unit or a month that the dataset does not have.
    """
    for series, scores in calibration["scores"].items():
        if other := set(scores) ^ set(provinces["code"]):
            raise BadInput(CALIBRATION.name, f"{sorted(other)} not in both, provinces and scores", field=series)
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
        doubtful = pl.col("quality").fill_null("").str.contains("population")
        own = units.with_columns(known=pl.when(~doubtful).then("population"))
        sized = own.with_columns(people=pl.coalesce("known", pl.col("known").median().over("province_code")))
        placed = sized.join(homes.select(province_code="code", home="home"), on="province_code").sort("code")
        communes_only = lineage.filter(pl.col("old_code").str.len_chars() == 5).sort("old_code", "new_code")
        return cls(placed.with_row_index("row"), communes_only, homes)


@dataclass
class _Units:
    """The communes (and departments) of one era: what they are and how each differs from the average.

    `months`: positions in the calendar. `size`: dossiers in an average month. `home`: position of
    the province. `traits`: standard normal, one per unit.
    """

    era: str
    months: np.ndarray
    codes: np.ndarray
    office: np.ndarray
    home: np.ndarray
    size: np.ndarray
    traits: dict[str, np.ndarray]

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.codes), len(self.months)

    @property
    def levels(self) -> np.ndarray:
        return np.where(self.office, "department", "commune")


_DIGITAL = ("digitised_share", "e_result_share", "data_reuse_share")
_TRAITS = ("on_time", "days", "online", "paid", *_DIGITAL)


def _new_units(world: _World, months: np.ndarray, calibration: dict[str, Any]) -> _Units:
    communes, offices = _communes(world, calibration), _departments(world, calibration)
    size = np.concatenate([communes, _department_sizes(world, communes, calibration)])
    office = np.repeat([False, True], [len(communes), len(offices)])
    own = np.repeat(np.arange(_PROVINCES), calibration["volume"]["departments"])
    home = np.concatenate([world.units["home"].to_numpy(), own])
    rng = _rng(calibration, "traits", "new")
    traits = {name: rng.standard_normal(len(size)) for name in _TRAITS}
    busy = _standardised(np.log(np.maximum(size, 0.5)), home * 2 + office)
    traits["on_time"] = _mixed(busy, traits["on_time"], calibration["on_time"]["volume_correlation"])
    traits["days"] = _mixed(traits["on_time"], traits["days"], calibration["processing_days"]["on_time_correlation"])
    codes = np.concatenate([world.units["code"].to_numpy(), offices])
    return _Units("new", months, codes, office, home, size, traits)


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


def _old_units(world: _World, new: _Units, months: np.ndarray, calibration: dict[str, Any]) -> _Units:
    """Old communes share out the size of the new units that hold them, and much of their character."""
    settings = calibration["old_communes"]
    rng = _rng(calibration, "old")
    rows = world.lineage.join(world.units.select(new_code="code", row="row"), on="new_code").sort("old_code", "row")
    successor = rows["row"].to_numpy()
    noise = settings["share_spread"] * rng.standard_normal(len(rows))
    weight = np.where(rows["part"] == "whole", 1.0, 0.5) * np.exp(noise)
    given = new.size[successor] * weight / np.bincount(successor, weights=weight)[successor]
    codes, of_row = np.unique(rows["old_code"].to_numpy(), return_inverse=True)
    main = _heaviest(of_row, given, successor)
    traits = {
        name: _mixed(new.traits[name][main], rng.standard_normal(len(codes)), settings["effect_kept"])
        for name in _TRAITS
    }
    size = np.bincount(of_row, weights=given)
    return _Units("old", months, codes, np.zeros(len(codes), bool), new.home[main], size, traits)


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
    new = _new_units(world, calendar.new(), calibration)
    old = _old_units(world, new, calendar.old(), calibration)
    levels = _levels(new, calendar, calibration)
    before, since = (_block(units, levels, calendar, calibration) for units in (old, new))
    since = replace(since, by_field=_by_field(since, new, calendar, calibration))
    provinces = _summed(world.provinces["code"].to_numpy(), "province", [(before, old.home), (since, new.home)])
    nation = _summed(np.array([COUNTRY], object), "country", [(provinces, np.zeros(_PROVINCES, int))])
    scores = _scores(since, provinces, new, calendar, calibration)
    scored = [replace(block, scores=own) for block, own in zip((since, provinces, nation), scores, strict=True)]
    return [before, *scored]


@dataclass(frozen=True)
class _Oddity:
    """What happens to a unit, by its row, from the first to the last column of its era."""

    row: int
    first: int
    last: int
    rule: dict[str, Any]


def _planted(units: _Units, calendar: _Calendar, calibration: dict[str, Any]) -> list[_Oddity]:
    """The oddities planted among `units`."""
    oddities = []
    for entry in calibration["planted"]:
        first, last = (np.flatnonzero(units.months == calendar.position(month)) for month in entry["months"])
        if not first.size:
            continue
        rows = np.flatnonzero(units.codes == entry["unit_code"])
        if not rows.size or not last.size or last[0] < first[0]:
            what = f"{entry['unit_code']!r} does not exist from {entry['months'][0]} to {entry['months'][1]}"
            raise BadInput(CALIBRATION.name, what, field=entry["id"])
        oddities.append(_Oddity(rows[0], first[0], last[0], calibration["rules"][entry["rule"]]))
    return oddities


def _received(units: _Units, calendar: _Calendar, calibration: dict[str, Any]) -> np.ndarray:
    """Dossiers of each unit and month."""
    volume, silence = calibration["volume"], calibration["silence"]
    rng = _rng(calibration, "received", units.era)
    expected = units.size[:, None] * _season(calendar, volume)[units.months]
    expected = expected * np.exp(_memory(rng, units.shape, volume["month_spread"], volume["month_memory"]))
    size = np.where(units.office, np.inf, units.size)
    tiny = size < np.quantile(size[~units.office], silence["tiny_share"])
    planted = _planted(units, calendar, calibration)
    tiny[[oddity.row for oddity in planted]] = False
    expected[tiny[:, None] & (rng.random(units.shape) < silence["tiny_zero_months"])] = 0
    for oddity in planted:
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


def _levels(units: _Units, calendar: _Calendar, calibration: dict[str, Any]) -> _Levels:
    received, series = _received(units, calendar, calibration), calendar.series[units.months]
    on_time, paid = _on_time_noise(units, calibration), _paid_noise(units, calibration)
    return _Levels(
        _solved(on_time, received, units.home, series, _published(calibration, "TDGQ") / 20),
        _solved(paid, received, units.home, series, _online_paid(calibration)),
    )


def _published(calibration: dict[str, Any], group: str) -> np.ndarray:
    """Published scores of one group, series × province."""
    column = ["CKMB", "TDGQ", "CLGQ", "TTTT", "MDHL", "MDSH"].index(group)
    return np.array([[row[column] for _, row in sorted(calibration["scores"][name].items())] for name in _SERIES])


def _position(calibration: dict[str, Any], province: str) -> int:
    return sorted(calibration["scores"][_SERIES[0]]).index(province)


def _online_paid(calibration: dict[str, Any]) -> np.ndarray:
    """A of the payment score 6A + min(2; 2.5B) + 2.5C, series × province."""
    payment = calibration["payment"]
    rest = [min(2.0, 2.5 * payment["paid_procedures"][s]) + 2.5 * payment["online_procedures"][s] for s in _SERIES]
    return np.clip((_published(calibration, "TTTT") - np.array(rest)[:, None]) / 6, 0.2, 0.985)


def _solved(
    noise: np.ndarray, weight: np.ndarray, home: np.ndarray, series: np.ndarray, target: np.ndarray
) -> np.ndarray:
    """The logits, province × series, at which the weighted mean shares are `target` (series × province)."""
    solved = []
    for number, wanted in enumerate(target):
        own, dossiers = noise[:, series == number], weight[:, series == number]
        low, high = np.full(_PROVINCES, -8.0), np.full(_PROVINCES, 12.0)
        for _ in range(40):
            middle = (low + high) / 2
            share = _by_home(_share(own + middle[home][:, None]) * dossiers, home) / _by_home(dossiers, home)
            low, high = np.where(share < wanted, middle, low), np.where(share < wanted, high, middle)
        solved.append(middle)
    return np.stack(solved, axis=1)


def _by_home(values: np.ndarray, home: np.ndarray) -> np.ndarray:
    return np.bincount(home, weights=values.sum(axis=1), minlength=_PROVINCES)


def _on_time_noise(units: _Units, calibration: dict[str, Any]) -> np.ndarray:
    """Logit of a unit's on-time share against its province's level."""
    settings = calibration["on_time"]
    rng = _rng(calibration, "on time", units.era)
    own = settings["unit_spread"] * units.traits["on_time"] + settings["departments_logit"] * units.office
    return own[:, None] + _memory(rng, units.shape, settings["month_spread"], settings["month_memory"])


def _paid_noise(units: _Units, calibration: dict[str, Any]) -> np.ndarray:
    settings = calibration["payment"]
    noise = settings["month_spread"] * _rng(calibration, "paid", units.era).standard_normal(units.shape)
    return settings["unit_spread"] * units.traits["paid"][:, None] + noise


def _block(units: _Units, levels: _Levels, calendar: _Calendar, calibration: dict[str, Any]) -> _Block:
    planted = _planted(units, calendar, calibration)
    rates = _with_oddities(_rates(units, levels, calendar, calibration), units.months, planted, calendar)
    received = _received(units, calendar, calibration)
    figures = _repeated(_drawn(units, received, rates, calibration), planted)
    silent = {basis: _silence(units, basis, calendar, calibration, planted) for basis in ("portal", "form")}
    return _Block(units.codes, units.levels, units.months, figures, silent)


def _rates(units: _Units, levels: _Levels, calendar: _Calendar, calibration: dict[str, Any]) -> dict[str, np.ndarray]:
    """Probabilities (and processing days) of each unit and month."""
    series, before = calendar.series[units.months], np.maximum(calendar.merger - units.months, 0)
    on_time = levels.on_time[units.home][:, series] + _on_time_noise(units, calibration)
    on_time -= calibration["on_time"]["before_merger_per_month"] * before
    paid = levels.paid[units.home][:, series] + _paid_noise(units, calibration)
    paid -= calibration["payment"]["before_merger_per_month"] * before
    rates = {"on_time": _share(on_time), "paid": _share(paid), "days": _days(units, calibration)}
    rates["online"] = _share(_online(units, calendar, calibration))
    rates |= {name: _digital(units, name, calendar, calibration) for name in _DIGITAL}
    rng, shape = _rng(calibration, "form", units.era), units.shape
    form, shift = calibration["form"], calibration["on_time"]
    rates["on_time_form"] = _share(on_time + shift["form_shift"] + shift["form_spread"] * rng.standard_normal(shape))
    wide = np.exp(form["month_spread"] * rng.standard_normal(shape))
    rates["open"] = np.clip(form["open_per_day"] * rates["days"] * wide, 0.01, 0.7)
    late = form["open_overdue_shift"] - on_time + form["month_spread"] * rng.standard_normal(shape)
    return rates | {"overdue": _share(late)}


def _days(units: _Units, calibration: dict[str, Any]) -> np.ndarray:
    settings = calibration["processing_days"]
    rng = _rng(calibration, "days", units.era)
    usual = np.where(units.office, settings["departments_median"], settings["median"])
    own = np.log(usual) + settings["unit_spread"] * units.traits["days"]
    return np.exp(own[:, None] + settings["month_spread"] * rng.standard_normal(units.shape))


def _online(units: _Units, calendar: _Calendar, calibration: dict[str, Any]) -> np.ndarray:
    """Logit of the online share: a straight rise, and the step of the one province with an event."""
    settings, event = calibration["online"], calibration["online"]["event"]
    rng = _rng(calibration, "online", units.era)
    full, months = calendar.position(settings["full_month"]), units.months
    rise = (settings["full_logit"] - settings["start_logit"]) * np.minimum(months / full, 1)
    usual = settings["start_logit"] + rise + settings["later_per_month"] * np.maximum(months - full, 0)
    province = settings["province_spread"] * _rng(calibration, "online provinces").standard_normal(_PROVINCES)
    spread = settings["unit_spread"] * units.traits["online"][:, None]
    noise = spread + settings["month_spread"] * rng.standard_normal(units.shape)
    stepped = np.where(months >= calendar.position(event["month"]), event["after_logit"], usual + event["before_logit"])
    here = (units.home == _position(calibration, event["province"]))[:, None]
    return np.where(here, stepped, usual + province[units.home][:, None]) + noise


def _digital(units: _Units, name: str, calendar: _Calendar, calibration: dict[str, Any]) -> np.ndarray:
    settings = calibration["digital"]
    rng = _rng(calibration, name, units.era)
    scores = _published(calibration, "MDSH")
    level = _logit(np.array([settings[name][series] for series in _SERIES]))[:, None]
    province = level + settings["per_point_of_mdsh"] * (scores - scores.mean(axis=1, keepdims=True))
    own = settings["unit_spread"] * units.traits[name][:, None]
    noise = own + settings["month_spread"] * rng.standard_normal(units.shape)
    before = settings["before_merger_per_month"] * np.maximum(calendar.merger - units.months, 0)
    return _share(province[calendar.series[units.months]][:, units.home].T + noise - before)


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
    figures |= {name: rng.binomial(received, rates[name]) for name in _DIGITAL}
    complaints = rng.binomial(figures["on_time"], calibration["satisfaction"]["complaints"])
    figures["satisfied"] = figures["on_time"] - complaints
    still_open = figures["open"] = rng.binomial(in_period, rates["open"])
    figures["open_overdue"] = rng.binomial(still_open, rates["overdue"])
    first = rng.binomial(in_period[:, :1], rates["open"][:, :1])
    carried = np.concatenate([first, still_open[:, :-1]], axis=1)
    figures["resolved"] = carried + in_period - still_open
    figures["on_time_form"] = rng.binomial(figures["resolved"], rates["on_time_form"])
    return figures


def _repeated(figures: dict[str, np.ndarray], planted: list[_Oddity]) -> dict[str, np.ndarray]:
    figures = {name: values.copy() for name, values in figures.items()}
    for oddity in (oddity for oddity in planted if oddity.rule.get("repeat")):
        for values in figures.values():
            values[..., oddity.row, oddity.first : oddity.last + 1] = values[..., oddity.row, oddity.first, None]
    return figures


def _silence(
    units: _Units, basis: str, calendar: _Calendar, calibration: dict[str, Any], planted: list[_Oddity]
) -> np.ndarray:
    """Units × months without a report: spells of some months, whole provinces; never a planted unit."""
    settings = calibration["silence"]
    rng = _rng(calibration, "silence", basis, units.era)
    starts = rng.random(units.shape) < settings["not_reported"] / settings["mean_months"]
    lasts = np.where(starts, rng.geometric(1 / settings["mean_months"], units.shape), 0)
    silent = np.zeros(units.shape, bool)
    for later in range(min(lasts.max(), units.shape[1])):
        silent[:, later:] |= lasts[:, : units.shape[1] - later] > later
    silent[[oddity.row for oddity in planted]] = False
    for spell in settings["provinces"]:
        month = units.months == calendar.position(spell["month"])
        silent[(units.home == _position(calibration, spell["province"]))[:, None] & month] = True
    return silent


def _by_field(block: _Block, units: _Units, calendar: _Calendar, calibration: dict[str, Any]) -> dict[str, np.ndarray]:
    """Figures of a block, split by field to the dossier."""
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
    split = {
        "received": received,
        "on_time": received - overdue,
        "in_period": in_period,
        "online": in_period - offline,
    }
    return _repeated(split, _planted(units, calendar, calibration))


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


def _scores(
    communes: _Block, provinces: _Block, units: _Units, calendar: _Calendar, calibration: dict[str, Any]
) -> list[dict[str, np.ndarray]]:
    """Scores of the new era: of communes, of provinces, and of the country as the provinces' mean."""
    series = calendar.series[units.months]
    figures = _since(provinces, units.months)
    of_provinces = _beyond_provinces(figures, series, calibration)
    of_communes = _beyond_communes(of_provinces, units, series, calibration)
    groups = [_groups(communes.figures, of_communes), _groups(figures, of_provinces)]
    groups.append({name: np.round(np.nanmean(groups[1][name], axis=0, keepdims=True), 2) for name in GROUPS})
    return [own | {"index_766": np.round(sum(own.values()), 2)} for own in groups]


def _since(block: _Block, months: np.ndarray) -> dict[str, np.ndarray]:
    return {name: values[:, -len(months) :] for name, values in block.figures.items()}


def _beyond_provinces(
    figures: dict[str, np.ndarray], series: np.ndarray, calibration: dict[str, Any]
) -> dict[str, np.ndarray]:
    """What a score holds beyond dossiers, so that each province's mean comes to its published score."""
    settings, payment = calibration["groups"], calibration["payment"]
    rng = _rng(calibration, "scores of provinces")
    target = {name: _published(calibration, name.upper())[series].T for name in GROUPS}
    noise = {name: _memory(rng, (_PROVINCES, len(series)), settings["province_spread"], 0.6) for name in GROUPS}
    own = {name: target[name] + noise[name] for name in ("ckmb", "clgq")}
    own["petitions"] = target["mdhl"] - _mean_by(series, _handling(figures)) + noise["mdhl"]
    own["rest"] = target["mdsh"] - _mean_by(series, _digitisation(figures)) + noise["mdsh"]
    limits = {"ckmb": 18, "clgq": 12, "petitions": 12, "rest": 10}
    own = {name: np.clip(values, 0, limits[name]) for name, values in own.items()}
    for part in ("paid_procedures", "online_procedures"):
        of_series = np.array([payment[part][name] for name in _SERIES])
        own[part] = np.broadcast_to(of_series[series], (_PROVINCES, len(series)))
    return own


def _mean_by(series: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Each unit's mean over the months of the same series, in place of each month's value."""
    means = [np.nanmean(values[:, series == number], axis=1) for number in range(len(_SERIES))]
    return np.stack(means, axis=1)[:, series]


def _beyond_communes(
    provinces: dict[str, np.ndarray], units: _Units, series: np.ndarray, calibration: dict[str, Any]
) -> dict[str, np.ndarray]:
    settings, fees = calibration["groups"], calibration["payment"]["fee_procedures"]
    rng = _rng(calibration, "scores of communes")
    count = len(units.codes)
    home = {name: values[units.home] for name, values in provinces.items()}
    unsynchronised = np.where(rng.random(count) < settings["ckmb_deviating"], rng.uniform(0.3, 3, count), 0)
    part = np.array([settings["commune_clgq"][name] for name in _SERIES])[series]
    lasting = settings["clgq_spread"] * rng.standard_normal((count, 1))
    clgq = part * home["clgq"] + lasting + 0.04 * rng.standard_normal(units.shape)
    petitioned = rng.random(units.shape) < settings["petition_months"]
    own = {
        "ckmb": np.clip(home["ckmb"] - unsynchronised[:, None], 0, 18),
        "clgq": np.clip(clgq, 0, 12),
        "petitions": np.where(petitioned, 12 * rng.beta(2, 2, units.shape), 12),
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
        "tttt": np.minimum(payment + procedures, 10),
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
