"""The units and the province that rows of an export name, and why one cannot be so."""

from __future__ import annotations

import polars as pl

from etl.dossiers.batch import Rows
from etl.dossiers.coded import Coded
from etl.dossiers.survey import Survey
from etl.dossiers.units import UNKNOWN_UNIT, Units

_HEADS_MOST = 20_000
UNIT_COLUMNS = (("intake", "intake_unit"), ("decision", "deciding_unit"))


def with_units(frame: pl.DataFrame, rows: Rows, units: Units, province: str | None, survey: Survey) -> pl.DataFrame:
    """`intake`, `decision` and `province` as codes; an export without a deciding unit decides where it takes in.

    `own`: the province of the export, or of the dossier's own code; a code of another province is `foreign`.
    """
    homes = _homes(frame["code"], rows.code_texts, units)
    if province is not None and homes.texts.replace(None, province).unique().to_list() == [province]:
        # The rule: no row is of another province, so none need be looked at.
        own = pl.Series([province]).new_from_index(0, frame.height)
        frame = frame.with_columns(own=own, foreign=pl.lit(False), foreign_reason=pl.lit(None, pl.String))
    else:
        frame = _with_foreign(frame, homes.spread(homes.texts), province, units)
    for code, column in UNIT_COLUMNS:
        if column not in rows.columns:
            frame = frame.with_columns(
                pl.lit(None, pl.String).alias(code), pl.lit(None, pl.String).alias(f"{code}_reason")
            )
            continue
        frame = _with_unit(frame, rows, units, code, column, survey)
    decides = frame["decision"].is_null() & frame["decision_reason"].is_null()
    if decides.any():
        frame = frame.with_columns(pl.col("intake", "decision").cast(pl.String))
        frame = frame.with_columns(decision=pl.when(decides).then("intake").otherwise("decision"))
    return frame.with_columns(province=_provinces(frame["intake"], units))


def _with_foreign(frame: pl.DataFrame, home: pl.Series, province: str | None, units: Units) -> pl.DataFrame:
    """`own`, and which codes are of another province."""
    own = home if province is None else pl.Series([province]).new_from_index(0, frame.height)
    foreign = home.ne_missing(own) & home.is_not_null()
    frame = frame.with_columns(own=own, foreign=foreign, foreign_reason=pl.lit(None, pl.String))
    if not foreign.any():
        return frame
    names = {code: units.name(code) for code in home.filter(foreign).unique()}
    told = home.replace_strict(names, default="").to_frame("home")
    why = told.select(
        pl.format("the dossier's code is of {}, but the export is of {}", pl.col("home"), pl.lit(units.name(province)))
    ).to_series()
    return frame.with_columns(foreign_reason=pl.when("foreign").then(why))


def _provinces(intake: pl.Series, units: Units) -> pl.Series:
    """The province of each intake unit."""
    codes = intake.unique().drop_nulls().cast(pl.String)
    homes = {code: units.province(code) for code in codes.to_list()}
    if len(known := {*homes.values()}) == 1 and not intake.null_count():
        return pl.Series([*known], dtype=pl.Enum([*known])).new_from_index(0, intake.len())
    return intake.cast(pl.String).replace_strict(homes, default=None, return_dtype=pl.String)


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
    survey.words.add_unknown(column, coded, sound | coded.texts.is_null(), rows.numbers)
    if known["_text"].is_unique().all() and frame["own"].null_count() == 0:
        by_text = pl.DataFrame({"_text": pl.int_range(coded.texts.len(), dtype=pl.UInt32, eager=True)}).join(
            known.drop("own"), on="_text", how="left", maintain_order="left"
        )
        why = by_text[f"{code}_reason"]
        silent = coded.codes is not None and not coded.codes.null_count() and not why.drop_nulls().len()
        reason = pl.lit(None, pl.String).alias(why.name) if silent else coded.spread(why).alias(why.name)
        return frame.with_columns(coded.spread_few(by_text[code]).alias(code), reason).drop("_text")
    return frame.join(known, on=["_text", "own"], how="left", nulls_equal=True, maintain_order="left").drop("_text")


def _pairs(frame: pl.DataFrame, coded: Coded) -> pl.DataFrame:
    """The texts and the provinces that they stand with."""
    if frame["own"].n_unique() == 1 and coded.codes is not None:
        texts = pl.int_range(coded.texts.len(), dtype=pl.UInt32, eager=True)
        return pl.DataFrame({"_text": texts, "own": frame["own"].head(1).new_from_index(0, texts.len())})
    return frame.select("_text", "own").unique().drop_nulls("_text")


def _homes(codes: pl.Series, texts: pl.Series, units: Units) -> Coded:
    """The province that each dossier's code names: by its first letters, by what stands before the day, by the text."""
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
