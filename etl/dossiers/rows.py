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
from etl.dossiers.row_checks import UNKNOWN_STATE, checks_of, refused
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
    frame = pl.DataFrame({"row": rows.numbers}).with_columns(rows.codes)
    frame = frame.with_columns(*_days(rows, layout, reading), *_numbers(rows), *_spoken(rows, reading, lists))
    frame = frame.with_columns(
        **{f"{name}_blank": rows.blank(name) for name in (*DATES, *NUMBERS_MAX, "intake_unit")},
        field=_listed(rows, "field", lambda text: lists.fields.get(plain(text)), survey).fill_null(NO_FIELD),
        procedure=_procedures(rows, survey),
    )
    frame = _by_procedure(frame, lists)
    frame = with_units(frame, rows, units, province, survey)
    frame = frame.with_columns(state=_state())
    frame = frame.with_columns(
        e_result=pl.when(pl.col("e_result").is_null() & pl.lit("e_result" in reading.used) & _no_result())
        .then(pl.lit(False)).otherwise("e_result")
    )  # fmt: skip
    checks = checks_of(rows, exported)
    reason = pl.coalesce(pl.when(wrong).then(why) for wrong, why, _ in checks)
    column = pl.coalesce(pl.when(wrong).then(pl.lit(name)) for wrong, _, name in checks)
    frame = frame.with_columns(reason=reason, column=column)
    sound = frame.filter(pl.col("reason").is_null()).with_columns(exported=pl.lit(exported))
    far = (pl.col("received") - pl.col("day")).dt.total_days().abs() > FAR_DAYS
    survey.far.add(sound.select(far.fill_null(False)).to_series(), sound["row"])
    return sound.select(*DOSSIER, "part"), refused(frame, rows)


def _days(rows: Rows, layout: Layout, reading: Reading) -> Iterable[pl.Series]:
    """The date columns as days in Vietnam."""
    zones = None
    if "zone" in rows.columns:
        known = rows.columns["zone"].texts.to_frame("zone").select(zone_minutes(pl.col("zone"))).to_series()
        zones = rows.spread("zone", known)
    for name in DATES:
        if name not in rows.columns:
            yield pl.Series(name, [None], pl.Date).new_from_index(0, rows.numbers.len())
            continue
        order, heading = reading.orders.get(name, Order()), layout.zones.get(name)
        if zones is None:
            by_text = rows.parts[name].select(
                day_of(order, pl.lit(heading or 0) if heading is not None else pl.lit(VIETNAM_MINUTES))
            )
            yield rows.spread(name, by_text.to_series()).alias(name)
            continue
        parts = rows.parts[name]
        spread = pl.DataFrame([rows.spread(name, part) for part in parts.get_columns()])
        yield spread.with_columns(given=zones).select(day_of(order, pl.col("given")).alias(name)).to_series()


def _numbers(rows: Rows) -> Iterable[pl.Series]:
    for name, most in NUMBERS_MAX.items():
        if name not in rows.columns:
            yield pl.Series(name, [_UNTOLD[name]], pl.Int32).new_from_index(0, rows.numbers.len())
            continue
        number = rows.columns[name].texts.str.extract(_NUMBER).cast(pl.Int32, strict=False)
        number = number.set(number > most, None)
        yield rows.spread(name, number).set(rows.blank(name), 0).alias(name)


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
        answer = column.spread(pl.Series(said, dtype=pl.Boolean))
        yield (answer.set(rows.blank(name), False) if name in reading.ticks else answer).alias(name)


def _word(
    rows: Rows, name: str, lists: Lists, numbers: Mapping[str, int], dtype: type[pl.DataType], other: int
) -> pl.Series:
    """A column's words as numbers: 0 for an empty cell, `other` for a word that is not known."""
    if name not in rows.columns:
        return pl.Series(name, [0], dtype).new_from_index(0, rows.numbers.len())
    known = lists.words_of(name)
    return rows.columns[name].read(lambda text: numbers.get(known.get(word_key(text), ""), other), dtype).fill_null(0)


def _listed(rows: Rows, name: str, meaning: object, survey: Survey) -> pl.Series:
    """A column's texts by a code list; what is not on it is noted and null."""
    if name not in rows.columns:
        return pl.Series(name, [None], pl.String).new_from_index(0, rows.numbers.len())
    column = rows.columns[name]
    found = column.meanings(meaning, pl.String)  # type: ignore[arg-type]
    survey.words.add_unknown(
        name, column, found.is_not_null() | column.texts.is_null() | (column.texts == NO_FIELD), rows.numbers
    )
    return column.spread_few(found, NO_FIELD)


def _procedures(rows: Rows, survey: Survey) -> pl.Series:
    """The code of the procedure; an unusual one is counted as none."""
    if "procedure" not in rows.columns:
        return pl.Series("procedure", [NO_PROCEDURE]).new_from_index(0, rows.numbers.len())
    column = rows.columns["procedure"]
    code = column.texts.str.strip_chars("'\"").str.to_uppercase()
    known = code.str.contains(KNOWN_PROCEDURE)
    survey.words.add_unknown("procedure", column, known | column.texts.is_null(), rows.numbers)
    return column.spread_few(code.set(~known.fill_null(False), None), NO_PROCEDURE).fill_null(NO_PROCEDURE)


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
