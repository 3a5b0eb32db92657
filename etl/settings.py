"""What the environment says to the commands that ask other servers; the table is in docs/operations.md."""

from __future__ import annotations

from pydantic import Field

from files.environment import FromEnvironment

CONTACT, OFFLINE = "GANDAN_CONTACT", "GANDAN_OFFLINE"


class Settings(FromEnvironment):
    """`contact`: where the operators of a source can write to, sent with every request; `offline`: ask nobody."""

    contact: str = Field(
        "",
        validation_alias=CONTACT,
        pattern=r"^[\x20-\x7e]*$",
        description="an address without accents, such as mailto:ops@example.org",
    )
    offline: bool = Field(False, validation_alias=OFFLINE, description="1 or 0")
