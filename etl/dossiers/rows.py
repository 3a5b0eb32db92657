"""From the text of an export to dossiers with plain types; rows that cannot be are told with their reason."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from etl.dossiers.headers import mapping, plain
from etl.dossiers.personal import WITHHELD, personal_content, withheld
from etl.matching import Match, UnitMatcher
from ranking.dossiers.days import FIRST_DAY
from ranking.dossiers.rows import CHANNELS, DONE, DOSSIER, FLAGS, OPEN, RETURNED, STATES, STOPPED, WITHDRAWN
from ranking.names import fold, tidy, unit_code

DATES = ("received", "due", "done", "returned", "stopped")
NO_FIELD, NO_PROCEDURE = "(không rõ lĩnh vực)", ""
_NUMBERS_MAX = {"supplements": 100, "waited": 2000}
_STATE_CODE = re.compile(r"\b([A-Z]\d{2}(?:\.\d+)*)\b")
_OFFICE = re.compile(r"(so|ban|thanh tra|van phong|cong an|chi cuc|cuc|bao hiem|bo chi huy|thue|kho bac|truong)\b")
_CODE_SHAPE = re.compile(r"(?=.*\d)[\w./-]{4,60}")
# H44.100-260817-0001, 000.00.12.H44-260817-0001, and codes of procedures such as 2.000815.
_USUAL_CODE = r"^([0-9A-Z.]{0,20}[A-Z]\d{2}[0-9A-Z.]{0,20}-\d{6}-[0-9A-Z]{1,8}|\d\.\d{6})$"
OFFICE = "office:"


@dataclass
class Units:
    """Looks up units of any province by what an export writes: code, state code or name.

    A department (sở, ban, ngành) without a code becomes `office:<province>`: counted in the province,
    in no list of its own.
    """

    units: pl.DataFrame
    provinces: pl.DataFrame
    _matchers: dict[str, UnitMatcher] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.province_of_state = dict(self.provinces.select("state_code", "code").iter_rows())
        self._province_of = dict(self.units.select("code", "province_code").iter_rows())

    def find(self, text: str, province: str | None) -> tuple[str | None, str]:
        """(unit code, "") or (None, reason)."""
        if (code := unit_code(text)) in self._province_of:
            return code, ""
        said = _STATE_CODE.search(text)
        state_code = said.group(1) if said else None
        name = tidy(text.replace(state_code, "")).strip(" -()") if state_code else text
        province = province or (self.province_of_state.get(state_code[:3]) if state_code else None)
        if province is None:
            return None, "the province is not known; give --province"
        if province not in self._matchers:
            self._matchers[province] = UnitMatcher(self.units, province)
        match = self._matchers[province].match(name, state_code)
        if match.code:
            return match.code, ""
        if _OFFICE.match(fold(name)):
            return state_code if state_code and "." in state_code else OFFICE + province, ""
        return None, f"unknown unit: {match.reason}"

    def near(self) -> dict[str, Match]:
        """The units that were told by a near name so far, by what the exports write."""
        return {name: match for matcher in self._matchers.values() for name, match in matcher.near.items()}

    def province(self, code: str) -> str:
        """The province of a code that `find` gave."""
        if code.startswith(OFFICE):
            return code.removeprefix(OFFICE)
        return self._province_of.get(code) or self.province_of_state[code[:3]]


def dossiers(
    text: pl.DataFrame, first_row: int, units: Units, *, province: str | None, exported: date
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(sound dossiers, refused rows as `row`, `column`, `value`, `reason`).

    The dossiers have the columns of `ranking.dossiers.rows.DOSSIER`, with unit codes, field and procedure as text.
    A row is refused for its first reason; a value that looks personal is withheld.
    """
    rows = _complete(text).with_row_index("row", first_row)
    rows = rows.with_columns(*_dates(), *_numbers(), *_spoken())
    rows = _with_units(rows, units, province)
    rows = rows.with_columns(state=_state(), field=_field(rows), procedure=pl.col("procedure").fill_null(NO_PROCEDURE))
    checks = _checks(rows, exported)
    reason = pl.coalesce(pl.when(wrong).then(pl.lit(why)) for wrong, why, _ in checks)
    column = pl.coalesce(pl.when(wrong).then(pl.lit(name)) for wrong, _, name in checks)
    rows = rows.with_columns(reason=pl.coalesce(reason, "unit_reason"), column=pl.coalesce(column, "unit_column"))
    sound = rows.filter(pl.col("reason").is_null()).with_columns(exported=pl.lit(exported))
    return sound.select([*DOSSIER]), _refused(rows.filter(pl.col("reason").is_not_null()))


