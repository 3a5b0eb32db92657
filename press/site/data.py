"""What the static site says to machines: schema.org, a DCAT catalogue, the sitemap, the list of names."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

import polars as pl

from display.portraits.plain_figures import Answer
from display.words import numbers
from display.words.text import Speaker
from ranking.collation import name_order
from ranking.names import fold
from ranking.periods import Period
from store.reference import measures, reference_table, scope_name
from web.open.table import LICENCE

_LICENCE_ADDRESS = "https://creativecommons.org/licenses/by/4.0/"
_CREATOR = {"@type": "Organization", "name": "Gần Dân"}


def dataset(
    say: Speaker,
    name: str,
    description: str,
    answers: Sequence[Answer],
    address: str,
    download: str,
    place: str,
    nature: str,
) -> str:
    """A page's figures as a schema.org Dataset, safe inside a script element."""
    note = f"{say('public.simulated')} " if nature == "simulated" else ""
    known = [answer for answer in answers if answer.value is not None]
    content = {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "name": name,
        "description": note + description,
        "url": address,
        "inLanguage": say.language,
        "isAccessibleForFree": True,
        "license": _LICENCE_ADDRESS,
        "creator": _CREATOR,
        "spatialCoverage": {"@type": "Place", "name": place},
        "variableMeasured": [_variable(say, a.measure, a.value) for a in answers if a.value is not None],
    }
    if known:
        start, end = min(a.period.start for a in known), max(a.period.end for a in known)
        content["temporalCoverage"] = f"{start}/{end}"
    if download:
        content["distribution"] = [
            {"@type": "DataDownload", "encodingFormat": "application/zip", "contentUrl": download}
        ]
    return json.dumps(content, ensure_ascii=False).replace("<", "\\u003c")


def _variable(say: Speaker, name: str, value: float) -> dict[str, object]:
    measure = measures()[name]
    return {
        "@type": "PropertyValue",
        "propertyID": measure.id,
        "name": measure.name.in_language(say.language),
        "value": float(numbers.rounded(value, measure.decimals)),
        "unitText": measure.unit.in_language(say.language),
    }


def catalog(base: str, files: Sequence[Mapping[str, Any]], nature: str, dataset_name: str, contact: str = "") -> str:
    """All downloads as a DCAT 3 catalogue in JSON-LD, by the application profile DCAT-AP 3.

    `files`: `code` and `name` of the province, `link`, and `period`, the one that the tables are of. `contact`: the
    address that readers write to; without one they are sent to the site itself.
    Each resource that is only named has its class beside it, because the profile's shapes ask for it and fetch nothing.
    Source: https://semiceu.github.io/DCAT-AP/releases/3.0.1/
    """
    say = Speaker("vi")
    note = f"{say('public.simulated')} " if nature == "simulated" else ""
    content = {
        "@context": {
            "dcat": "http://www.w3.org/ns/dcat#",
            "dct": "http://purl.org/dc/terms/",
            "foaf": "http://xmlns.com/foaf/0.1/",
            "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
            "skos": "http://www.w3.org/2004/02/skos/core#",
            "vcard": "http://www.w3.org/2006/vcard/ns#",
            "xsd": "http://www.w3.org/2001/XMLSchema#",
        },
        "@id": f"{base}catalog.jsonld",
        "@type": "dcat:Catalog",
        "dct:title": [{"@language": language, "@value": Speaker(language)("site.name")} for language in ("vi", "en")],
        "dct:description": f"{note}{say('site.home.sentence')}",
        "dct:identifier": dataset_name,
        "dct:publisher": _PUBLISHER,
        "dct:license": _LICENCE,
        "dct:language": _LANGUAGES,
        "dct:spatial": _VIETNAM,
        "foaf:homepage": _named(base, "foaf:Document"),
        "dcat:dataset": [_entry(base, file, note, contact) for file in files],
    }
    return json.dumps(content, ensure_ascii=False, indent=1)


def _named(address: str, kind: str) -> dict[str, object]:
    return {"@id": address, "@type": kind}


_AUTHORITY = "http://publications.europa.eu/resource/authority"
_MEDIA_TYPES = "https://www.iana.org/assignments/media-types"
_PUBLISHER = {"@type": "foaf:Agent", "foaf:name": "Gần Dân"}
_LICENCE = _named(_LICENCE_ADDRESS, "dct:LicenseDocument")
_LANGUAGES = [_named(f"{_AUTHORITY}/language/{code}", "dct:LinguisticSystem") for code in ("VIE", "ENG")]
_VIETNAM = _named(f"{_AUTHORITY}/country/VNM", "dct:Location")
_GOVERNMENT = _named(f"{_AUTHORITY}/data-theme/GOVE", "skos:Concept") | {
    "skos:prefLabel": {"@language": "en", "@value": "Government and public sector"}
}


