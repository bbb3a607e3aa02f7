"""What the environment says: secrets, and single settings that come before those of byline.yml.

``BYLINE_SEND_SMTP_HOST`` is ``send.smtp.host``, and so on for every setting that holds one value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pipeline.errors import SettingsError
from pipeline.settings.explained import nested
from pipeline.settings.sections import Secrets, Sections

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic import BaseModel

    Path = tuple[str, ...]


OTHERS = frozenset(
    {"BYLINE_DEBUG", "BYLINE_CORPORA", *(f"BYLINE_{name.upper()}" for name in Secrets.model_fields)}
    - {"BYLINE_DATABASE_URL"}
)
"""Variables that are no settings: secrets, the traceback of a fault, and where tests find their corpora."""
_SECRET: Final = frozenset({"DATABASE_URL", "PGPASSWORD", "PGPASSFILE"}).union(
    f"BYLINE_{name.upper()}" for name in Secrets.model_fields
)


_SHORTEST_KEY = 24
"""Characters of a key that nobody guesses."""


def secrets(environment: Mapping[str, str]) -> Secrets:
    """Return what may only come from the environment."""
    _see_that_it_is_long(environment.get("BYLINE_POSTMARK_WEBHOOK_SECRET") or "")
    return Secrets.model_validate(
        {
            "smtp_password": environment.get("BYLINE_SMTP_PASSWORD") or None,
            "inbox_password": environment.get("BYLINE_INBOX_PASSWORD") or None,
            "postmark_webhook_secret": environment.get("BYLINE_POSTMARK_WEBHOOK_SECRET") or None,
            "mailgun_webhook_secret": environment.get("BYLINE_MAILGUN_WEBHOOK_SECRET") or None,
            "resend_webhook_secret": environment.get("BYLINE_RESEND_WEBHOOK_SECRET") or None,
            "postmark_token": environment.get("BYLINE_POSTMARK_TOKEN") or None,
            "ses_key_id": environment.get("BYLINE_SES_KEY_ID") or None,
            "ses_secret": environment.get("BYLINE_SES_SECRET") or None,
            "ses_session": environment.get("BYLINE_SES_SESSION") or None,
            "mailgun_key": environment.get("BYLINE_MAILGUN_KEY") or None,
            "resend_key": environment.get("BYLINE_RESEND_KEY") or None,
            "buttondown_key": environment.get("BYLINE_BUTTONDOWN_KEY") or None,
            "listmonk_token": environment.get("BYLINE_LISTMONK_TOKEN") or None,
            "mastodon_token": environment.get("BYLINE_MASTODON_TOKEN") or None,
            "bluesky_password": environment.get("BYLINE_BLUESKY_PASSWORD") or None,
            "linkedin_token": environment.get("BYLINE_LINKEDIN_TOKEN") or None,
            "code_host_token": environment.get("BYLINE_CODE_HOST_TOKEN") or None,
            "assist_key": environment.get("BYLINE_ASSIST_KEY") or None,
            "token_keys": _keys(environment.get("BYLINE_TOKEN_KEYS") or ""),
            "backup_passphrase": environment.get("BYLINE_BACKUP_PASSPHRASE") or None,
            "database_url": environment.get("DATABASE_URL") or None,
        }
    )


def without_secrets(environment: Mapping[str, str]) -> dict[str, str]:
    """Return what of ``environment`` is no secret of Byline's."""
    return {name: value for name, value in environment.items() if name not in _SECRET}


def _see_that_it_is_long(secret: str) -> None:
    if secret and not (secret.isascii() and secret.isalnum() and len(secret) >= _SHORTEST_KEY):
        problem = f"BYLINE_POSTMARK_WEBHOOK_SECRET: must be {_SHORTEST_KEY} or more letters and digits"
        raise SettingsError([f"{problem}, as it stands in an address; `openssl rand -hex 32` makes one"])


def _keys(value: str) -> tuple[str, ...]:
    """Return the keys in a text that has them between commas."""
    keys = tuple(key.strip() for key in value.split(",") if key.strip())
    if not all(key.isascii() and len(key) >= _SHORTEST_KEY for key in keys):
        problem = (
            f"BYLINE_TOKEN_KEYS: each key must be {_SHORTEST_KEY} or more plain characters, with commas between them"
        )
        raise SettingsError([f"{problem}; `openssl rand -hex 32` makes one"])
    return keys


def is_thrown_away(environment: Mapping[str, str]) -> bool:
    """Tell whether a code host made this machine for one run; all of them say so in ``CI``."""
    return (environment.get("CI") or "").strip().lower() not in {"", "0", "false", "no"}


def given(environment: Mapping[str, str]) -> dict[Path, str]:
    """Return the settings that the environment gives, by their paths in byline.yml."""
    named = {path: variable(path) for path in _single_values(Sections)}
    return {path: environment[name] for path, name in named.items() if name in environment}


def unknown(environment: Mapping[str, str]) -> list[str]:
    """Return a problem for each variable that looks like a setting and is none, as a mistyped one does."""
    known = {variable(path) for path in _single_values(Sections)} | OTHERS
    names = sorted(name for name in environment if name.startswith("BYLINE_") and name not in known)
    return [f"{name}: there is no such setting; the manual lists the environment's" for name in names]


def variable(path: Path) -> str:
    """Return the name of the variable that gives the setting at ``path``."""
    return "_".join(("BYLINE", *path)).upper()


def laid_over(data: dict[str, Any], settings: Mapping[Path, str]) -> dict[str, Any]:
    """Return ``data`` with ``settings`` in the place of its own."""
    for path, value in settings.items():
        section = data
        for name in path[:-1]:
            inner = section.get(name)
            section[name] = inner if isinstance(inner, dict) else {}
            section = section[name]
        section[path[-1]] = value
    return data


def _single_values(section: type[BaseModel], prefix: Path = ()) -> Iterator[Path]:
    for name, field in section.model_fields.items():
        inner = nested(field.annotation)
        if inner is not None:
            yield from _single_values(inner, (*prefix, name))
        elif not isinstance(field.get_default(call_default_factory=True), (tuple, dict)):
            yield (*prefix, name)