def _complete(text: pl.DataFrame) -> pl.DataFrame:
    names = [*mapping().columns.values()]
    absent = [pl.lit(None, pl.String).alias(name) for name in dict.fromkeys(names) if name not in text.columns]
    raw = text.with_columns(absent)
    return raw.with_columns(pl.col(name).alias(f"{name}_text") for name in dict.fromkeys(names))


def _dates() -> Iterable[pl.Expr]:
    return (read_date(pl.col(f"{name}_text")).alias(name) for name in DATES)


def read_date(text: pl.Expr) -> pl.Expr:
    """A date written dd/mm/yyyy, yyyy-mm-dd or as Excel's number of days, with or without a time; else null."""
    spoken = text.str.extract(r"(?:^|\s)(\d{1,2}[/.\-]\d{1,2}[/.\-]\d{4})(?:$|[\s,T])").str.replace_all(r"[.\-]", "/")
    iso = text.str.extract(r"^(\d{4}[-/]\d{1,2}[-/]\d{1,2})(?:$|[\sT])").str.replace_all("/", "-")
    serial = text.str.extract(r"^(\d{5})(?:\.\d+)?$").cast(pl.Int32, strict=False)
    return pl.coalesce(
        spoken.str.to_date("%d/%m/%Y", strict=False),
        iso.str.to_date("%Y-%m-%d", strict=False),
        pl.lit(date(1899, 12, 30)) + pl.duration(days=serial),
    )


def _numbers() -> Iterable[pl.Expr]:
    for name, most in _NUMBERS_MAX.items():
        number = pl.col(f"{name}_text").str.extract(r"^(\d{1,6})(?:[.,]0+)?$").cast(pl.Int32, strict=False)
        yield pl.when(pl.col(f"{name}_text").is_null()).then(0).when(number <= most).then(number).alias(name)


def _spoken() -> Iterable[pl.Expr]:
    """Channel, state and flags by the words in `headers.yaml`."""
    level = _value("service_level")
    channel = _value("channel")
    online = channel.is_in(["online", "full", "partial"])
    exact = pl.when(online & level.is_in(["full", "partial"])).then(level).otherwise(channel)
    yield exact.replace_strict(CHANNELS, default=0, return_dtype=pl.Int8).alias("channel")
    yield _value("state").replace_strict(STATES, default=0, return_dtype=pl.Int8).alias("said")
    for name in FLAGS:
        yield (
            _value(name, "flag")
            .replace_strict({"yes": True, "no": False}, default=None, return_dtype=pl.Boolean)
            .alias(name)
        )


def _value(name: str, words: str | None = None) -> pl.Expr:
    spoken = mapping().values[words or name]
    return pl.col(f"{name}_text").map_batches(
        lambda cells: _looked_up(cells, lambda cell: spoken.get(plain(cell))), return_dtype=pl.String
    )


def _looked_up(cells: pl.Series, meaning: Callable[[str], str | None]) -> pl.Series:
    """Each distinct text is looked up once."""
    distinct = cells.drop_nulls().unique()
    found = {cell: meaning(cell) for cell in distinct.to_list()}
    return cells.replace_strict(found, default=None, return_dtype=pl.String)


