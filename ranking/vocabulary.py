"""The words that all tables share: levels, kinds of period, bases, natures; which columns make a cell.

Apart from `tables`, whose schemas load a library that only writing needs: whoever reads, reads these words alone.
"""

from __future__ import annotations

LEVELS = ("commune", "province", "department", "country")
PERIOD_KINDS = ("month", "quarter", "half", "year", "to_date")
BASES = ("portal", "form", "dossiers")
NATURES = ("recorded", "simulated", "live")
COUNTRY = "VN"
FIRST, MIDDLE, LAST = TIERS = ("first", "middle", "last")
"""Likely among the best third, not told apart, likely among the worst third (`ranking.tiers`)."""

PERIOD_COLUMNS = ("period_start", "period_end", "period_kind")
CELL = ("unit_code", "level", *PERIOD_COLUMNS, "series", "measure", "field", "basis")
