"""What an import of dossiers would bring, told without keeping or publishing anything: `dossiers --dry-run`."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from etl.dossiers.store import Store
from etl.dossiers.units import OFFICE, Units

_NAMED_MAX = 30


def lines(store: Store, units: Units) -> Iterator[str]:
    """Of what is staged in a store: how many dossiers, received when, of which units, and which communes have none."""
    files = [file for parts in store.staged().values() for file in parts]
    if not files:
        yield "no dossier could be read"
        return
    rows = pl.scan_ipc(files)
    first, last = rows.select(pl.col("received").min(), last=pl.col("received").max()).collect().row(0)
    codes = rows.group_by("province", "intake").len().collect(engine="streaming")
    homes, listed = (dict(store.listed(name).iter_rows()) for name in ("provinces", "units"))
    yield f"{codes['len'].sum()} dossiers could be read, received from {first} to {last}"
    by_province: dict[str, set[str]] = {}
    for province, unit in codes.select("province", "intake").iter_rows():
        by_province.setdefault(homes[province], set()).add(listed.get(unit, ""))
    for province, seen in sorted(by_province.items()):
        yield from _of_province(units, province, seen)


def _of_province(units: Units, province: str, seen: set[str]) -> Iterator[str]:
    own = units.units.filter(pl.col("province_code") == province).sort("code")
    names = own.filter(~pl.col("code").is_in(seen)).get_column("full_name").to_list()
    offices = sum(code.startswith(OFFICE) or "." in code for code in seen)
    yield f"  province {province}: {own.height - len(names)} of {own.height} communes have dossiers, {offices} offices"
    if names:
        yield f"  communes of the province without a dossier: {len(names)}"
        yield from (f"    {name}" for name in names[:_NAMED_MAX])
        if len(names) > _NAMED_MAX:
            yield f"    and {len(names) - _NAMED_MAX} more"
