"""What is wrong or doubtful: refused rows, known problems of units, warnings, and how alike dossiers are."""

from __future__ import annotations

from functools import lru_cache
from html import escape

import polars as pl

from display.words import numbers, places, refusals
from display.words.marks import quality_words
from display.words.view import View
from ranking.collation import by_name
from ranking.overdispersion import ASSUMED
from store import dispersions, sight
from store.reference import measures, province_names, reference_table
from store.snapshot import Snapshot
from store.withheld import shares
from ui.frame import html
from ui.parts import tables

_LONGEST = 80


def quarantine(view: View) -> None:
    """How many rows were refused, by reason, with an example of each."""
    rows = sight.scan(view.snapshot, "quarantine").collect()
    if rows.is_empty():
        html.caption(view.say("about.quarantine.none"))
        return
    html.caption(view.say("about.quarantine.count", n=numbers.number(rows.height, view.language)))
    headers = [view.say(f"about.quarantine.column.{name}") for name in ("reason", "n", "example")]
    texts = [
        [refusals.in_language(row["kind"], view.language), numbers.number(row["n"], view.language), example(view, row)]
        for row in by_reason(rows).iter_rows(named=True)
    ]
    page = {"page": "methods", "part": "quarantine"}
    tables.shared_table(view, "quarantine", page, headers, texts, view.say("about.part.quarantine"), (1,))


def by_reason(rows: pl.DataFrame) -> pl.DataFrame:
    """One row per source and kind of reason, the most frequent first: `kind`, `n`, and the first row as an example.

    What follows a colon is about that one row ("unknown unit: …"), so it makes no kind of its own.
    """
    return (
        rows.with_columns(kind=pl.col("reason").str.split(":").list.first())
        .group_by("kind", "source", maintain_order=True)
        .agg(pl.len().alias("n"), pl.col("place", "row", "column", "value", "reason").first())
        .sort("n", "kind", "source", descending=[True, False, False])
    )


def example(view: View, row: dict) -> str:
    """Source, place, row, field, the value found, and the whole reason."""
    parts = [row["source"], row["place"]]
    if row["row"] is not None:
        parts.append(view.say("about.quarantine.row", n=row["row"]))
    if row["column"]:
        parts.append(view.say("about.quarantine.field", name=row["column"]))
    if row["value"]:
        parts.append(view.say("about.quarantine.value", value=row["value"][:_LONGEST]))
    return f"{', '.join(parts)}: {refusals.in_language(row['reason'], view.language)}"


def quality(view: View) -> None:
    """Remarks on figures of the dataset, and on facts of the communes."""
    html.caption(view.say("about.quality.figures"))
    marked = marks(view.snapshot)
    if marked.is_empty():
        html.caption(view.say("about.quality.none"))
    else:
        headers = [view.say(f"about.quality.column.{name}") for name in ("mark", "level", "units", "figures")]
        texts = [_mark(view, row) for row in marked.iter_rows(named=True)]
        page = {"page": "methods", "part": "quality"}
        tables.shared_table(view, "quality", page, headers, texts, view.say("about.quality.figures"), (2, 3))
    html.caption(view.say("about.quality.units"))
    html.show("".join(_facts(view, code, rows) for code, rows in _doubted()))


@lru_cache(maxsize=4)
def marks(snapshot: Snapshot) -> pl.DataFrame:
    """`code`, `level`, `units`, `figures`: how much of the dataset bears each remark, without what follows a colon."""
    code = pl.col("quality").str.split(";").list.eval(pl.element().str.split(":").list.first().str.strip_chars())
    return (
        sight.scan(snapshot, "measurements")
        .filter(pl.col("quality").is_not_null())
        .select("level", "unit_code", code=code)
        .explode("code")
        .group_by("code", "level")
        .agg(units=pl.col("unit_code").n_unique(), figures=pl.len())
        .sort("figures", "code", "level", descending=[True, False, False])
        .collect()
    )


def _mark(view: View, row: dict) -> list[str]:
    level = view.say("about.quality.country" if row["level"] == "country" else f"level.{row['level']}")
    counts = [numbers.number(row[name], view.language) for name in ("units", "figures")]
    return [_unit_words(view, row["code"]), level, *counts]


