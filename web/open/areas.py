"""The areas of communes as a table of the open data."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
import shapely
from shapely.geometry.base import BaseGeometry

from files.places import published_folder
from store import borders
from store.reference import reference_table
from web.open.query import Problem, of_units
from web.open.table import REFERENCE, Table, paged


def boundaries(query: Mapping[str, str]) -> Table:
    """Fine areas of a province or unit, coarser ones of the whole country."""
    if not borders.boundaries_id():
        raise Problem(404, "No boundaries", "no boundaries are prepared on this server")
    name = "geometry" if {"province", "unit"} & set(query) else "geometry_country"
    path = published_folder().parent / "boundaries" / "boundaries.parquet"
    units = reference_table("units").select("code", "full_name", "province_code")
    rows = pl.read_parquet(path, columns=["code", name]).join(units, on="code")
    rows = of_units(rows, query, "code").sort("code").rename({name: "geometry"})
    nature = borders.boundaries_nature()
    page = paged("boundaries", rows.with_columns(nature=pl.lit(nature)), query)
    shapes = shapely.from_wkb(page.rows.get_column("geometry").to_list())
    records = [
        {"type": "Feature", "id": row["code"], "properties": row, "geometry": shape}
        for row, shape in zip(page.rows.drop("geometry").to_dicts(), map(_geojson, shapes), strict=True)
    ]
    areas = page.rows.with_columns(geometry=pl.Series([shape.wkt for shape in shapes], dtype=pl.String))
    said = REFERENCE | {"sources": ["NXB Tài nguyên – Môi trường và Bản đồ Việt Nam"] if nature == "official" else []}
    return Table("boundaries", areas, page.total, said | {"borders": nature}, records)


def stamp(_: Mapping[str, str]) -> str:
    """What changes whenever the areas do."""
    return borders.boundaries_id()


def _geojson(shape: BaseGeometry) -> dict[str, object]:
    return shapely.geometry.mapping(shape)
