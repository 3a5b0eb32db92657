"""From the text of an export to dossiers with plain types; rows that cannot be are told with their reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import polars as pl

from etl.dossiers.batch import NUMBERS_MAX, Rows
from etl.dossiers.codes import KNOWN_PROCEDURE
from etl.dossiers.date_orders import DATES
from etl.dossiers.dates import VIETNAM_MINUTES, Order, day_of, zone_minutes
from etl.dossiers.headers import Layout
from etl.dossiers.lists import NO_FIELD, Lists, plain, word_key
from etl.dossiers.row_checks import UNKNOWN_STATE, Days, checks_of, refused
from etl.dossiers.row_units import with_units
from etl.dossiers.survey import FAR_DAYS, Reading, Survey
from etl.dossiers.units import Units
from etl.dossiers.words_seen import CROSSES
from ranking.dossiers.rows import CHANNELS, DONE, DOSSIER, FLAGS, OPEN, RETURNED, STATES, STOPPED, WITHDRAWN
from store.procedures import Procedure, base_code

NO_PROCEDURE = ""
# Without its column a number is this: nobody says that papers were never asked for, but no days were waited.
_UNTOLD = {"supplements": None, "waited": 0}
_ANSWERS = {"yes": True, "no": False}
_NUMBER = r"^'?(\d{1,6})(?:[.,]0{1,2}|[.,]0{4,})?$"


def dossiers(
    rows: Rows, layout: Layout, reading: Reading, lists: Lists, units: Units, survey: Survey,
    *, province: str | None, exported: date,
) -> tuple[pl.DataFrame, pl.DataFrame]:  # fmt: skip
    """(sound dossiers, refused rows as `REFUSED`).

    The dossiers have the columns of `ranking.dossiers.rows.DOSSIER`, with unit codes, field and procedure as text, and
    the store's `part`. A row is refused for its first reason. Texts that no code list holds are noted in `survey`.
    """
    days = {name: _days(rows, name, layout, reading) for name in DATES}
    frame = pl.DataFrame({"row": rows.numbers}).with_columns(rows.codes)
    frame = frame.with_columns(
        *(found.by_row.alias(name) for name, found in days.items()), *_numbers(rows), *_spoken(rows, reading, lists)
    )
    frame = frame.with_columns(
        field=_listed(rows, "field", lambda text: lists.fields.get(plain(text)), survey, NO_FIELD),
        procedure=_procedures(rows, survey),
    )
    frame = _by_procedure(frame, lists)
    frame = with_units(frame, rows, units, province, survey)
    frame = frame.with_columns(state=_state())
    if "e_result" in reading.used and frame["e_result"].null_count():
        unsaid = pl.col("e_result").is_null() & _no_result()
        frame = frame.with_columns(e_result=pl.when(unsaid).then(pl.lit(False)).otherwise("e_result"))
    frame, bad = refused(frame, rows, checks_of(frame, rows, days, exported))
    far = (frame["received"] - frame["day"]).dt.total_days().abs() > FAR_DAYS
    survey.far.add(far.fill_null(False), frame["row"])
    return frame.with_columns(exported=pl.lit(exported)).select(*DOSSIER, "part"), bad


def _days(rows: Rows, name: str, layout: Layout, reading: Reading) -> Days:
    """A date column as days in Vietnam."""
    if name not in rows.columns:
        return Days(None, pl.Series(name, [None], pl.Date).new_from_index(0, rows.numbers.len()))
    order, heading = reading.orders.get(name, Order()), layout.zones.get(name)
    if "zone" not in rows.columns:
        minutes = VIETNAM_MINUTES if heading is None else heading
        by_text = rows.parts[name].select(day_of(order, pl.lit(minutes))).to_series()
        return Days(by_text, rows.spread(name, by_text))
    known = rows.columns["zone"].texts.to_frame("zone").select(zone_minutes(pl.col("zone"))).to_series()
    spread = pl.DataFrame([rows.spread(name, part) for part in rows.parts[name].get_columns()])
    given = spread.with_columns(given=rows.spread("zone", known))
    return Days(None, given.select(day_of(order, pl.col("given"))).to_series())


def _numbers(rows: Rows) -> Iterable[pl.Series]:
    for name, most in NUMBERS_MAX.items():
        if name not in rows.columns:
            yield pl.Series(name, [_UNTOLD[name]], pl.Int32).new_from_index(0, rows.numbers.len())
            continue
        texts = rows.columns[name].texts
        number = texts.str.extract(_NUMBER).cast(pl.Int32, strict=False)
        yield rows.spread(name, number.set(number > most, None).set(texts.is_null(), 0)).alias(name)


def _spoken(rows: Rows, reading: Reading, lists: Lists) -> Iterable[pl.Expr | pl.Series]:
    """Channel, state and flags by the words that the lists know."""
    height = rows.numbers.len()
    channel = _word(rows, "channel", lists, CHANNELS, pl.Int8, 0)
    if "service_level" in rows.columns:
        level = _word(
            rows, "service_level", lists, {"full": CHANNELS["full"], "partial": CHANNELS["partial"]}, pl.Int8, 0
        )
        online = channel.is_in([CHANNELS["online"], CHANNELS["full"], CHANNELS["partial"]])
        channel = level.zip_with(online & (level > 0), channel)
    yield channel.alias("channel")
    yield _word(rows, "state", lists, STATES, pl.Int8, UNKNOWN_STATE).alias("said")
    for name in FLAGS:
        if name not in rows.columns:
            yield pl.Series(name, [None], pl.Boolean).new_from_index(0, height)
            continue
        known, column = lists.words_of(name), rows.columns[name]
        unsure = CROSSES if name in reading.crossed else frozenset()
        keys = [None if text is None else word_key(text) for text in column.texts]
        said = [None if key is None or key in unsure else _ANSWERS.get(known.get(key, "")) for key in keys]
        answer = pl.Series(said, dtype=pl.Boolean)
        yield column.spread(answer.set(column.texts.is_null(), False) if name in reading.ticks else answer).alias(name)


def _word(
    rows: Rows, name: str, lists: Lists, numbers: Mapping[str, int], dtype: type[pl.DataType], other: int
) -> pl.Series:
    """A column's words as numbers: 0 for an empty cell, `other` for a word that is not known."""
    if name not in rows.columns:
        return pl.Series(name, [0], dtype).new_from_index(0, rows.numbers.len())
    known = lists.words_of(name)
    return rows.columns[name].read(lambda text: numbers.get(known.get(word_key(text), ""), other), dtype, empty=0)


