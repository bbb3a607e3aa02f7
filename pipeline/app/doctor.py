"""Gathers what can be known of a site and all that it stands on, and changes nothing of it.

What is broken is a fact like any other: neither wrong settings nor a damaged store keep the rest from being looked at.
"""

from __future__ import annotations

import shutil
import stat
import sys
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, requires, version
from typing import TYPE_CHECKING

from pipeline.app.ailments import Facts, KeyFile, ailments
from pipeline.app.lost import broken_templates, lost_hooks, lost_plugins
from pipeline.errors import CodeHostError, PostError, SendError, SettingsError, StoreError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from pipeline.app import App
    from pipeline.app.ailments import Ailment
    from pipeline.send.lint import LetterFinding
    from pipeline.send.lint.facts import Question, Records
    from pipeline.send.sign import Signer
    from pipeline.settings.sections import Settings

    Ask = Callable[[Sequence[Question]], Records]


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """What is wrong, what fails first; and in ``notes`` what was not looked at and why."""

    ailments: tuple[Ailment, ...]
    notes: tuple[str, ...]


def examine_site(
    root: Path, environment: Mapping[str, str], now: datetime, *, online: bool = False, ask: Ask | None = None
) -> Examination:
    """Return what is wrong with the site in ``root``; ``online`` asks DNS, too, by ``ask`` if given."""
    from pipeline.settings import load

    notes: list[str] = []
    facts = _of_the_machine(root, now)
    try:
        settings = load(root, environment)
    except SettingsError as error:
        notes.append("as the settings are wrong, nothing was looked at that depends on them: the store, feeds, mail")
        return Examination(ailments=ailments(replace(facts, problems=error.problems)), notes=tuple(notes))
    facts = _with_keys(_with_files(replace(facts, engine=settings.publish.engine), settings), settings)
    facts = replace(facts, broken=dict(_broken(settings)))
    facts = _with_store(facts, settings, now, notes)
    if not online:
        notes.append("DNS was not asked what it says of your mail; --online does that")
    elif not settings.send.is_handed_over:
        facts = replace(facts, dns=_asked(settings, ask, notes))
    return Examination(ailments=ailments(facts), notes=tuple(notes))


def _of_the_machine(root: Path, now: datetime) -> Facts:
    from pipeline.settings.sections import STATE

    folder = root / STATE if (root / STATE).is_dir() else root
    free = shutil.disk_usage(folder).free
    unsuited = dict(_unsuited())
    return Facts(now=now, folder=folder, free=free, python=sys.version_info[:2], unsuited=unsuited)


