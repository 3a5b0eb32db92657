"""The states that computation knows by name; how each is shown, and which others there are, says `data/states.yaml`."""

from __future__ import annotations

REPORTED = "reported"
NO_DOSSIERS = "no_dossiers"
NOT_REPORTED = "not_reported"
SUPPRESSED = "suppressed"
ABSENT = "absent"
"""Said where there is no row at all: the source does not name the unit, or the unit did not exist."""

COUNTED = (REPORTED, NO_DOSSIERS)
"""The states of rows that say how much there was. Every other state is a silence, and carries no figure."""
BY_NAME = (*COUNTED, NOT_REPORTED, SUPPRESSED, ABSENT)