def _with_units(rows: pl.DataFrame, units: Units, province: str | None) -> pl.DataFrame:
    """`intake`, `decision` and `province` as codes; an export without a deciding unit decides where it takes in."""
    state = pl.col("code").str.extract(r"\b([A-Z]\d{2})(?:[.\-]|$)")
    own = pl.lit(province) if province else state.replace_strict(units.province_of_state, default=None)
    deciding = pl.col("deciding_unit").fill_null(pl.col("intake_unit"))
    rows = rows.with_columns(own=own, deciding_unit=deciding)
    for column, code in (("intake_unit", "intake"), ("deciding_unit", "decision")):
        pairs = rows.select(column, "own").unique().drop_nulls(column)
        found = [(text, home, *units.find(text, home)) for text, home in pairs.iter_rows()]
        schema = {column: pl.String, "own": pl.String, code: pl.String, f"{code}_reason": pl.String}
        rows = rows.join(
            pl.DataFrame(found, schema=schema, orient="row"),
            on=[column, "own"],
            how="left",
            nulls_equal=True,
            maintain_order="left",
        )
    wrong = [(pl.col(f"{code}_reason").fill_null("") != "", f"{code}_reason", name) for code, name in _UNIT_COLUMNS]
    codes = rows.get_column("intake").drop_nulls().unique()
    homes = {code: units.province(code) for code in codes.to_list()}
    return rows.with_columns(
        unit_reason=pl.coalesce(pl.when(bad).then(reason) for bad, reason, _ in wrong),
        unit_column=pl.coalesce(pl.when(bad).then(pl.lit(name)) for bad, _, name in wrong),
        province=pl.col("intake").replace_strict(homes, default=None, return_dtype=pl.String),
    )


_UNIT_COLUMNS = (("intake", "intake_unit"), ("decision", "deciding_unit"))


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


def _field(rows: pl.DataFrame) -> pl.Expr:
    """The field's name; one that looks like a person's data is taken for none."""
    names = rows.get_column("field").drop_nulls().unique().to_list()
    clean = {name: NO_FIELD if personal_content(name) else tidy(name) for name in names}
    return pl.col("field").replace_strict(clean, default=NO_FIELD, return_dtype=pl.String)


def _checks(rows: pl.DataFrame, exported: date) -> list[tuple[pl.Expr, str, str]]:
    """(what is wrong, why, column), in the order that a row's reason is looked for."""
    pattern = _CODE_SHAPE.pattern.removeprefix(r"(?=.*\d)")
    code = pl.col("code")
    checks = [
        (code.is_null(), "the dossier has no code", "code"),
        (
            ~code.str.contains(f"^{pattern}$") | ~code.str.contains(r"\d") | _personal(rows, "code"),
            "this is no dossier code",
            "code",
        ),
        (pl.col("intake_unit").is_null(), "no intake unit", "intake_unit"),
        (pl.col("received_text").is_null(), "no day of reception", "received"),
    ]
    for name in DATES:
        checks.append((pl.col(name).is_null() & pl.col(f"{name}_text").is_not_null(), "this is no date", name))
        far = (pl.col(name) < FIRST_DAY) | (pl.col(name) > date(exported.year + 15, 12, 31))
        checks.append((far, "this date cannot be", name))
        if name != "due":
            checks.append((pl.col(name) > exported, f"lies in the future, after the export of {exported}", name))
    for name in ("done", "returned", "stopped"):
        checks.append((pl.col(name) < pl.col("received"), "ended before it was received", name))
    checks.append((pl.col("due") < pl.col("received"), "due before it was received", "due"))
    for name in _NUMBERS_MAX:
        checks.append((pl.col(name).is_null(), "this is no whole number of 0 or more", name))
    no_end = pl.all_horizontal(pl.col(name).is_null() for name in ("done", "returned", "stopped"))
    checks.append(
        (no_end & pl.col("said").is_in([DONE, RETURNED, WITHDRAWN, STOPPED]), "ended, but no day of the end", "state")
    )
    checks.append((_personal(rows, "procedure"), "this is no procedure code", "procedure"))
    return checks


def _personal(rows: pl.DataFrame, name: str) -> pl.Expr:
    """Whether a text looks personal; texts of the usual shapes of codes are known not to be, whatever their number."""
    odd = rows.get_column(name).drop_nulls().unique()
    odd = odd.filter(~odd.str.contains(_USUAL_CODE))
    found = [text for text in odd.to_list() if personal_content(text)]
    return pl.col(name).is_in(found)


def _refused(rows: pl.DataFrame) -> pl.DataFrame:
    """One row per refused row of the export, with the value that was wrong unless it looks personal."""
    told = []
    for row in rows.iter_rows(named=True):
        name = row["column"]
        value = row[f"{name}_text"]
        shown = None if value is None else withheld(value)[:200]
        reason = row["reason"] if shown != WITHHELD else row["reason"].split(":")[0]
        told.append({"row": row["row"], "column": name, "value": shown, "reason": reason})
    schema = {"row": pl.Int64, "column": pl.String, "value": pl.String, "reason": pl.String}
    return pl.DataFrame(told, schema=schema, orient="row")
