"""Map layers as addresses of our own server: GeoJSON that never changes under its address.

An address names everything that shapes the layer (snapshot, boundaries, measure, period, scope,
language, theme), so any replica can answer it and any cache may keep it for ever.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

import polars as pl

from display.drawing.palette import palette, rgb
from display.maps import borders as maps_borders
from display.maps import members as maps_members
from display.maps.colouring import COMPARABLE, WAYS, Coloured, Reader, coloured
from display.maps.turned import turned
from display.words import marks, numbers, places
from display.words.text import LANGUAGES, Speaker, texts
from files.places import published_folder
from ranking import __version__
from ranking.measures import Measure
from ranking.periods import parse
from ranking.vocabulary import COUNTRY
from store import coverage, standings
from store.access import rules
from store.bands import bands
from store.borders import areas, boundaries_id, lineage_id
from store.reference import measures, province_names, reference_table
from store.snapshot import DATASETS, snapshot_at
from store.states import states

_HATCHED = "✕"
"""On a circle, which takes no pattern, in place of a hatch."""


@dataclass(frozen=True)
class Layer:
    """Everything that a layer depends on.

    `shape` is `area` or `symbol`, `way` one of `colouring.WAYS`, `since` the earlier period of a change,
    `beside` another period that is shown beside this one in the same classes, `seen` the provinces whose figures
    are shown whole (`access.code_of`): whoever asks must be one who sees them.
    """

    dataset: str
    snapshot: str
    measure: str
    basis: str
    period: str
    scope: str
    shape: str
    language: str
    theme: str
    boundaries: str = ""
    way: str = "value"
    since: str = ""
    edition: str = ""
    beside: str = ""
    seen: str = ""

    def address(self) -> str:
        return "/layers/units.geojson?" + urlencode(asdict(self))


@dataclass(frozen=True)
class Members:
    """The old communes of a scope with lines to their new seats: the same for every measure and period."""

    scope: str
    language: str
    lineage: str
    edition: str

    def address(self) -> str:
        return "/layers/members.geojson?" + urlencode(asdict(self))


@dataclass(frozen=True)
class Borders:
    """Province borders and the names of the archipelagos; `boundaries` is empty where none are prepared."""

    scope: str
    language: str
    boundaries: str
    edition: str

    def address(self) -> str:
        return "/layers/borders.geojson?" + urlencode(asdict(self))


def encoded(layer: Layer) -> bytes:
    """The layer as GeoJSON text."""
    return _text(collection(layer))


def encoded_members(layer: Members) -> bytes:
    """The old communes of a scope as GeoJSON text."""
    return _text(members_of(layer))


def members_of(layer: Members) -> dict:
    """A FeatureCollection of the old communes of a scope; KeyError where the layer is not the one that is right now."""
    if layer != members(layer.scope, layer.language):
        raise KeyError(layer)
    return maps_members.collection(layer.scope, Speaker(layer.language))


def encoded_borders(layer: Borders) -> bytes:
    """Province borders and names as GeoJSON text."""
    return _text(borders_of(layer))


def borders_of(layer: Borders) -> dict:
    """A FeatureCollection of province borders and names; KeyError where the layer is not the one that is right now."""
    if layer != borders(layer.scope, layer.language, bool(layer.boundaries)):
        raise KeyError(layer)
    shapes = areas(layer.scope) if layer.boundaries else {}
    return maps_borders.collection(layer.scope, shapes, Speaker(layer.language))


def members(scope: str, language: str) -> Members:
    """The layer of old communes that is right now."""
    _check_place(scope, language)
    return Members(scope, language, lineage_id(), edition())


def borders(scope: str, language: str, drawn: bool) -> Borders:
    """The layer of borders that is right now; names alone where areas are not `drawn`."""
    _check_place(scope, language)
    return Borders(scope, language, boundaries_id() if drawn else "", edition())


def _check_place(scope: str, language: str) -> None:
    if language not in LANGUAGES or (scope != COUNTRY and scope not in province_names()):
        raise KeyError(scope, language)


def _text(features: dict) -> bytes:
    return json.dumps(features, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def collection(layer: Layer) -> dict:
    """A FeatureCollection: per unit its colour, name, value in words and rank."""
    if not _makes_sense(layer):
        raise KeyError(layer)
    rows = units_of(layer)
    if rows.is_empty():
        raise KeyError(layer)
    shapes = areas(layer.scope) if layer.shape == "area" else {}
    reader = Reader(palette(layer.theme), Speaker(layer.language), layer.language)
    beside = units_of(replace(layer, period=layer.beside, beside="")) if layer.beside else None
    looks = coloured(rows, measures()[layer.measure], layer.way, reader, beside)
    # In the order of codes neighbours follow each other, and their common borders compress to a fifth less.
    rows = rows.sort("unit_code")
    drawn = [code for code in rows.get_column("unit_code") if code in shapes]
    shapes = dict(zip(drawn, turned(shapes[code] for code in drawn), strict=True))
    features = [_feature(layer, row, looks, shapes.get(row["unit_code"])) for row in rows.iter_rows(named=True)]
    return {"type": "FeatureCollection", "features": [feature for feature in features if feature]}


def _makes_sense(layer: Layer) -> bool:
    """Only words that pages use: every other one would be kept in caches for ever."""
    return (
        layer.language in LANGUAGES
        and layer.dataset in DATASETS
        and layer.theme in ("light", "dark")
        and layer.way in WAYS
        and layer.edition in ("", edition())
        and rules.code_of(rules.provinces_of(layer.seen)) == layer.seen
        and (layer.way == "change") == bool(layer.since)
        and (layer.way in COMPARABLE or not layer.beside)
        and (layer.shape, layer.boundaries) in (("symbol", ""), ("area", boundaries_id()))
    )


def units_of(layer: Layer) -> pl.DataFrame:
    """The ranked communes of the layer with their points."""
    if "/" in layer.snapshot or layer.snapshot.startswith("."):
        raise KeyError(layer.snapshot)
    whole = snapshot_at(layer.dataset, published_folder() / layer.dataset / layer.snapshot)
    snapshot = whole.seen_in(rules.provinces_of(layer.seen))
    since = parse(layer.since) if layer.since else None
    rows = standings.with_earlier(snapshot, layer.measure, layer.basis, parse(layer.period), layer.scope, since)
    rows = coverage.with_absent(rows, snapshot, "commune", layer.scope)
    points = reference_table("units").select("point_lat", "point_lon", "seat_lat", "seat_lon", unit_code="code")
    return rows.join(points, on="unit_code").join(maps_members.counts(), on="unit_code")


def _feature(layer: Layer, row: dict, looks: Coloured, shape: dict | None) -> dict | None:
    code = row["unit_code"]
    if layer.shape == "area" and shape is None:
        return None
    silence = _look_of(looks.silent.get(code, ""))
    say, measure = Speaker(layer.language), measures()[layer.measure]
    properties = {
        "unit": code,
        "name": row["name"],
        "fill": rgb(looks.fills[code]),
        "text": looks.texts[code],
        "note": note(row, measure, say),
        "rank": _rank(row, measure, say) if row["value"] is not None else "",
    }
    lined = shape is None or layer.scope != COUNTRY
    properties |= _drawn(silence, properties["fill"], area=shape is not None, lined=lined)
    if shape is None:
        dots = silence == "dots"
        properties["radius"] = 1 if dots else round(max(row["received"] or 0, 1) ** 0.5, 1)
        shape = {"type": "Point", "coordinates": [round(row["seat_lon"], 4), round(row["seat_lat"], 4)]}
    return {"type": "Feature", "properties": properties, "geometry": shape}


def _look_of(state: str) -> str:
    """How a silence is drawn; `fill` where a unit is not silent."""
    return states()[state].look if state else "fill"


def _drawn(look: str, colour: list[int], *, area: bool, lined: bool) -> dict[str, Any]:
    """What a feature has beyond its fill: a colour of its outline, a pattern of an area, a mark at a seat.

    `lined`: whether areas have outlines here; in the country a light fill stands for one. A fill of next to no
    strength still takes the hand that points at it.
    """
    if look == "outline":
        return {"fill": [*colour, 1 if lined else 50], "line": colour}
    if look == "hatch":
        return {"pattern": look} if area else {"fill": [*colour, 1], "line": colour, "mark": _HATCHED}
    return {"pattern": look} if look == "dots" and area else {}


def note(row: dict, measure: Measure, say: Speaker) -> str:
    """How firm a value is: its interval, and how many dossiers and petitions stand behind it."""
    parts = []
    if row["value_low"] is not None:
        low, high = (numbers.number(row[end], say.language, measure.decimals) for end in ("value_low", "value_high"))
        parts.append(say("map.interval", low=low, high=high))
    n = marks.n_of(measure, row) if row["value"] is not None else None
    if n is not None:
        parts.append(say("map.n", n=numbers.number(n, say.language)))
    parts += marks.petition_words(say, row["quality"]) if row["value"] is not None else []
    return " · ".join(parts)


def _rank(row: dict, measure: Measure, say: Speaker) -> str:
    if row["rank"] is None:
        return marks.unranked(say, measure, row)
    return places.standing_words(say, measure, row)


@lru_cache(maxsize=1)
def edition() -> str:
    """A stamp of what shapes a layer besides its data: this version's code, texts, measures, states and bands."""
    tables = [list(table.items()) for table in (measures(), states(), bands())]
    spoken = json.dumps([__version__, texts(), tables], default=lambda entry: entry.model_dump(mode="json"))
    return hashlib.sha256(spoken.encode()).hexdigest()[:12]
