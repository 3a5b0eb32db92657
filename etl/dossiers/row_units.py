"""The units and the province that rows of an export name, and why one cannot be so."""

from __future__ import annotations

import re

import polars as pl

from etl.dossiers.batch import Rows
from etl.dossiers.coded import Coded
from etl.dossiers.survey import Survey
from etl.dossiers.units import UNKNOWN_UNIT, Units

_HEADS_MOST = 20_000
_STATE = re.compile(r"[A-Z]\d\d")
UNIT_COLUMNS = (("intake", "intake_unit"), ("decision", "deciding_unit"))


def with_units(frame: pl.DataFrame, rows: Rows, units: Units, province: str | None, survey: Survey) -> pl.DataFrame:
    """`intake`, `decision` and `province` as codes; an export without a deciding unit decides where it takes in.

    A code of another province than that of the export is `foreign`; reasons stand in `foreign_reason`,
    `intake_reason` and `decision_reason`, each only where there is any.
    """
    homes = _homes(frame["code"], rows.code_texts, units)
    if province is not None and homes.texts.replace(None, province).unique().to_list() == [province]:
        # The rule: no row is of another province, so none need be looked at.
        own: pl.Series | str = province
    else:
        frame, own = _with_foreign(frame, homes.spread(homes.texts), province, units)
    for code, column in UNIT_COLUMNS:
        if column not in rows.columns:
            frame = frame.with_columns(pl.lit(None, pl.String).alias(code))
        else:
            frame = _with_unit(frame, rows, units, (code, column), own, survey)
    if frame["decision"].null_count():
        decides = pl.col("decision").is_null()
        if "decision_reason" in frame.columns:
            decides = decides & pl.col("decision_reason").is_null()
        frame = frame.with_columns(pl.col("intake", "decision").cast(pl.String))
        frame = frame.with_columns(decision=pl.when(decides).then("intake").otherwise("decision"))
    return frame.with_columns(province=_provinces(frame["intake"], units))


def _with_foreign(
    frame: pl.DataFrame, home: pl.Series, province: str | None, units: Units
) -> tuple[pl.DataFrame, pl.Series]:
    """(with `foreign`, where any code is of another province; the province of each row)."""
    own = home if province is None else pl.Series([province]).new_from_index(0, frame.height)
    foreign = home.ne_missing(own) & home.is_not_null()
    if not foreign.any():
        return frame, own
    names = {code: units.name(code) for code in home.filter(foreign).unique()}
    told = home.replace_strict(names, default="").to_frame("home")
    why = told.select(
        pl.format("the dossier's code is of {}, but the export is of {}", pl.col("home"), pl.lit(units.name(province)))
    ).to_series()
    return frame.with_columns(foreign=foreign, foreign_reason=why), own


def _provinces(intake: pl.Series, units: Units) -> pl.Series:
    """The province of each intake unit."""
    codes = intake.unique().drop_nulls().cast(pl.String)
    homes = {code: units.province(code) for code in codes.to_list()}
    if len(known := {*homes.values()}) == 1 and not intake.null_count():
        return pl.Series([*known], dtype=pl.Enum([*known])).new_from_index(0, intake.len())
    return intake.cast(pl.String).replace_strict(homes, default=None, return_dtype=pl.String)


def _with_unit(
    frame: pl.DataFrame, rows: Rows, units: Units, names: tuple[str, str], own: pl.Series | str, survey: Survey
) -> pl.DataFrame:
    """One of the `UNIT_COLUMNS`: text by text where all rows are of one province, else by text and province."""
    code, column = names
    coded = rows.columns[column]
    elsewhere = column != "intake_unit"
    if isinstance(own, str):
        found = [(None, "") if text is None else units.find(text, own, elsewhere=elsewhere) for text in coded.texts]
        by_text = pl.Series([unit for unit, _ in found], dtype=pl.String)
        why = pl.Series([reason or None for _, reason in found], dtype=pl.String)
        _note(survey, column, coded, why.str.starts_with(UNKNOWN_UNIT).fill_null(False), rows.numbers)
        frame = frame.with_columns(coded.spread_few(by_text).alias(code))
        return frame.with_columns(coded.spread(why).alias(f"{code}_reason")) if why.count() else frame
    keys = coded.codes if coded.codes is not None else pl.int_range(coded.texts.len(), dtype=pl.UInt32, eager=True)
    frame = frame.with_columns(_text=keys, _own=own)
    told = []
    for at, home in frame.select("_text", "_own").unique().iter_rows():
        text = coded.texts[at]
        if text is not None:
            told.append((at, home, *units.find(text, home, elsewhere=elsewhere)))
    schema = {"_text": pl.UInt32, "_own": pl.String, code: pl.String, f"{code}_reason": pl.String}
    known = pl.DataFrame(told, schema=schema, orient="row").with_columns(
        pl.when(pl.col(f"{code}_reason") != "").then(f"{code}_reason").alias(f"{code}_reason")
    )
    strange = known.filter(pl.col(f"{code}_reason").str.starts_with(UNKNOWN_UNIT))["_text"].unique()
    odd = pl.int_range(coded.texts.len(), dtype=pl.UInt32, eager=True).is_in(strange.implode())
    _note(survey, column, coded, odd, rows.numbers)
    return frame.join(known, on=["_text", "_own"], how="left", nulls_equal=True, maintain_order="left").drop(
        "_text", "_own"
    )


def _note(survey: Survey, column: str, coded: Coded, odd: pl.Series, rows: pl.Series) -> None:
    survey.words.add_unknown(column, coded, ~odd | coded.texts.is_null(), rows)


def _homes(codes: pl.Series, texts: pl.Series, units: Units) -> Coded:
    """The province that each dossier's code names: by its first letters, by what stands before the day, by the text."""
    first = (codes[0] or "")[:3] if codes.len() else ""
    if _STATE.fullmatch(first) and codes.str.starts_with(first).all(ignore_nulls=False):
        return Coded(
            _provinces_of(pl.Series([first]), units), pl.Series([0], dtype=pl.UInt32).new_from_index(0, codes.len())
        )
    begins = codes.str.slice(0, 3)
    if (states := begins.unique()).str.contains(r"^[A-Z]\d\d$").all(ignore_nulls=False):
        places = begins.cast(pl.Enum(states)).to_physical().cast(pl.UInt32)
        return Coded(_provinces_of(states, units), places)
    ends = codes.to_frame("code").select(pl.col("code").str.find("-", literal=True)).to_series()
    heads = codes.str.slice(0, ends)
    distinct = heads.unique()
    # A code of an unknown form is kept as a hash, which has no dash and names no province: its text does.
    if ends.null_count() or distinct.len() > _HEADS_MOST:
        return Coded(_provinces_of(_state_in_codes(codes, texts), units), None)
    found = _provinces_of(_state_in_codes(distinct, distinct), units)
    return Coded(found, heads.cast(pl.Enum(distinct)).to_physical().cast(pl.UInt32))


def _provinces_of(states: pl.Series, units: Units) -> pl.Series:
    return states.replace_strict(units.province_of_state, default=None, return_dtype=pl.String)


def _state_in_codes(codes: pl.Series, texts: pl.Series) -> pl.Series:
    """The state code in each dossier's code, `H44`; a code that is kept as a hash is looked at as it was written."""
    state = codes.str.extract(r"\b([A-Z]\d{2})(?:[.\-]|$)")
    if state.null_count():
        other = texts.str.extract(r"\b([A-Z]\d{2})(?:[.\-]|$)")
        state = state.zip_with(state.is_not_null(), other)
    return state