def _unit_words(view: View, code: str) -> str:
    words = "; ".join(quality_words(view, code))
    return words[:1].upper() + words[1:]


def _doubted() -> list[tuple[str, pl.DataFrame]]:
    """The communes whose published facts are in doubt, by the kind of doubt."""
    rows = reference_table("units").filter(pl.col("quality").is_not_null())
    return sorted((code, part) for (code,), part in rows.partition_by("quality", as_dict=True).items())


def _facts(view: View, code: str, rows: pl.DataFrame) -> str:
    n = numbers.number(rows.height, view.language)
    title = view.say("about.quality.fold", what=_unit_words(view, code), n=n)
    places = province_names()
    by_province = rows.sort(by_name("full_name")).group_by("province_code", maintain_order=True).agg("full_name")
    lines = {places[province]: ", ".join(names) for province, names in by_province.iter_rows()}
    items = "".join(f"<li><b>{escape(p)}</b>: {escape(lines[p])}</li>" for p in places.values() if p in lines)
    return f'<details class="gd-fold"><summary>{escape(title)}</summary><ul>{items}</ul></details>'


def warnings(view: View) -> None:
    """The remarks that were made when the dataset was published, as they were written."""
    remarks = view.snapshot.manifest.warnings
    if not remarks:
        html.caption(view.say("about.warnings.none"))
        return
    html.caption(view.say("about.warnings.note", n=numbers.number(len(remarks), view.language)))
    html.show(f'<ul class="gd-about" lang="en">{"".join(f"<li>{escape(text)}</li>" for text in remarks)}</ul>')


def withheld(view: View) -> None:
    """How much of each measure the public does not see, by source, counted from the snapshot."""
    rows = shares(view.snapshot).filter(pl.col("measure").is_in(list(measures())))
    sums = rows.group_by("measure", "basis", maintain_order=True).agg(pl.col("rows", "withheld").sum())
    if not rows.get_column("withheld").sum():
        html.caption(view.say("about.withheld.none"))
        return
    html.caption(view.say("about.withheld.reading"))
    headers = [view.say(f"about.withheld.column.{name}") for name in ("measure", "basis", "rows", "withheld", "share")]
    order = list(measures())
    known = sorted(sums.iter_rows(named=True), key=lambda row: (row["basis"], order.index(row["measure"])))
    texts = [_withheld(view, row) for row in known]
    page = {"page": "methods", "part": "withheld"}
    tables.shared_table(view, "withheld", page, headers, texts, view.say("about.part.withheld"), (2, 3, 4))


def _withheld(view: View, row: dict) -> list[str]:
    counts = [numbers.number(row[name], view.language) for name in ("rows", "withheld")]
    share = numbers.number(100 * row["withheld"] / row["rows"], view.language, 1)
    return [
        measures()[row["measure"]].short.in_language(view.language),
        view.say(f"about.source.{row['basis']}"),
        *counts,
        f"{share} %",
    ]


def dispersion(view: View) -> None:
    """ρ of each measure of communes, for its latest rules, and how it is known."""
    rows = dispersions.of_communes(view.snapshot).filter(pl.col("measure").is_in(list(measures())))
    if rows.is_empty():
        html.caption(view.say("about.inflation.none"))
        return
    html.caption(view.say("about.inflation.reading"))
    order = list(measures())
    texts = [_rho(view, row) for row in sorted(rows.iter_rows(named=True), key=lambda row: order.index(row["measure"]))]
    headers = [view.say(f"about.inflation.column.{name}") for name in ("measure", "basis", "series", "rho", "known")]
    page = {"page": "methods", "part": "inflation"}
    tables.shared_table(view, "inflation", page, headers, texts, view.say("about.part.inflation"), (3,))


def _rho(view: View, row: dict) -> list[str]:
    measure = measures()[row["measure"]]
    known = places.known_words(view.say, row["known"])
    if row["known"] == ASSUMED and measure.assumed_rho.source:
        known = f"{known}: {measure.assumed_rho.source.in_language(view.language)}"
    rho = numbers.MISSING if row["rho"] is None else numbers.number(row["rho"], view.language, 4)
    return [
        measure.short.in_language(view.language),
        view.say(f"about.source.{row['basis']}"),
        row["series"],
        rho,
        known,
    ]
