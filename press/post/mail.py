"""E-mail over SMTP. Beside `etl/` and `hook.py` the only code that opens a connection to elsewhere."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, make_msgid

from press.post.digest import Digest
from press.post.settings import Settings

_SECONDS = 20


def send(settings: Settings, to: str, language: str, digest: Digest) -> None:
    """Hand a digest to the server of the settings; OSError or smtplib.SMTPException where it is not taken."""
    with _server(settings) as server:
        if settings.security == "starttls":
            server.starttls(context=ssl.create_default_context())
        if settings.user:
            server.login(settings.user, settings.password)
        server.send_message(message(settings.sender, to, language, digest))


def _server(settings: Settings) -> smtplib.SMTP:
    if settings.security == "tls":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(settings.host, settings.port, timeout=_SECONDS, context=context)
    return smtplib.SMTP(settings.host, settings.port, timeout=_SECONDS)


def message(sender: str, to: str, language: str, digest: Digest) -> EmailMessage:
    """The digest as a mail that says it was made by a program (RFC 3834) and ends by one click (RFC 8058)."""
    made = EmailMessage(policy=SMTP)
    made["From"], made["To"], made["Subject"] = sender, to, digest.subject
    made["Date"], made["Message-ID"] = formatdate(), make_msgid(domain=sender.rpartition("@")[2])
    made["Content-Language"], made["Auto-Submitted"] = language, "auto-generated"
    made["List-Unsubscribe"] = f"<{digest.end}>"
    made["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    made.set_content(digest.text)
    return made
