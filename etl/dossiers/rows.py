"""From the text of an export to dossiers with plain types; rows that cannot be are told with their reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import polars as pl

from etl.dossiers.coded import ERROR, Coded
from etl.dossiers.codes import KNOWN_CODE, KNOWN_PROCEDURE, read_codes
from etl.dossiers.dates import VIETNAM_MINUTES, Order, day_of, zone_minutes
from etl.dossiers.headers import Layout
from etl.dossiers.lists import Lists, plain, word_key
from etl.dossiers.survey import DATES, Reading, Survey, parts_of
from etl.dossiers.units import UNKNOWN_UNIT, Units
from ranking.dossiers.days import FIRST_DAY
from ranking.dossiers.rows import CHANNELS, DONE, DOSSIER, FLAGS, OPEN, RETURNED, STATES, STOPPED, WITHDRAWN
from ranking.names import tidy

NO_FIELD, NO_PROCEDURE = "(không rõ lĩnh vực)", ""
REFUSED = {"row": pl.Int64, "column": pl.String, "value": pl.String, "reason": pl.String}
EXCEL_ERROR = "an error of Excel stands here"
_UNKNOWN_STATE = -1
_HEADS_MOST = 20_000
_ANSWERS = {"yes": True, "no": False}
_NUMBERS_MAX = {"supplements": 100, "waited": 2000}
_NUMBER = r"^'?(\d{1,6})(?:[.,]0{1,2}|[.,]0{4,})?$"
_TOTALS = r"^(?i:tổng|tổng cộng|tổng số|cộng|total|tong cong)[\s:]*$"
_UNIT_COLUMNS = (("intake", "intake_unit"), ("decision", "deciding_unit"))
# What quarantine may keep of a failed cell: a day since 2015, a number, a code. Anything else may be about a person.
_DAY_KEPT = (
    r"^(?:\d{1,2}[/.\-]\d{1,2}[/.\-]20(?:1[5-9]|[2-9]\d)|20(?:1[5-9]|[2-9]\d)[/.\-]\d{1,2}[/.\-]\d{1,2})"
    r"(?:[ T]\d{1,2}:\d{2}(?::\d{2})?)?$"
)
_KEPT = {
    **dict.fromkeys(DATES, _DAY_KEPT),
    **dict.fromkeys(_NUMBERS_MAX, r"^-?\d{1,5}(?:[.,]\d{1,3})?$"),
    **dict.fromkeys(("intake_unit", "deciding_unit"), r"^(?:\d{5}|[A-Z]\d{2}(?:\.\d{1,4}){0,4})$"),
    "code": KNOWN_CODE,
}


class Rows:
    """One batch of rows, each distinct text of a column looked at once. Rows that hold nothing, or say the headings or
    a total again, are left out; `left_out` counts the latter.
    """

    def __init__(self, rows: pl.DataFrame, lists: Lists, salt: bytes) -> None:
        rows, self.left_out = _without_headings(rows, lists)
        self.numbers = rows["row"]
        self.code_texts = rows["code"]
        self.codes = read_codes(self.code_texts, salt)
        self.columns = {name: Coded.of(rows[name]) for name in rows.columns if name not in ("row", "code")}
        self.parts = parts_of(self.columns)

    def spread(self, name: str, by_text: pl.Series) -> pl.Series:
        return self.columns[name].spread(by_text)

    def blank(self, name: str) -> pl.Series:
        """Which rows have nothing in a column; all where there is no such column."""
        if name not in self.columns:
            return pl.Series([True]).new_from_index(0, self.numbers.len())
        column = self.columns[name]
        return self.spread(name, column.texts.is_null()).fill_null(True)

    def errors(self, name: str) -> pl.Series:
        return self.spread(name, self.columns[name].texts.str.contains(ERROR)).fill_null(False)

    def survey(self, survey: Survey) -> None:
        """What the columns say as columns."""
        survey.add_dates(self.columns, self.parts, self.numbers, self.codes["day"])
        survey.add_words(self.columns, self.numbers)


def _without_headings(rows: pl.DataFrame, lists: Lists) -> tuple[pl.DataFrame, int]:
    code = pl.col("code")
    if not rows["code"].str.contains(r"^\S*\d\S*$").all(ignore_nulls=False):
        names = [name for name in rows.columns if name != "row"]
        rows = rows.with_columns(pl.col(names).cast(pl.String))
        rows = rows.filter(pl.any_horizontal(pl.col(name).str.strip_chars().fill_null("") != "" for name in names))
        texts = [text for text in rows["code"].unique().drop_nulls() if lists.columns.get(plain(text)) == "code"]
        again = code.is_in(texts) | code.str.strip_chars().str.contains(_TOTALS)
        kept = rows.filter(~again.fill_null(False))
        return kept, rows.height - kept.height
    return rows, 0


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
        **{f"{name}_blank": rows.blank(name) for name in (*DATES, *_NUMBERS_MAX, "intake_unit")},
        field=_listed(rows, "field", lambda text: lists.fields.get(plain(text)), survey).fill_null(NO_FIELD),
        procedure=_procedures(rows, survey),
    )
    frame = _with_units(frame, rows, units, province, survey)
    frame = frame.with_columns(state=_state())
    frame = frame.with_columns(
        e_result=pl.when(pl.col("e_result").is_null() & pl.lit("e_result" in reading.used) & _no_result())
        .then(pl.lit(False)).otherwise("e_result")
    )  # fmt: skip
    checks = _checks(rows, exported)
    reason = pl.coalesce(pl.when(wrong).then(why) for wrong, why, _ in checks)
    column = pl.coalesce(pl.when(wrong).then(pl.lit(name)) for wrong, _, name in checks)
    frame = frame.with_columns(reason=reason, column=column)
    sound = frame.filter(pl.col("reason").is_null()).with_columns(exported=pl.lit(exported))
    return sound.select(*DOSSIER, "part"), _refused(frame, rows)


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
    for name, most in _NUMBERS_MAX.items():
        if name not in rows.columns:
            yield pl.Series(name, [0], pl.Int32).new_from_index(0, rows.numbers.len())
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
    yield _word(rows, "state", lists, STATES, pl.Int8, _UNKNOWN_STATE).alias("said")
    for name in FLAGS:
        if name not in rows.columns:
            yield pl.Series(name, [None], pl.Boolean).new_from_index(0, height)
            continue
        known, column = lists.words_of(name), rows.columns[name]
        said = [None if text is None else _ANSWERS.get(known.get(word_key(text), "")) for text in column.texts]
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
    survey.add_unknown(
        name, column, found.is_not_null() | column.texts.is_null() | (column.texts == NO_FIELD), rows.numbers
    )
    return column.spread(found)


def _procedures(rows: Rows, survey: Survey) -> pl.Series:
    """The code of the procedure; an unusual one is counted as none."""
    if "procedure" not in rows.columns:
        return pl.Series("procedure", [NO_PROCEDURE]).new_from_index(0, rows.numbers.len())
    column = rows.columns["procedure"]
    code = column.texts.str.strip_chars("'\"").str.to_uppercase()
    known = code.str.contains(KNOWN_PROCEDURE)
    survey.add_unknown("procedure", column, known | column.texts.is_null(), rows.numbers)
    return column.spread(code.set(~known.fill_null(False), None)).fill_null(NO_PROCEDURE)


def _with_units(frame: pl.DataFrame, rows: Rows, units: Units, province: str | None, survey: Survey) -> pl.DataFrame:
    """`intake`, `decision` and `province` as codes; an export without a deciding unit decides where it takes in.

    `own`: the province of the export, or of the dossier's own code; a code of another province is `foreign`.
    """
    home = _homes(frame["code"], rows.code_texts, units)
    own = home if province is None else pl.Series([province]).new_from_index(0, frame.height)
    foreign = home.ne_missing(own) & home.is_not_null()
    frame = frame.with_columns(_home=home, own=own, foreign=foreign, foreign_reason=pl.lit(None, pl.String))
    if foreign.any():
        names = {code: units.name(code) for code in home.filter(foreign).unique()}
        why = pl.format(
            "the dossier's code is of {}, but the export is of {}",
            pl.col("_home").replace_strict(names, default=""),
            pl.lit(units.name(province)),
        )
        frame = frame.with_columns(foreign_reason=pl.when("foreign").then(why))
    for code, column in _UNIT_COLUMNS:
        if column not in rows.columns:
            frame = frame.with_columns(
                pl.lit(None, pl.String).alias(code), pl.lit(None, pl.String).alias(f"{code}_reason")
            )
            continue
        frame = _with_unit(frame, rows, units, code, column, survey)
    decides = pl.col("decision").is_null() & pl.col("decision_reason").is_null()
    frame = frame.with_columns(decision=pl.when(decides).then("intake").otherwise("decision"))
    codes = frame["intake"].unique().drop_nulls()
    homes = {code: units.province(code) for code in codes.to_list()}
    return frame.with_columns(province=pl.col("intake").replace_strict(homes, default=None, return_dtype=pl.String))


def _with_unit(frame: pl.DataFrame, rows: Rows, units: Units, code: str, column: str, survey: Survey) -> pl.DataFrame:
    coded = rows.columns[column]
    keys = coded.codes if coded.codes is not None else pl.int_range(coded.texts.len(), dtype=pl.UInt32, eager=True)
    frame = frame.with_columns(_text=keys)
    found = []
    for at, home in _pairs(frame, coded).iter_rows():
        text = coded.texts[at]
        if text is not None:
            elsewhere = column != "intake_unit"
            found.append((at, home, *units.find(text, home, elsewhere=elsewhere)))
    schema = {"_text": pl.UInt32, "own": pl.String, code: pl.String, f"{code}_reason": pl.String}
    known = pl.DataFrame(found, schema=schema, orient="row").with_columns(
        pl.when(pl.col(f"{code}_reason") != "").then(f"{code}_reason").alias(f"{code}_reason")
    )
    strange = known.filter(pl.col(f"{code}_reason").str.starts_with(UNKNOWN_UNIT))["_text"].unique()
    sound = ~pl.int_range(coded.texts.len(), dtype=pl.UInt32, eager=True).is_in(strange.implode())
    survey.add_unknown(column, coded, sound | coded.texts.is_null(), rows.numbers)
    if known["_text"].is_unique().all() and frame["own"].null_count() == 0:
        by_text = pl.DataFrame({"_text": pl.int_range(coded.texts.len(), dtype=pl.UInt32, eager=True)}).join(
            known.drop("own"), on="_text", how="left", maintain_order="left"
        )
        told = [coded.spread(by_text[name]) for name in (code, f"{code}_reason")]
        return frame.with_columns(told).drop("_text")
    return frame.join(known, on=["_text", "own"], how="left", nulls_equal=True, maintain_order="left").drop("_text")


def _pairs(frame: pl.DataFrame, coded: Coded) -> pl.DataFrame:
    """The texts and the provinces that they stand with."""
    if frame["own"].n_unique() == 1 and coded.codes is not None:
        texts = pl.int_range(coded.texts.len(), dtype=pl.UInt32, eager=True)
        return pl.DataFrame({"_text": texts, "own": frame["own"].head(1).new_from_index(0, texts.len())})
    return frame.select("_text", "own").unique().drop_nulls("_text")


def _homes(codes: pl.Series, texts: pl.Series, units: Units) -> pl.Series:
    """The province that each dossier's code names; where all codes hold a day, looked up by what stands before it."""
    ends = codes.to_frame("code").select(pl.col("code").str.find("-", literal=True)).to_series()
    heads = codes.str.slice(0, ends)
    distinct = heads.unique()
    # A code of an unknown form is kept as a hash, which has no dash and names no province: its text does.
    if ends.null_count() or distinct.len() > _HEADS_MOST:
        state = _state_in_codes(codes, texts)
        return state.replace_strict(units.province_of_state, default=None, return_dtype=pl.String)
    state = _state_in_codes(distinct, distinct)
    found = state.replace_strict(units.province_of_state, default=None, return_dtype=pl.String)
    return found.gather(heads.cast(pl.Enum(distinct)).to_physical().cast(pl.UInt32))


