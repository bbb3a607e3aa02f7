"""What a setting may be: the kinds of values of which the sections are made."""

from __future__ import annotations

from email.utils import getaddresses
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

_HERE: Final = frozenset({"localhost", "127.0.0.1", "::1"})


class Section(BaseModel):
    """A part of byline.yml; what it does not know is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


def _web_address(value: str) -> str:
    try:
        value.encode()
        parts = urlsplit(value)
    except ValueError:
        raise ValueError("holds what no web address has") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("must be a full web address that begins with https:// or http://")
    return value


def _service_address(value: str) -> str:
    parts = urlsplit(_web_address(value))
    if parts.username or parts.query or parts.fragment or value.endswith(("?", "#")):
        raise ValueError("must be an address without a name, a ? or a #")
    if parts.scheme != "https" and parts.hostname not in _HERE:
        raise ValueError("must begin with https://, as a key is sent there")
    return value.rstrip("/")


def _mail_address(value: str) -> str:
    from email_validator import validate_email

    found = getaddresses([value])
    if len(found) != 1 or any(mark in value for mark in "\r\n"):
        raise ValueError("must be one mail address such as name@example.org or Name <name@example.org>")
    checked = validate_email(found[0][1], check_deliverability=False, allow_smtputf8=False, test_environment=True)
    return value.replace(found[0][1], checked.ascii_email or checked.normalized)


def _names(listed: object) -> object:
    """Return the names in a list of mkdocs.yml, whose parts are names, or names with settings."""
    if isinstance(listed, (list, tuple, dict)):
        return tuple(str(next(iter(each), "")) if isinstance(each, dict) else str(each) for each in listed)
    return ()


def _as_text(value: Any) -> Any:
    """Take a number, as that of a list is one, for the text that it is sent as."""
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else value


WebAddress = Annotated[str, AfterValidator(_web_address)]
ServiceAddress = Annotated[str, AfterValidator(_service_address)]
MailAddress = Annotated[str, AfterValidator(_mail_address)]
Positive = Annotated[int, Field(gt=0)]
Connections = Annotated[int, Field(ge=1, le=32)]
Names = Annotated[tuple[str, ...], BeforeValidator(_names)]
Text = Annotated[str, BeforeValidator(_as_text)]
