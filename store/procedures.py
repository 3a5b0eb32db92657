"""What is known of procedures (thủ tục) by their codes: a name, and the field that their dossiers count in.

`data/dossiers/procedure_fields.yaml`, with what a province puts into `local/dossiers/` of its data folder over it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

import yaml
from pydantic import ConfigDict, Field

from files.faults import Fault
from files.places import DATA, published_folder
from ranking import yaml_text
from store.yaml_rows import Entry, entry

FILE = "procedure_fields.yaml"
_CODE = re.compile(r"\d\.\d{6}")
_LETTERS = 8


class Procedure(Entry):
    """`name` for pages; `field` as the list of fields has it; `always`: whatever field an export gives."""

    model_config = ConfigDict(strict=True)

    name: str = Field(min_length=1)
    field: str = Field(min_length=1)
    always: bool = False


@lru_cache(maxsize=4)
def procedures(data: Path | None = None) -> dict[str, Procedure]:
    """By code (`1.001193`) the procedures that are known. Fault with file, code and key where one cannot be."""
    found: dict[str, Procedure] = {}
    for folder in (DATA / "dossiers", *((data / "local" / "dossiers",) if data else ())):
        path = folder / FILE
        if not path.exists():
            continue
        try:
            said = yaml_text.load(path.read_text(encoding="utf-8")) or {}
        except (yaml.YAMLError, UnicodeDecodeError):
            raise Fault(f"{path}: is no sound YAML file") from None
        if not isinstance(said, dict):
            raise Fault(f"{path}: must hold codes with name and field behind them")
        for code, row in said.items():
            if not (isinstance(code, str) and _CODE.fullmatch(code)):
                raise Fault(f"{path}: {code!r} is no code such as '1.001193', in quotation marks")
            found[code] = entry(f"{path}: {code}", row, Procedure)
    return found


def base_code(code: str) -> str:
    """A code without what a province puts behind it: `1.012753.H19` is `1.012753`."""
    return code[:_LETTERS]


def name_of(code: str) -> str:
    """`Đăng ký khai sinh (1.001193)` where the name is known, else the code."""
    known = procedures(published_folder().parent).get(base_code(code))
    return f"{known.name} ({code})" if known else code