def _unsuited() -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield the packages that Byline needs and that are not here as it needs them."""
    from packaging.requirements import Requirement

    try:
        needed = [Requirement(line) for line in requires("byline") or ()]
    except PackageNotFoundError:  # it runs from its source
        return
    for each in needed:
        if each.marker is None or each.marker.evaluate({"extra": ""}):
            found = ""
            with suppress(PackageNotFoundError):
                found = version(each.name)
            if not found or not each.specifier.contains(found, prereleases=True):
                yield each.name, (str(each.specifier), found)


def _broken(settings: Settings) -> Iterator[tuple[Path, str]]:
    """Yield the files in posts/ that cannot be read as posts, and the first reason."""
    from pipeline import post as posts

    for path in posts.paths(settings.content):
        try:
            posts.read(path)
        except PostError as error:
            line, reason = error.problems[0]
            yield path, f"line {line} {reason}"


def _with_files(facts: Facts, settings: Settings) -> Facts:
    font, smtp = settings.publish.card_font, settings.send.smtp
    return replace(
        facts,
        lost_font=font if font and not (settings.root / font).is_file() else "",
        lost_plugins=tuple(lost_plugins(settings)),
        lost_hooks=tuple(lost_hooks(settings)),
        broken_templates=tuple(broken_templates(settings)),
        lacks_password=settings.send.way == "smtp" and bool(smtp.username) and settings.secrets.smtp_password is None,
        is_public=_is_tracked(settings),
    )


def _is_tracked(settings: Settings) -> bool:
    """Tell whether git has what is remembered of people, and not only this folder does."""
    from pipeline.app.hosts.git import git

    if not (settings.root / ".git").exists():
        return False
    try:
        return bool(git(settings.root, "ls-files", "--", settings.state.name))
    except CodeHostError:
        return False  # without git nothing was put there


def _with_keys(facts: Facts, settings: Settings) -> Facts:
    from pipeline.send.sign import signers_of

    problem = ""
    try:
        signers_of(settings)
    except SendError as error:
        problem = str(error)
    paths = [settings.root / each.key_file for each in settings.send.dkim]
    own = () if settings.secrets.token_keys else _key_files([settings.state / "token.key"])
    return replace(facts, token_key=next(iter(own), None), dkim_keys=tuple(_key_files(paths)), dkim_problem=problem)


def _key_files(paths: Sequence[Path]) -> Iterator[KeyFile]:
    for path in paths:
        with suppress(OSError):
            known = path.stat()
            at = datetime.fromtimestamp(known.st_mtime, UTC)
            yield KeyFile(path=path, mode=stat.S_IMODE(known.st_mode), made_at=at)


def _with_store(facts: Facts, settings: Settings, now: datetime, notes: list[str]) -> Facts:
    """Look into the store only if nothing of it has to be changed for that."""
    from pipeline.app import App
    from pipeline.store.examined import examine

    found = examine(settings.database_url)
    facts = replace(facts, store=found)
    if not found.there:
        return facts
    if not found.is_of_this_schema or found.damage:
        notes.append("as the store cannot be used as it is, feeds and letters were not looked at")
        return facts
    with closing(App(settings, now)) as app:
        try:
            return _with_rows(facts, app)
        except StoreError as error:
            return replace(facts, store=replace(found, problem=str(error)))


def _with_rows(facts: Facts, app: App) -> Facts:
    from pipeline.model import DeliveryState, SendState
    from pipeline.store import deliveries as ledger
    from pipeline.store import handovers, moves, sends
    from pipeline.store.ahead import rows_ahead
    from pipeline.store.troubles import all_troubles

    feeds, late = app.feeds.healths(), tuple(each.edition for each in app.letters.due().late)
    with app.store.reading() as connection:
        waiting = ledger.unfinished(connection)
        handed = handovers.all_handovers(connection)
        paused = sends.sendings(connection, (SendState.PAUSED,))
        planned = sends.sendings(connection, (SendState.SCHEDULED, SendState.RUNNING))
        troubles, moved = all_troubles(connection, app.now), moves.moved_to(connection)
        facts = replace(facts, ahead=rows_ahead(connection, app.now))
    uncertain = tuple(each for each in waiting if each.state is DeliveryState.CLAIMED)
    cut_off = tuple(each for each in handed if each.state is DeliveryState.CLAIMED)
    facts = replace(facts, feeds=feeds, late=late, uncertain=uncertain, cut_off=cut_off, paused=paused)
    lost = tuple(each.edition for each in planned if not _is_there(app, each.edition))
    return replace(facts, lost=lost, troubles=troubles, moved_to=moved[0] if moved else "")


def _is_there(app: App, edition: str) -> bool:
    try:
        return app.find(edition).is_file()
    except UsageError:
        return False


def _asked(settings: Settings, ask: Ask | None, notes: list[str]) -> tuple[LetterFinding, ...]:
    """Return what is wrong with what DNS says of the sender."""
    from pipeline.send.lint import asking
    from pipeline.send.lint.domain import Signature, questions_of, what_dns_says
    from pipeline.send.lint.facts import Facts as Known

    signers = _signers(settings)
    signed = [Signature(domain=each.domain.lower(), selector=each.selector.lower()) for each in signers]
    domain = settings.send.domain.lower()
    records = (ask or asking.ask)(questions_of(domain, signed))
    if silent := sorted({name for (name, _), found in records.items() if found is None}):
        notes.append(f"DNS gave no answer about {', '.join(silent)}")
    keys = {(each.selector.lower(), each.domain.lower()): each.public() for each in signers}
    return tuple(what_dns_says(domain, signed, Known(records=records, keys=keys)))


def _signers(settings: Settings) -> Sequence[Signer]:
    from pipeline.send.sign import signers_of

    try:
        return signers_of(settings)
    except SendError:  # it is told with the keys
        return ()
