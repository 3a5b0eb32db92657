"""The bill of materials of what runs, as CycloneDX, from what cyclonedx-py says of an environment: for `make bom`.

Usage: python deploy/bom.py FOUND LOCK > docs/bom.cdx.json
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

LICENCES = {"dataframely": "BSD-3-Clause", "protobuf": "BSD-3-Clause", "pydeck": "Apache-2.0"}
"""Of packages whose metadata name none: as the licence file in the package says."""
_TOOLS = ("pip", "setuptools", "wheel")
_OURS = [
    {
        "type": "data",
        "name": "Be Vietnam Pro",
        "version": "static/fonts",
        "bom-ref": "Be Vietnam Pro",
        "description": "the typeface of pages and prints",
        "licenses": [{"license": {"id": "OFL-1.1"}}],
    },
    {
        "type": "data",
        "name": "Material Symbols",
        "version": "static/icons",
        "bom-ref": "Material Symbols",
        "description": "the icons of pages",
        "licenses": [{"license": {"id": "Apache-2.0"}}],
    },
]


def bill(found: dict[str, Any], lock: str) -> dict[str, Any]:
    """The packages of the lock with version, licence and hashes. ValueError names one without a licence."""
    hashes = _hashes(lock)
    components = [_component(one, hashes) for one in found["components"] if one["name"].lower() not in _TOOLS]
    names = {_plain(one["name"]) for one in components}
    known = {one["bom-ref"] for one in components}
    if without := sorted(one["name"] for one in components if not one["licenses"]):
        raise ValueError(f"no licence is known of {', '.join(without)}: name it in deploy/bom.py")
    if strange := sorted(names - hashes.keys()):
        raise ValueError(f"not in the lock: {', '.join(strange)}")
    return {
        "bomFormat": "CycloneDX",
        "specVersion": found["specVersion"],
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "gan-dan", "bom-ref": "gan-dan"}},
        "components": sorted(components, key=lambda one: one["name"].lower()) + _OURS,
        "dependencies": [_needs(one, known) for one in found["dependencies"] if one["ref"] in known],
    }


def _needs(one: dict[str, Any], known: set[str]) -> dict[str, Any]:
    on = [ref for ref in one.get("dependsOn", []) if ref in known]
    return {"ref": one["ref"]} | ({"dependsOn": on} if on else {})


def _component(one: dict[str, Any], hashes: dict[str, list[str]]) -> dict[str, Any]:
    own = LICENCES.get(_plain(one["name"]))
    return {
        "type": one["type"],
        "name": one["name"],
        "version": one["version"],
        "bom-ref": one["bom-ref"],
        "purl": one["purl"],
        "licenses": one.get("licenses") or ([{"license": {"id": own}}] if own else []),
        "hashes": [{"alg": "SHA-256", "content": content} for content in hashes.get(_plain(one["name"]), [])],
    }


def _hashes(lock: str) -> dict[str, list[str]]:
    """The sha256 of each package's files in a lock, by its plain name."""
    found: dict[str, list[str]] = {}
    name = ""
    for line in lock.splitlines():
        if begins := re.match(r"([A-Za-z0-9._-]+)==", line):
            name = _plain(begins[1])
            found[name] = []
        found.get(name, []).extend(re.findall(r"sha256:([0-9a-f]{64})", line))
    return found


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    found, lock = (Path(name).read_text(encoding="utf-8") for name in sys.argv[1:3])
    print(json.dumps(bill(json.loads(found), lock), indent=1, ensure_ascii=False))
