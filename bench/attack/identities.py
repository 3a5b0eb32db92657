"""The equations that an attacker can write down: the figures of each add up to 0, with what kind of reasoning it is.

An identity that a source may or may not keep – departments counted in the province, dossiers carried over, two counts
that are the same – is used only where it holds in nearly all rows that are published whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bench.attack.figures import CELL, DAYS, Figures
from ranking.vocabulary import COUNTRY

GROUPS = ("ckmb", "clgq", "mdhl", "mdsh", "tdgq", "tttt")
STOCKS = ("11", "13")
CARRIED = (("11", "4+5", "7"), ("open:open_known", "received:n", "ended:n"))
"""Open at the end of a month, received and resolved in it: columns of form II.06, and the same of dossiers."""
PARTS = (
    ("received:channel_known", ("received:online", "received:in_person", "received:post")),
    ("received:kind_known", ("received:full", "received:partial")),
    ("open:open_overdue", ("open:aged_1_5", "open:aged_6_15", "open:aged_16_30", "open:aged_over_30")),
    ("ended:n", ("ended:n-timed", "ended:timed")),
)
AT_MOST = (
    ("4", "4+5"),
    ("8+9", "7"),
    ("13", "11"),
    ("received:fee_owed", "received:n"),
    ("received:away", "received:n"),
    ("open:open_overdue", "open:open_known"),
    ("ended:timed", "ended:n"),
    ("ended:handed_out", "ended:n"),
)
NEARLY_ALL, TESTS = 0.95, 5
_SPLIT = ("unit_code", "level", "old", "series", "field")
Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Terms = list[tuple[Integers, float]]


@dataclass
class System:
    """Equations in coordinates: `row`, `column` (cell · keys + key), `factor`, and `kind` of each row."""

    figures: Figures
    row: list[Integers] = field(default_factory=list)
    column: list[Integers] = field(default_factory=list)
    factor: list[Floats] = field(default_factory=list)
    kind: list[str] = field(default_factory=list)
    tried: dict[str, float] = field(default_factory=dict)
    """How often an identity held that was tried."""

    def add(self, kind: str, row: Integers, column: Integers, factor: Floats) -> None:
        """Rows numbered from 0; the figures of each add up to 0."""
        if len(row):
            names, at = np.unique(row, return_inverse=True)
            self.row.append(at + len(self.kind))
            self.column.append(column)
            self.factor.append(factor)
            self.kind += [kind] * len(names)

    def add_if_true(self, kind: str, row: Integers, column: Integers, factor: Floats) -> bool:
        """`add` where the equations hold in nearly all rows that are known whole, and there are enough to tell."""
        known = self.figures.known.ravel()[column]
        names, at = np.unique(row, return_inverse=True)
        left = np.bincount(at, known * factor, minlength=len(names))
        whole = ~np.isnan(left)
        held = float(np.mean(np.abs(left[whole]) < 0.5)) if whole.any() else 0.0
        self.tried[kind] = held
        if whole.sum() < TESTS or held < NEARLY_ALL:
            return False
        wrong = np.zeros(len(names), bool)
        wrong[whole] = np.abs(left[whole]) >= 0.5
        keep = ~wrong[at]
        self.add(kind, row[keep], column[keep], factor[keep])
        return True


def system(figures: Figures, places: pl.DataFrame) -> System:
    """All equations about the figures; `places` as `ranking.suppression.places_of` gives them."""
    found = System(figures)
    cells = figures.cells.with_row_index("at").with_columns(at=pl.col("at").cast(pl.Int64))
    keys = {key: n for n, key in enumerate(figures.keys)}
    counts = [n for key, n in keys.items() if not key.startswith((DAYS, "score:"))]
    _places(found, cells, counts, places)
    _fields(found, cells, counts)
    _periods(found, cells, keys, counts)
    _carried_over(found, cells, keys)
    _within_a_cell(found, keys)
    return found


def _placed(found: System, at: pl.Series, key: int) -> Integers:
    return at.to_numpy().astype(np.int64) * len(found.figures.keys) + key


def _places(found: System, cells: pl.DataFrame, counts: list[int], places: pl.DataFrame) -> None:
    code = pl.when(pl.col("level") == "department").then(pl.col("unit_code").str.split(".").list.first())
    known = cells.with_columns(code=code.otherwise("unit_code"), era=pl.when(pl.col("level") == "commune").then("old"))
    inside = known.join(places, left_on=["code", "era"], right_on=["unit_code", "old"], how="left", nulls_equal=True)
    inside = inside.with_columns(
        whole=pl.when(pl.col("level") == "province").then(pl.lit(COUNTRY)).otherwise("province")
    ).filter(pl.col("level") != "country")
    on = ["period_start", "period_end", "period_kind", "series", "field"]
    wholes = cells.filter(pl.col("level").is_in(["province", "country"])).select(
        *on, "level", whole="unit_code", total="at"
    )
    pairs = inside.join(wholes, on=[*on, "whole"], suffix="_of").filter(pl.col("level") != "country")
    for kind, levels in (("communes and departments", ["commune", "department"]), ("communes", ["commune"])):
        chosen = pairs.filter(pl.col("level").is_in(levels))
        for key in counts:
            _sums(found, f"province: {kind}", chosen, key)
    for key in counts:
        _sums(found, "country: provinces", pairs.filter(pl.col("level") == "province"), key)


def _sums(found: System, kind: str, pairs: pl.DataFrame, key: int, *, sure: bool = False) -> None:
    """Parts `at` that add up to `total`; parts that no table has are taken for nothing."""
    figures, width = found.figures, len(found.figures.keys)
    parts, total = _placed(found, pairs["at"], key), _placed(found, pairs["total"], key)
    told = ~np.isnan(figures.known.ravel()) | figures.withheld.ravel()
    keep = told[parts] & told[total]
    parts, total = parts[keep], total[keep]
    wholes = np.unique(total)
    if not len(wholes):
        return
    row = np.concatenate([total, wholes]) // width
    factor = np.concatenate([np.ones(len(parts)), -np.ones(len(wholes))])
    column = np.concatenate([parts, wholes])
    if sure:
        found.add(kind, row, column, factor)
    else:
        found.add_if_true(kind, row, column, factor)


def _fields(found: System, cells: pl.DataFrame, counts: list[int]) -> None:
    on = [name for name in CELL if name != "field"]
    wholes = cells.filter(pl.col("field") == "all").select(*on, total="at")
    pairs = cells.filter(pl.col("field") != "all").join(wholes, on=on)
    for key in counts:
        _sums(found, "unit: fields", pairs, key)


def _periods(found: System, cells: pl.DataFrame, keys: dict[str, int], counts: list[int]) -> None:
    """A longer period and the shorter ones that fill it; what is open at its end is open at the end of its last one."""
    stretches = (
        cells.select("period_start", "period_end", "period_kind").unique().sort("period_end", "period_start").rows()
    )
    names = {n: key for key, n in keys.items()}
    for start, end, kind in stretches:
        tiles = list(_tiles(stretches, start, end, kind))
        for key in counts:
            stock = names[key] in STOCKS or names[key].startswith("open:")
            chosen = tiles[-1:] if stock else tiles
            total = _in(cells, (start, end, kind)).select(*_SPLIT, total="at")
            parts = [_in(cells, tile).select(*_SPLIT, "at").join(total, on=_SPLIT) for tile in chosen]
            if parts and total.height:
                pairs = pl.concat(parts)
                whole = pairs.group_by("total").len().filter(pl.col("len") == len(chosen))
                _sums(found, f"{kind}: shorter periods", pairs.join(whole, on="total", how="semi"), key, sure=True)


def _tiles(stretches: list[tuple], start: object, end: object, kind: str) -> Iterator[tuple]:
    """The shortest other periods that follow each other from start to end; nothing where they don't fill it."""
    found, at = [], start
    while True:
        fits = [s for s in stretches if s[0] == at and s[1] <= end and s != (start, end, kind)]
        if not fits:
            return
        found.append(fits[0])
        if fits[0][1] == end:
            break
        at = next((s[0] for s in stretches if (s[0] - fits[0][1]).days == 1), None)
    yield from found


