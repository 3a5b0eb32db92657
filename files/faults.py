"""Errors that a person can act on; the command line prints them without a traceback."""

from __future__ import annotations

import errno

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""Errors by which a system says that a disk takes no more."""


class Fault(Exception):
    """Something went wrong that the user can mend; the message says what and how."""


class BadInput(Fault):
    """A value in a file or reply is not what it must be.

    The message reads: `<place>, row <row>, '<field>': <what is wrong>`.
    """

    def __init__(self, place: object, what: str, *, row: int | None = None, field: str | None = None) -> None:
        where = [str(place)]
        if row is not None:
            where.append(f"row {row}")
        if field is not None:
            where.append(f"{field!r}")
        super().__init__(f"{', '.join(where)}: {what}")
        self.place, self.row, self.field, self.what = str(place), row, field, what