def _listed(rows: Rows, name: str, meaning: object, survey: Survey, other: str) -> pl.Series:
    """A column's texts by a code list; what is not on it is noted and the `other`."""
    if name not in rows.columns:
        return pl.Series(name, [other], pl.String).new_from_index(0, rows.numbers.len())
    column = rows.columns[name]
    found = column.meanings(meaning, pl.String)  # type: ignore[arg-type]
    survey.words.add_unknown(
        name, column, found.is_not_null() | column.texts.is_null() | (column.texts == other), rows.numbers
    )
    return column.spread_few(found.fill_null(other))


def _procedures(rows: Rows, survey: Survey) -> pl.Series:
    """The code of the procedure; an unusual one is counted as none."""
    if "procedure" not in rows.columns:
        return pl.Series("procedure", [NO_PROCEDURE]).new_from_index(0, rows.numbers.len())
    column = rows.columns["procedure"]
    code = column.texts.str.strip_chars("'\"").str.to_uppercase()
    known = code.str.contains(KNOWN_PROCEDURE)
    survey.words.add_unknown("procedure", column, known | column.texts.is_null(), rows.numbers)
    return column.spread_few(code.set(~known.fill_null(False), NO_PROCEDURE))


def _by_procedure(frame: pl.DataFrame, lists: Lists) -> pl.DataFrame:
    """With the field that the list of procedures gives, where the export's is not known or the list counts always."""
    key = ["field", "procedure"]
    pairs = frame.select(key).unique()
    meant = [
        _field_of(field, lists.procedures.get(base_code(procedure)))
        for field, procedure in pairs.select(pl.col(key).cast(pl.String)).iter_rows()
    ]
    if meant == pairs["field"].cast(pl.String).to_list():
        return frame
    named = pairs.with_columns(meant=pl.Series(meant, dtype=pl.Enum(sorted(set(meant)))))
    placed = frame.join(named, on=key, how="left", maintain_order="left")
    return placed.with_columns(field="meant").drop("meant")


def _field_of(field: str, known: Procedure | None) -> str:
    return known.field if known and (known.always or field == NO_FIELD) else field


def _state() -> pl.Expr:
    """As the dates say, but for what was withdrawn or refused; the export's word tells what they leave open."""
    said = pl.col("said")
    return (
        pl.when(said.is_in([WITHDRAWN, STOPPED]))
        .then(said)
        .when(pl.col("returned").is_not_null() & pl.col("done").is_not_null())
        .then(RETURNED)
        .when(pl.col("done").is_not_null())
        .then(DONE)
        .when(pl.col("returned").is_not_null())
        .then(RETURNED)
        .when(pl.col("stopped").is_not_null())
        .then(STOPPED)
        .when(said == 0)
        .then(OPEN)
        .otherwise(said)
    ).cast(pl.Int8)


def _no_result() -> pl.Expr:
    """Nothing was decided, yet or at all: then there is no result, and no electronic one."""
    return pl.col("done").is_null() & pl.col("returned").is_null()