def _in(cells: pl.DataFrame, tile: tuple) -> pl.DataFrame:
    return cells.filter(
        pl.col("period_start") == tile[0], pl.col("period_end") == tile[1], pl.col("period_kind") == tile[2]
    )


def _carried_over(found: System, cells: pl.DataFrame, keys: dict[str, int]) -> None:
    """Of months and of longer periods: what is open at a day is that of the shortest period that ends on it."""
    unit = [name for name in _SPLIT if name != "old"]
    ends = cells.sort("period_start", descending=True).unique([*unit, "period_end"], keep="first", maintain_order=True)
    before = ends.select(*unit, period_start=pl.col("period_end").dt.offset_by("1d"), was="at", was_old="old")
    after = ends.select(*unit, "period_end", now="at")
    pairs = cells.join(before, on=[*unit, "period_start"]).filter(pl.col("old") == pl.col("was_old"))
    pairs = pairs.join(after, on=[*unit, "period_end"])
    for still, came, went in CARRIED:
        if not {still, came, went} <= set(keys) or not pairs.height:
            continue
        terms: Terms = [
            (_placed(found, pairs["now"], keys[still]), 1.0),
            (_placed(found, pairs["was"], keys[still]), -1.0),
            (_placed(found, pairs["at"], keys[came]), -1.0),
            (_placed(found, pairs["at"], keys[went]), 1.0),
        ]
        _add_terms(found, "carried over", terms)


def _within_a_cell(found: System, keys: dict[str, int]) -> None:
    base = np.arange(found.figures.cells.height, dtype=np.int64) * len(keys)
    for whole, parts in PARTS:
        if {whole, *parts} <= set(keys):
            _add_terms(found, "parts of a cell", [(base + keys[whole], -1.0), *((base + keys[p], 1.0) for p in parts)])
    scores = [f"score:{name}" for name in GROUPS]
    if {"score:index_766", *scores} <= set(keys):
        terms = [(base + keys["score:index_766"], -1.0), *((base + keys[name], 1.0) for name in scores)]
        _add_terms(found, "index: its groups", terms)
    counts = [key for key in keys if not key.startswith((DAYS, "score:"))]
    for one, other in combinations(counts, 2):
        _add_terms(found, f"same: {one}, {other}", [(base + keys[one], 1.0), (base + keys[other], -1.0)])


def _add_terms(found: System, kind: str, terms: Terms) -> None:
    told = (~np.isnan(found.figures.known) | found.figures.withheld).ravel()
    keep = np.all([told[columns] for columns, _ in terms], axis=0)
    rows = np.flatnonzero(keep).astype(np.int64)
    column = np.concatenate([columns[keep] for columns, _ in terms])
    factor = np.concatenate([np.full(len(rows), by) for _, by in terms])
    found.add_if_true(kind, np.tile(rows, len(terms)), column, factor)
