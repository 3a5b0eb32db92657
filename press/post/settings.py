"""Where messages may go: nothing leaves unless the environment says so (docs/operations.md)."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from files.environment import LOWERED, FromEnvironment, Words

_ADDRESS = re.compile(r"https?://[^\s/?#]+(/[^\s?#]*)?")


class Settings(FromEnvironment):
    """`url`: where readers reach the service, for links. Mail needs `url`, `host` and `sender`; a hook `url`, and that
    its host is one of `hook_hosts`."""

    url: str = Field("", validation_alias="GANDAN_POST_URL", description="an address such as https://gandan.example.vn")
    host: str = Field("", validation_alias="GANDAN_SMTP_HOST", description="a name, or an IP address")
    port: int = Field(587, ge=1, le=65535, validation_alias="GANDAN_SMTP_PORT", description="a port such as 587")
    security: Annotated[Literal["starttls", "tls", "none"], LOWERED] = Field(
        "starttls", validation_alias="GANDAN_SMTP_SECURITY", description="starttls, tls or none"
    )
    user: str = Field("", validation_alias="GANDAN_SMTP_USER", description="any text")
    password: str = Field("", validation_alias="GANDAN_SMTP_PASSWORD", description="any text", repr=False)
    sender: str = Field(
        "", pattern=r"^([^\s@]+@[^\s@]+)?$", validation_alias="GANDAN_SMTP_FROM", description="an address of mail"
    )
    hook_hosts: Words = Field((), validation_alias="GANDAN_HOOK_HOSTS", description="names with commas between")

    @field_validator("url")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        if value and not _ADDRESS.fullmatch(value):
            raise ValueError("is no address")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _keeps_a_password(self) -> Self:
        """A password is never sent over a line that others can read."""
        if self.password and self.security == "none":
            raise ValueError("a password needs starttls or tls")
        return self

    @property
    def sends_mail(self) -> bool:
        return bool(self.url and self.host and self.sender)

    @property
    def calls_hooks(self) -> bool:
        return bool(self.url and self.hook_hosts)
