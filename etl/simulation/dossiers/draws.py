"""A province's dossiers of one month, drawn to their end: what each is, how it came in, when it was done.

Drawn from a stream of its own for each province and month, so that a month comes out the same whatever else is drawn.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date

import numpy as np
import polars as pl

from etl.simulation.dossiers.ground import Ground
from etl.simulation.dossiers.rates import Cells, cells
from etl.simulation.draws import stream
from ranking.dossiers.days import calendar
from ranking.dossiers.rows import FULL, IN_PERSON, PARTIAL, POST
from ranking.working_days import Swaps

_EPOCH = date(1970, 1, 1).toordinal()
NEVER = np.iinfo(np.int32).max

Column = np.ndarray


class Days:
    """Working days counted through: from a day to its count, and back to the day."""

    def __init__(self, swaps: Swaps) -> None:
        rows = calendar(swaps)
        self.first = int(rows["number"][0])
        self.index = rows["index"].to_numpy()
        works = rows.filter(pl.col("index") == pl.col("next"))["number"].to_numpy()
        self.works = np.isin(rows["number"].to_numpy(), works)
        self._day = np.concatenate([[self.first], works]).astype(np.int32)

    def counted(self, day: Column) -> Column:
        """Working days up to and with each day (days since 1970)."""
        return self.index[day - self.first]

    def day(self, count: Column) -> Column:
        """The working day with each count."""
        return self._day[count]


def drawn(ground: Ground, days: Days, home: int, month: int, *, share: float = 1.0) -> pl.DataFrame:
    """The dossiers that one province receives in a month (12 · year + month − 1), with all that ever becomes of them.

    The columns of `ranking.dossiers.rows.DOSSIER` without `state` and `exported`, where intake, decision, province,
    field and procedure are positions in `ground`; and `asked`: the working day, counted through, on which papers were
    asked for. Ordered by the day received. `share`: so many of them, evenly.
    """
    rng = stream(ground.calibration, "dossiers of", ground.provinces[home], str(month))
    here = cells(ground, home, ground.column(month))
    cell = _filled(rng, ground, here, share)
    size = len(cell)
    received = _received(rng, ground, days, here, month, cell)
    order = np.argsort(received, kind="stable")
    cell, received = cell[order], received[order]
    unit, procedure = here.units[cell // here.wide], cell % here.wide
    decision, is_away = _decision(rng, ground, here, cell, unit)
    timing = _timing(rng, ground, days, here, cell, received, is_away)
    chance = {name: rng.random(size, dtype=np.float32) for name in ("fee", "paid", "e", "d", "r", "due", "code")}
    fee = chance["fee"] < ground.procedures.fee[procedure]
    frame = pl.DataFrame(
        {
            "intake": unit, "decision": decision, "province": np.full(size, home), "procedure": procedure,
            "field": ground.procedures.field[procedure], "channel": _channel(rng, ground, here, cell, procedure),
            "received": received, **timing, "fee_owed": fee,
            "has_due": chance["due"] >= here.no_due_date[cell], "paid_online": chance["paid"] < here.paid[cell],
            "e_result": chance["e"] < here.digital["e_result_share"][cell],
            "digitised": chance["d"] < here.digital["digitised_share"][cell],
            "reused": chance["r"] < here.digital["data_reuse_share"][cell],
        }
    )  # fmt: skip
    # Drawn last, so that everything else stays as it was drawn before there were letters.
    wrote = pl.Series(rng.random(size, dtype=np.float32) < ground.settings["apology"])
    return _typed(frame.with_columns(apologised=wrote & (pl.col("end") > pl.col("due"))), ground.states[home])


def _filled(rng: np.random.Generator, ground: Ground, here: Cells, share: float) -> Column:
    """For each dossier its cell (unit × procedure): the units' figures by field, each shared out to its procedures."""
    counts = np.zeros((len(here.units), here.wide), np.int64)
    for number, field in enumerate(here.received):
        own = np.flatnonzero(ground.procedures.of == number)
        weights = ground.weights[np.ix_(here.units, own)]
        wanted = field if share >= 1 else rng.binomial(field, share)
        counts[:, own] = rng.multinomial(wanted, weights / weights.sum(axis=1, keepdims=True))
    return np.repeat(np.arange(counts.size), counts.ravel())


def _received(rng: np.random.Generator, ground: Ground, days: Days, here: Cells, month: int, cell: Column) -> Column:
    """The day of each dossier: by day of the week, few on days off, on Saturdays more where a practice opened them."""
    year, number = month // 12, month % 12 + 1
    first = date(year, number, 1)
    last = min(date(year, number, monthrange(year, number)[1]), max(ground.captured, first))
    numbers = np.arange(first.toordinal() - _EPOCH, last.toordinal() - _EPOCH + 1)
    weekday, intake = (numbers + 3) % 7, ground.settings["intake"]
    usual = np.array(intake["weekdays"])[weekday]
    usual = np.where(~days.works[numbers - days.first] & (weekday < 5), intake["day_off"], usual)
    opened = usual[None, :] * np.where(weekday[None, :] == 5, here.saturday[:, None], 1.0)
    chances = np.cumsum(opened / opened.sum(axis=1, keepdims=True), axis=1)
    unit = cell // here.wide
    # One sorted list for all units: that of each lies a whole number further on.
    at = np.searchsorted((chances + np.arange(len(chances))[:, None]).ravel(), rng.random(len(cell)) + unit)
    return numbers[np.clip(at - unit * len(numbers), 0, len(numbers) - 1)].astype(np.int32)


