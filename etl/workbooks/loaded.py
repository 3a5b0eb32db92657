"""A sheet as it was loaded: its cells as texts, and what stands in them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow

ERRORS = {
    "Div0": "#DIV/0!", "NA": "#N/A", "Name": "#NAME?", "Null": "#NULL!", "Num": "#NUM!", "Ref": "#REF!",
    "Value": "#VALUE!",
}  # fmt: skip
"""The errors of Excel, by the name that the library gives them."""
_FRACTION = re.compile(r"-?[0-9]+\.[0-9]+")


@dataclass
class Loaded:
    """A sheet as the library gives it: texts, the errors of Excel (row, column, which), and the sheet itself."""

    cells: pyarrow.Table
    errors: list[tuple[int, int, str]]
    load: Any

    def fractions(self) -> list[tuple[int, int]]:
        """Numbers with a fraction: read as whole numbers, texts like "1.234" fail and numbers like 1.234 don't."""
        if self.load is None:
            return []
        columns = [column.to_pylist() for column in self.cells.columns]
        like = [(r, c) for c, texts in enumerate(columns) for r, text in enumerate(texts) if is_fraction(text)]
        if not like:
            return []
        numbers = [column.to_pylist() for column in self.load(dtypes="int").to_arrow_with_errors()[0].columns]
        return [(r, c) for r, c in like if numbers[c][r] is not None]

    def packed(self) -> bytes:
        """The cells as an Arrow stream."""
        import pyarrow

        sink = pyarrow.BufferOutputStream()
        with pyarrow.ipc.new_stream(sink, self.cells.schema) as stream:
            stream.write_table(self.cells)
        return sink.getvalue().to_pybytes()


def is_fraction(text: str | None) -> bool:
    """Whether a text looks like a number with a fraction."""
    return text is not None and "." in text and bool(_FRACTION.fullmatch(text))
