"""The way out that the settings choose, with its key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.errors import UsageError

if TYPE_CHECKING:
    from pydantic import SecretStr

    from pipeline.send.ways.way import Way
    from pipeline.settings.sections import Settings


def way_of(settings: Settings) -> Way:
    """Return the way by which a message to one person leaves. Raises ``UsageError`` where its key is missing.

    Where a service has the readers, that is the mail server: such services send whole editions only.
    """
    send = settings.send
    if send.way == "postmark":
        from pipeline.send.ways.postmark import Postmark

        return Postmark(send.postmark, key_of(settings, "postmark_token"))
    if send.way == "ses":
        from pipeline.send.ways.ses import Ses

        named = (key_of(settings, "ses_key_id"), key_of(settings, "ses_secret"))
        return Ses(send.ses, *named, settings.secrets.ses_session)
    if send.way == "mailgun":
        from pipeline.send.ways.mailgun import Mailgun

        return Mailgun(send.mailgun, send.domain, key_of(settings, "mailgun_key"))
    if send.way == "resend":
        from pipeline.send.ways.resend import Resend

        return Resend(send.resend, key_of(settings, "resend_key"))
    from pipeline.send.ways.smtp import Smtp

    return Smtp(settings)


def key_of(settings: Settings, name: str) -> SecretStr:
    """Return the secret of this ``name``. Raises ``UsageError`` where it is missing or can be none."""
    key: SecretStr | None = getattr(settings.secrets, name)
    variable = f"BYLINE_{name.upper()}"
    if key is None:
        raise UsageError(f"send.way is {settings.send.way}, and {variable} is not set: give the key in the environment")
    value = key.get_secret_value()
    if not value.isascii() or not value.isprintable() or " " in value:
        raise UsageError(f"{variable} holds what no key has, such as a space or the end of a line: copy it once more")
    return key