def _decision(
    rng: np.random.Generator, ground: Ground, here: Cells, cell: Column, unit: Column
) -> tuple[Column, Column]:
    """Who decides, and whether that is another unit: a neighbour, or for land the department."""
    draw, which = rng.random(len(cell)), rng.integers(0, ground.nearest.shape[1], len(cell))
    to_neighbour = draw < here.away[cell]
    to_department = ~to_neighbour & (draw < here.away[cell] + here.to_department[cell])
    neighbour = ground.nearest[np.minimum(unit, len(ground.nearest) - 1), which]
    decision = np.where(to_neighbour, neighbour, np.where(to_department, ground.land[unit], unit))
    return decision, decision != unit


def _timing(
    rng: np.random.Generator, ground: Ground, days: Days, here: Cells, cell: Column, received: Column, is_away: Column
) -> dict[str, Column]:
    """When each was due, ended and handed out, and how long it waited for papers; days since 1970."""
    settings, time, size = ground.settings, ground.settings["time"], len(cell)
    limit = ground.procedures.days[cell % here.wide]
    start = days.counted(received)
    asking = settings["supplement"]
    is_asked = rng.random(size) < here.asked[cell]
    asked = np.where(is_asked, start + rng.integers(0, 3, size), NEVER)
    waited = np.where(is_asked, rng.integers(asking["days"][0], asking["days"][1] + 1, size), 0)
    again = is_asked & (rng.random(size) < asking["again"])
    chance = np.clip(here.late[cell] * np.where(is_away, time["elsewhere_late"], 1.0), 0, 0.97)
    is_late = rng.random(size) < chance
    spent = np.where(is_late, limit + _overrun(rng, time, size), _in_time(rng, here, cell, limit)) + waited
    fate = rng.random(size)
    end = np.maximum(received, days.day(start + spent))
    later = settings["returned_later"]["days"]
    handed = end + np.where(rng.random(size) < here.returned_later[cell], rng.integers(later[0], later[1] + 1, size), 0)
    given_up = settings["given_up"]
    return {
        "due": np.maximum(received, days.day(start + limit)), "end": end, "handed": handed,
        "asked": asked, "waited": waited, "supplements": is_asked.astype(np.int8) + again,
        "given_up": fate < given_up["chance"], "withdrawn": fate < given_up["chance"] * given_up["withdrawn"],
    }  # fmt: skip


def _overrun(rng: np.random.Generator, time: dict[str, float], size: int) -> Column:
    """Working days past the last one: mostly few, now and then very many."""
    is_long = rng.random(size) < time["late_long"]
    return np.where(is_long, rng.geometric(time["late_long_tail"], size), rng.geometric(time["late_tail"], size))


def _in_time(rng: np.random.Generator, here: Cells, cell: Column, limit: Column) -> Column:
    """Working days of those on time: heaped on the last day, the others the nearer to it the slower the unit is."""
    part = rng.random(len(cell)) ** (1 / here.slowness[cell])
    early = np.floor(limit * part).astype(np.int64)
    return np.where(rng.random(len(cell)) < here.last_day[cell], limit, early)


def _channel(rng: np.random.Generator, ground: Ground, here: Cells, cell: Column, procedure: Column) -> Column:
    draw, other = rng.random(len(cell)), rng.random(len(cell))
    online = np.where(other < ground.procedures.full[procedure], FULL, PARTIAL)
    offline = np.where(other < here.post[cell], POST, IN_PERSON)
    return np.where(draw < here.offline[cell], offline, online)


def _typed(frame: pl.DataFrame, state: str) -> pl.DataFrame:
    """The columns of the store; those given up end by being stopped."""
    ended = ~pl.col("given_up")
    return frame.select(
        code=pl.format(
            "{}.{}-{}-{}", pl.lit(state), pl.col("intake") + 100,
            pl.col("received").cast(pl.Date).dt.strftime("%y%m%d"), pl.int_range(pl.len()).cast(pl.String).str.zfill(4),
        ),
        **{name: pl.col(name).cast(pl.Int16) for name in ("intake", "decision", "province", "field", "procedure")},
        channel=pl.col("channel").cast(pl.Int8),
        received=_date("received"),
        due=pl.when("has_due").then(_date("due")),
        done=pl.when(ended).then(_date("end")),
        returned=pl.when(ended).then(_date("handed")),
        stopped=pl.when("given_up").then(_date("end")),
        withdrawn=pl.col("withdrawn"),
        supplements=pl.col("supplements").cast(pl.Int8),
        waited=pl.col("waited").cast(pl.Int16),
        asked=pl.col("asked").cast(pl.Int32),
        fee_owed="fee_owed",
        paid_online=pl.when("fee_owed").then("paid_online"),
        e_result="e_result", digitised="digitised", reused="reused",
        apologised="apologised",
    )  # fmt: skip


def _date(name: str) -> pl.Expr:
    return pl.col(name).cast(pl.Int32).cast(pl.Date)