def _entry(base: str, file: Mapping[str, Any], note: str, contact: str) -> dict[str, object]:
    titles = [
        {"@language": language, "@value": Speaker(language)("site.dataset.province", place=file["name"])}
        for language in ("vi", "en")
    ]
    page, download = f"{base}tinh/{file['code']}.html", f"{base}{file['link']}"
    return {
        "@id": f"{page}#dataset",
        "@type": "dcat:Dataset",
        "dct:title": file["name"],
        "dct:description": [{**title, "@value": note + title["@value"]} for title in titles],
        "dct:publisher": _PUBLISHER,
        "dct:license": _LICENCE,
        "dct:language": _LANGUAGES,
        "dct:spatial": _VIETNAM,
        "dct:temporal": _temporal(file["period"]),
        "dcat:keyword": _keywords(),
        "dcat:contactPoint": _contact(base, contact),
        "dcat:theme": _GOVERNMENT,
        "dcat:landingPage": _named(page, "foaf:Document"),
        "dcat:distribution": {
            "@type": "dcat:Distribution",
            "dct:license": _LICENCE,
            "dct:rights": {"@type": "dct:RightsStatement", "rdfs:label": LICENCE},
            "dcat:accessURL": _named(page, "rdfs:Resource"),
            "dcat:downloadURL": _named(download, "rdfs:Resource"),
            # The tables are CSV; the ZIP around them is the package.
            "dct:format": _named(f"{_AUTHORITY}/file-type/CSV", "dct:MediaTypeOrExtent"),
            "dcat:mediaType": _named(f"{_MEDIA_TYPES}/text/csv", "dct:MediaType"),
            "dcat:packageFormat": _named(f"{_MEDIA_TYPES}/application/zip", "dct:MediaType"),
        },
    }


def _temporal(period: Period) -> dict[str, object]:
    days = {"dcat:startDate": period.start, "dcat:endDate": period.end}
    typed = {name: {"@type": "xsd:date", "@value": day.isoformat()} for name, day in days.items()}
    return {"@type": "dct:PeriodOfTime", **typed}


def _keywords() -> list[dict[str, str]]:
    return [
        {"@language": language, "@value": word.strip()}
        for language in ("vi", "en")
        for word in Speaker(language)("site.dataset.keywords").split(",")
    ]


def _contact(base: str, contact: str) -> dict[str, object]:
    named = {"@type": "vcard:Organization", "vcard:fn": _PUBLISHER["foaf:name"]}
    return named | ({"vcard:hasEmail": {"@id": f"mailto:{contact}"}} if contact else {"vcard:hasURL": {"@id": base}})


def sitemap(base: str, paths: Iterable[str]) -> str:
    """Every page in both languages, each naming the other."""
    rows = []
    for path in paths:
        pair = {"vi": f"{base}{tidy(path)}", "en": f"{base}en/{tidy(path)}"}
        links = "".join(
            f'<xhtml:link rel="alternate" hreflang="{language}" href="{escape(link)}"/>'
            for language, link in pair.items()
        )
        rows += [f"<url><loc>{escape(link)}</loc>{links}</url>" for link in pair.values()]
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        'xmlns:xhtml="http://www.w3.org/1999/xhtml">\n' + "\n".join(rows) + "\n</urlset>\n"
    )


def tidy(path: str) -> str:
    """A page's own address: a folder's start page is the folder."""
    return path.removesuffix("index.html") if path in ("index.html", "en/index.html") else path


def robots(base: str) -> str:
    return f"User-agent: *\nAllow: /\nSitemap: {base}sitemap.xml\n"


def names(provinces: Sequence[str]) -> str:
    """The list that the search reads: code, name, number of the province, and former names that differ."""
    units = reference_table("units").filter(pl.col("province_code").is_in(list(provinces))).sort("code")
    old: dict[str, list[str]] = {}
    for code, name in reference_table("lineage").select("new_code", "old_name").iter_rows():
        old.setdefault(code, []).append(name)
    rows = [
        [code, name, list(provinces).index(province), *_former(name, old.get(code, []))]
        for code, name, province in units.select("code", "full_name", "province_code").iter_rows()
    ]
    content = {"provinces": [scope_name(code) for code in provinces], "units": rows}
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def _former(name: str, old: Iterable[str]) -> list[str]:
    return sorted({other for other in old if fold(other) != fold(name)}, key=name_order)


def size_kb(size: int, language: str) -> str:
    return numbers.number(max(1, size / 1000), language)
