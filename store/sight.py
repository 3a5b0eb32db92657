"""What a reader sees of a snapshot's tables: own provinces whole, all others as the public may see them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache

import polars as pl

from ranking.cumulative_incidence import COUNTS, TENTHS
from ranking.later_columns import completed
from ranking.manifest import table_file
from ranking.periods import MERGER
from ranking.states import SUPPRESSED
from ranking.suppression import places_of
from ranking.vocabulary import CELL
from store import public
from store.policy import policy
from store.reference import reference_table
from store.snapshot import Snapshot

_REVISED = ("numerator", "denominator", "score")


def scan(snapshot: Snapshot, table: str) -> pl.LazyFrame:
    """A table of a snapshot, narrowed to what may be seen of it."""
    whole = completed(pl.scan_parquet(snapshot.folder / table_file(table)), table)
    return whole if snapshot.seen is None else narrowed(snapshot, table, whole)


def scan_of(snapshot: Snapshot, table: str, scope: str) -> pl.LazyFrame:
    """`scan` of what `Snapshot.of` allows to be read."""
    return scan(snapshot.of(scope), table)


def each(snapshot: Snapshot, frame_of: Callable[[Snapshot], pl.DataFrame], column: str) -> pl.DataFrame:
    """A frame whose rows are each about the province or the country in `column`, put together by `Snapshot.of`."""
    if not snapshot.seen:
        return frame_of(snapshot)
    own = pl.col(column).is_in(sorted(snapshot.seen))
    whole, shown = frame_of(replace(snapshot, seen=None)), frame_of(replace(snapshot, seen=frozenset()))
    return pl.concat([whole.filter(own), shown.filter(~own)])


def narrowed(snapshot: Snapshot, table: str, whole: pl.LazyFrame) -> pl.LazyFrame:
    """The table as a reader may see it who sees the provinces `snapshot.seen` whole; the schema stays."""
    own = snapshot.seen or frozenset()
    if not own and table in ("measurements", "standings"):
        return public.scan(snapshot, table)
    match table:
        case "measurements":
            return _joined(whole, public.scan(snapshot, table), _of_units(own))
        case "standings":
            # Within one ranking all units are ranked among the same: those of the country as the public sees them.
            return _joined(whole, public.scan(snapshot, table), pl.col("scope").is_in(sorted(own)))
        case "revisions":
            return _revisions(snapshot, whole, own)
        case "quarantine":
            return _quarantine(whole)
        case "corrected":
            return whole.filter(_of_units(own))
        case "waiting":
            return pl.concat([whole.filter(_of_units(own)), _waiting(snapshot, whole.filter(~_of_units(own)))])
        case "procedure_waiting":
            # Of single communes' procedures nothing, for how many dossiers they are is told nowhere.
            others = ~pl.col("province").is_in(sorted(own)) & (pl.col("level") == "province")
            return pl.concat([whole.filter(pl.col("province").is_in(sorted(own))), _days_alone(whole.filter(others))])
        case "waiting_gaps":
            return whole.filter(pl.col("province").is_in(sorted(own)))
        case "flows":
            # Most are small, and each follows from the others: they are for those who see either province whole.
            return whole.filter(_of("intake", own) | _of("decision", own))
    return whole


def _joined(whole: pl.LazyFrame, shown: pl.LazyFrame, mine: pl.Expr) -> pl.LazyFrame:
    return pl.concat([whole.filter(mine), shown.filter(~mine)])


def _of_units(provinces: frozenset[str]) -> pl.Expr:
    """The rows about the provinces, their departments and their communes, before the merger and since."""
    old, new, departments = _codes(provinces)
    before = pl.col("period_end") < MERGER
    commune = pl.col("unit_code").is_in(new) & ~before | pl.col("unit_code").is_in(old) & before
    state = pl.col("unit_code").str.split(".").list.first().is_in(departments)
    return (
        pl.when(pl.col("level") == "commune")
        .then(commune)
        .when(pl.col("level") == "department")
        .then(state)
        .otherwise(pl.col("unit_code").is_in(sorted(provinces)))
    )


def _of(column: str, provinces: frozenset[str]) -> pl.Expr:
    """The rows whose unit in `column`, since the merger, is of the provinces."""
    _, new, departments = _codes(provinces)
    code = pl.col(column)
    state = code.str.split(".").list.first().is_in(departments)
    return code.is_in(new) | state | code.is_in([f"office:{province}" for province in sorted(provinces)])


@lru_cache(maxsize=64)
def _codes(provinces: frozenset[str]) -> tuple[list[str], list[str], list[str]]:
    """The codes of old communes, of communes of today, and of states."""
    places = places_of(reference_table("units"), reference_table("lineage"), reference_table("provinces"))
    mine = places.filter(pl.col("province").is_in(sorted(provinces)))
    old, new, departments = pl.col("old").eq_missing(True), pl.col("old").eq_missing(False), pl.col("old").is_null()

    def codes(kind: pl.Expr) -> list[str]:
        return mine.filter(kind).get_column("unit_code").to_list()

    return codes(old), codes(new), codes(departments)


def _revisions(snapshot: Snapshot, whole: pl.LazyFrame, own: frozenset[str]) -> pl.LazyFrame:
    """Of other provinces without figures where the value is withheld now, or was too small to be shown before."""
    key = list(CELL)
    states = (
        public.scan(snapshot, "measurements").filter(pl.col("state") == SUPPRESSED).select(*key, hidden=pl.lit(True))
    )
    size = pl.coalesce("old_denominator", "old_numerator")
    small = (size > 0) & (size < policy().minimum) & policy().protected()
    hide = ~_of_units(own) & (pl.col("hidden").fill_null(False) | small)
    figures = [f"{when}_{name}" for when in ("old", "new") for name in _REVISED]
    return (
        whole.join(states, on=key, how="left")
        .with_columns(
            *(pl.when(~hide).then(name).alias(name) for name in figures),
            *(
                pl.when(hide).then(pl.lit(SUPPRESSED)).otherwise(name).alias(name)
                for name in ("old_state", "new_state")
            ),
        )
        .drop("hidden")
    )


def _waiting(snapshot: Snapshot, whole: pl.LazyFrame) -> pl.LazyFrame:
    """Days alone, and nothing of dossiers whose number is withheld."""
    key = ["unit_code", "level", "period_start", "period_end", "field"]
    counted = public.scan(snapshot, "measurements").filter(pl.col("measure") == "received")
    hidden = counted.filter(pl.col("basis") == "dossiers", pl.col("state") == SUPPRESSED).select(key)
    return _days_alone(whole.join(hidden, on=key, how="anti"))


def _days_alone(whole: pl.LazyFrame) -> pl.LazyFrame:
    """Rows of waiting without counts; the days of a tenth where both sides of it are no small figures."""
    ended, least = pl.col("done") + pl.col("left"), 10 * policy().minimum
    names = whole.collect_schema().names()
    enough = {tenth: (ended * tenth >= least) & (ended * (10 - tenth) >= least) for tenth in TENTHS}
    days = [name for name in names if name.split("_")[0] in ("tenth", "low", "high")]
    return whole.filter(enough[5]).with_columns(
        *(pl.lit(None).cast(pl.Int32).alias(name) for name in ("n", *COUNTS)),
        *(pl.when(enough[int(name.split("_")[1])]).then(name).alias(name) for name in days),
    )


def _quarantine(whole: pl.LazyFrame) -> pl.LazyFrame:
    """Which kinds of rows were refused; their number and content are for those who see everything."""
    return whole.with_columns(
        row=pl.lit(None, pl.Int64),
        value=pl.lit(None, pl.String),
        reason=pl.col("reason").str.split(":").list.first().str.replace_all(r"\d+([.,]\d+)*", "…"),
    )
