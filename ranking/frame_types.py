"""What frames are made of, for functions that say which rows and columns they mean."""

from __future__ import annotations

from typing import Any

from polars.datatypes import DataType, DataTypeClass

Row = dict[str, Any]
"""One row of a frame by column, as polars gives it; a column's values can be of any type."""
Columns = dict[str, DataType | DataTypeClass]
"""The names of columns and what each holds."""
