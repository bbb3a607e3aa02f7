"""What must outlive the machine that sends: who got which edition, who the readers are, and how their links are signed.

A code host runs each job on a machine that is thrown away. There, a letter leaves only where all that is elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.errors import UsageError

if TYPE_CHECKING:
    from pipeline.settings.sections import Settings


def see_that_it_lasts(settings: Settings, edition: str) -> None:
    """Raise ``UsageError`` where what is to be remembered of a send would be gone with this machine."""
    if not settings.is_thrown_away or settings.send.is_handed_over:
        return
    if not settings.remembers:
        raise UsageError(
            "this machine is thrown away after the run (the environment has CI), and with it who got the letter, so "
            "nothing was sent: a run again would send it twice. Let DATABASE_URL name a PostgreSQL database, or "
            "send.way a service that has the readers (buttondown, listmonk). From home it goes like this, on the "
            f"computer that has your readers: `git pull && byline send {edition} --built-elsewhere`"
        )
    if settings.service and not settings.secrets.token_keys:
        raise UsageError(
            "this machine is thrown away after the run (the environment has CI), and with it the key that signs the "
            "readers' links, so nothing was sent: those by which they choose what to get would lead nowhere. Set "
            "BYLINE_TOKEN_KEYS to what `byline serve` has"
        )


def see_that_the_key_is_known(settings: Settings) -> None:
    """Raise ``UsageError`` where a worker would make a key of its own, and what answers elsewhere may have another."""
    if settings.service and not settings.secrets.token_keys and not (settings.state / "token.key").exists():
        raise UsageError(
            f"there is no key for readers' links in {settings.state.name}/ of the site's folder on this machine, so "
            "nothing was sent: one that is made here is not known to `byline serve` on another. Set BYLINE_TOKEN_KEYS "
            "to one and the same for all machines of the site; where this is the only one, start `byline serve` first"
        )