def _state_in_codes(codes: pl.Series, texts: pl.Series) -> pl.Series:
    """The state code in each dossier's code, `H44`; a code that is kept as a hash is looked at as it was written."""
    state = codes.str.extract(r"\b([A-Z]\d{2})(?:[.\-]|$)")
    if state.null_count():
        other = texts.str.extract(r"\b([A-Z]\d{2})(?:[.\-]|$)")
        state = state.zip_with(state.is_not_null(), other)
    return state


def _state() -> pl.Expr:
    """As the dates say; what the export calls it tells only what they leave open."""
    said = pl.col("said")
    return (
        pl.when(pl.col("returned").is_not_null() & pl.col("done").is_not_null())
        .then(RETURNED)
        .when(pl.col("done").is_not_null())
        .then(DONE)
        .when(said.is_in([WITHDRAWN, STOPPED]))
        .then(said)
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


def _checks(rows: Rows, exported: date) -> list[tuple[pl.Expr, pl.Expr, str]]:
    """(what is wrong, why, column), in the order that a row's reason is looked for."""
    said = pl.lit
    checks = [
        (pl.col("why").is_not_null(), pl.col("why"), "code"),
        (pl.col("intake_unit_blank"), said("no intake unit"), "intake_unit"),
        (pl.col("received_blank"), said("no day of reception"), "received"),
        (pl.col("foreign"), pl.col("foreign_reason"), "code"),
    ]
    for name in DATES:
        if name in rows.columns:
            checks.append((pl.lit(rows.errors(name)), said(EXCEL_ERROR), name))
        checks.append((pl.col(name).is_null() & ~pl.col(f"{name}_blank"), said("this is no date"), name))
        far = (pl.col(name) < FIRST_DAY) | (pl.col(name) > date(exported.year + 15, 12, 31))
        checks.append((far, said("this date cannot be"), name))
        if name != "due":
            checks.append((pl.col(name) > exported, said(f"lies in the future, after the export of {exported}"), name))
    for name in ("done", "returned", "stopped"):
        checks.append((pl.col(name) < pl.col("received"), said("ended before it was received"), name))
    checks.append((pl.col("due") < pl.col("received"), said("due before it was received"), "due"))
    for name in _NUMBERS_MAX:
        checks.append((pl.col(name).is_null(), said("this is no whole number of 0 or more"), name))
    no_end = pl.all_horizontal(pl.col(name).is_null() for name in ("done", "returned", "stopped"))
    ended = pl.col("said").is_in([DONE, RETURNED, WITHDRAWN, STOPPED])
    checks.append((no_end & ended, said("ended, but no day of the end"), "state"))
    unknown = "the word for its state is not known, and no day of an end is given"
    checks.append((no_end & (pl.col("said") == _UNKNOWN_STATE), said(unknown), "state"))
    for code, name in _UNIT_COLUMNS:
        checks.append((pl.col(f"{code}_reason").is_not_null(), pl.col(f"{code}_reason"), name))
    if "zone" in rows.columns:
        zone = rows.columns["zone"]
        known = zone.texts.to_frame("zone").select(zone_minutes(pl.col("zone")).is_null()).to_series()
        lost = rows.spread("zone", known & zone.texts.is_not_null()).fill_null(False)
        checks.append((pl.lit(lost), said("this time zone is not known"), "zone"))
    return checks


def _refused(frame: pl.DataFrame, rows: Rows) -> pl.DataFrame:
    """The refused rows; the cell that was wrong is kept only where it is a failed date, number or code."""
    wrong = frame["reason"].is_not_null()
    told = frame.filter(wrong).select("row", "column", "reason")
    if told.is_empty():
        return pl.DataFrame(schema=REFUSED)
    value = pl.lit(None, pl.String)
    for name, shape in _KEPT.items():
        if name == "code":
            cells = rows.code_texts.filter(wrong)
        elif name in rows.columns:
            cells = rows.columns[name].spread(rows.columns[name].texts).filter(wrong)
        else:
            continue
        told = told.with_columns(cells.alias(f"_{name}"))
        kept = (pl.col("column") == name) & pl.col(f"_{name}").str.contains(shape)
        value = pl.when(kept).then(pl.col(f"_{name}")).otherwise(value)
    return told.with_columns(value=value).select(*REFUSED).cast(pl.Schema(REFUSED))


def field_names(lists: Lists) -> frozenset[str]:
    """All names that the store may hold for fields."""
    return frozenset({NO_FIELD, *map(tidy, lists.fields.values())})
