"""What can be wrong with a site and all that it stands on: rules from what was gathered to findings.

Nothing here looks anything up. ``now`` is one of the facts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from pipeline.model import CLOCKS
from pipeline.settings.sections import STATE
from pipeline.words import spoken

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from pipeline.app.lost import BrokenTemplate
    from pipeline.model import Delivery, Handover, Sending
    from pipeline.pull.subscriptions.health import FeedHealth
    from pipeline.send.lint import LetterFinding
    from pipeline.store.examined import Examined, Server
    from pipeline.store.troubles import Trouble
    from pipeline.store.walls import Walls

ENGINE_ENDS: Final = date(2027, 5, 5)
"""Until then Material for MkDocs is maintained (docs/architecture.md)."""
PYTHON_ENDS: Final = {
    (3, 11): date(2027, 10, 31),
    (3, 12): date(2028, 10, 31),
    (3, 13): date(2029, 10, 31),
    (3, 14): date(2030, 10, 31),
}
"""Until when each Python gets mends of security (https://devguide.python.org/versions/)."""
_SOON: Final = timedelta(days=183)
_FAILING: Final = timedelta(days=7)
"""A feed that could not be read for so long will hardly come back by itself."""
_OFTEN: Final = 5
"""So often one that was never read is asked before it is told."""
_UNPULLED: Final = timedelta(days=14)
_DKIM_AGE: Final = timedelta(days=365)
_TOKEN_AGE: Final = timedelta(days=3 * 365)
_FULL: Final = 100 << 20
_NEARLY: Final = 1 << 30
_OTHERS: Final = 0o077
_NAMED: Final = 5
_VERBS: Final = {
    "look": "find out what is due",
    "pull": "pull the feeds",
    "group": "make the shortlist",
    "build": "build the site",
    "deliver": "send",
}
"""What a worker does by each duty."""


class Severity(StrEnum):
    """What fails wants to be mended now; a warning is worth a look."""

    FAIL = "fail"
    WARN = "warn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ailment:
    """Something that is wrong: what it is about, where, what, and what to do."""

    severity: Severity
    about: str
    place: str
    reason: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFile:
    """A file with a secret in it: its rights, and when it was made."""

    path: Path
    mode: int
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that was gathered. What could not be looked at is None or empty.

    ``lost`` are planned editions of which no post is there, ``broken`` has the files in posts/ that are none, and why.

    ``ahead`` has of each table how many rows tell of what happened later than now.

    ``wanted`` and ``installed`` are versions of the packages that Byline needs, where the one does not suit the other.
    """

    now: datetime
    problems: Sequence[str] = ()
    engine: str = "mkdocs"
    store: Examined | None = None
    feeds: Sequence[FeedHealth] = ()
    uncertain: Sequence[Delivery] = ()
    cut_off: Sequence[Handover] = ()
    paused: Sequence[Sending] = ()
    late: Sequence[str] = ()
    moved_to: str = ""
    lacks_password: bool = False
    lost_font: str = ""
    lost_plugins: Sequence[str] = ()
    lost_hooks: Sequence[str] = ()
    broken_templates: Sequence[BrokenTemplate] = ()
    ahead: Mapping[str, int] = field(default_factory=dict)
    is_public: bool = False
    lost: Sequence[str] = ()
    troubles: Sequence[Trouble] = ()
    broken: Mapping[Path, str] = field(default_factory=dict)
    token_key: KeyFile | None = None
    dkim_keys: Sequence[KeyFile] = ()
    dkim_problem: str = ""
    dns: Sequence[LetterFinding] = ()
    folder: Path
    free: int
    python: tuple[int, int]
    unsuited: Mapping[str, tuple[str, str]] = field(default_factory=dict)


def ailments(facts: Facts) -> tuple[Ailment, ...]:
    """Return all that is wrong, what fails first."""
    rules = (_settings, _files, _posts, _store, _feeds, _letters, _worker, _dns, _keys, _disk, _versions, _engine)
    found = [each for rule in rules for each in rule(facts)]
    return tuple(sorted(found, key=lambda each: each.severity is not Severity.FAIL))


_RESTORE: Final = "Stop what uses it, keep a copy, and `byline restore` a backup."


def _fail(about: str, place: object, reason: str, remedy: str) -> Ailment:
    return Ailment(severity=Severity.FAIL, about=about, place=str(place), reason=reason, remedy=remedy)


def _warn(about: str, place: object, reason: str, remedy: str) -> Ailment:
    return Ailment(severity=Severity.WARN, about=about, place=str(place), reason=reason, remedy=remedy)


def _settings(facts: Facts) -> Iterator[Ailment]:
    for problem in facts.problems:
        place, colon, reason = problem.partition(": ")
        told = (place, reason) if colon else ("byline.yml", problem)
        yield _fail("settings", *told, "Put it right; the manual lists each setting.")


def _posts(facts: Facts) -> Iterator[Ailment]:
    for path, reason in facts.broken.items():
        told = f"it is no post, and no site is built with it: {reason}"
        yield _fail("posts", path, told, f"byline check {path.stem} says all that is wrong with it.")


def _files(facts: Facts) -> Iterator[Ailment]:
    if facts.is_public:
        told = "it is in the git repository, with your readers' addresses: whoever sees that, sees them"
        remedy = (
            f"git rm -r --cached {STATE}, name it in .gitignore, and take it out of the history where others see it."
        )
        yield _fail("store", STATE, told, remedy)
    if facts.lacks_password:
        told = (
            "send.smtp has a username, and the environment no BYLINE_SMTP_PASSWORD: the mail server will take nothing"
        )
        yield _fail("mail", "BYLINE_SMTP_PASSWORD", told, "Set it where letters are sent from.")
    if facts.lost_font:
        told = f"there is no file {facts.lost_font}, so the site cannot be built"
        yield _fail("settings", "publish.card_font", told, "Put it there, or take the line out.")
    for name in facts.lost_plugins:
        told = f"the plugin {name} is named and not installed, so the site cannot be built"
        yield _fail("settings", "mkdocs.yml", told, "Install it beside Byline (requirements.txt), or take it out.")
    for name in facts.lost_hooks:
        told = f"there is no file {name}, which hooks names, so the site cannot be built"
        yield _fail("settings", "mkdocs.yml", told, "Put it there, or take the line out.")
    for path, line, why, use in facts.broken_templates:
        yield _fail("settings", f"{path}:{line}", f"the template cannot be read, so {use.means}: {why}", use.remedy)


def _store(facts: Facts) -> Iterator[Ailment]:
    store = facts.store
    if store is None or not store.there:
        return
    if store.problem:
        is_torn = "malformed" in store.problem or "not a database" in store.problem
        whole = "See that it runs, is whole and is yours to write."
        yield _fail("store", store.place, store.problem, _RESTORE if is_torn else whole)
    elif store.damage:
        told = f"it is damaged: {'; '.join(store.damage)}"
        yield _fail("store", store.place, told, _RESTORE)
    elif not store.revision:
        yield _warn("store", store.place, "it has no tables yet", "The next command makes them.")
    elif not store.is_of_this_schema:
        yield _outdated(store)
    if store.mode is not None and store.mode & _OTHERS:
        yield _open_to_others("store", store.place, store.mode, "it holds readers' addresses")
    if store.walls is not None:
        yield from _walls(store.place, store.walls)
    if store.server is not None:
        yield from _server(store.place, store.server)
    if facts.ahead:
        rows = ", ".join(f"{name} ({count})" for name, count in facts.ahead.items())
        told = f"a clock was ahead when it was written to: what happened is of times that have not come yet, in {rows}"
        remedy = (
            "Have this machine's clock set by NTP. What they put off goes on all the same, and they are right in time."
        )
        yield _warn("store", store.place, told, remedy)


def _server(place: str, server: Server) -> Iterator[Ailment]:
    if not server.has_fsync:
        told = (
            "its server runs with fsync = off, so after a crash it may have forgotten who got a letter, or be damaged"
        )
        yield _fail("store", place, told, "Whoever administers it sets fsync = on; see that backups are made.")
    if not server.has_whole_pages:
        told = "its server runs with full_page_writes = off, so after a crash it may be damaged"
        remedy = "Have it set on, unless the file system writes whole pages by itself, as ZFS does."
        yield _warn("store", place, told, remedy)
    if abs(server.ahead) > CLOCKS:
        which = "ahead of" if server.ahead < timedelta(0) else "behind"
        told = f"this machine's clock is {spoken(abs(server.ahead))} {which} the database server's"
        yield _fail("store", place, told, "Let both be set by NTP: letters leave, and are held back, by these clocks.")


def _walls(place: str, walls: Walls) -> Iterator[Ailment]:
    alone = "Give each site a role of its own; the manual has the lines (docs/manual/deploy.md)."
    if walls.others and walls.is_superuser:
        told = f"its role is a superuser, in a database with {len(walls.others)} other sites"
        yield _fail("store", place, told, alone)
    elif walls.others:
        names = ", ".join(walls.others[:_NAMED])
        more = f" and {len(walls.others) - _NAMED} more" if len(walls.others) > _NAMED else ""
        yield _fail("store", place, f"its role is let at the tables of other sites: {names}{more}", alone)


def _outdated(store: Examined) -> Ailment:
    from pipeline.store import HEAD

    if store.revision > HEAD:
        told = f"a newer Byline made it (migration {store.revision}; this one knows {HEAD})"
        return _fail("store", store.place, told, "Install that Byline, or one that is newer still.")
    told = f"it is at migration {store.revision}, and this Byline wants {HEAD}"
    how = "Make a backup (`byline backup` keeps it as it is); the next command brings it up to date."
    return _warn("store", store.place, told, how)


def _open_to_others(about: str, place: object, mode: int, because: str) -> Ailment:
    return _fail(about, place, f"others on this machine may read it ({mode:o}), and {because}", f"chmod 600 {place}")


def _feeds(facts: Facts) -> Iterator[Ailment]:
    asked = [feed.checked_at for feed in facts.feeds if feed.checked_at]
    if asked and facts.now - max(asked) > _UNPULLED:
        told = f"nothing was pulled since {max(asked):%Y-%m-%d}, and what feeds drop meanwhile is lost"
        yield _warn("feeds", "byline.yml", told, "byline pull, each day by itself if you can.")
    for feed in facts.feeds:
        name = feed.title or feed.url
        if feed.paused:
            yield _warn("feeds", feed.url, f"{name} {feed.paused}, and is not asked any more", _gone(feed))
        elif feed.error and (how := _failing(feed, facts.now)):
            yield _fail("feeds", feed.url, f"{name} could {how}, {feed.failures} times: {feed.error}", _gone(feed))


def _failing(feed: FeedHealth, now: datetime) -> str:
    """Say for how long a feed could not be read; nothing where that is not long."""
    if feed.read_at is None:
        return "never be read" if feed.failures >= _OFTEN else ""
    long = feed.failures > 1 and now - feed.read_at > _FAILING
    return f"not be read since {feed.read_at:%Y-%m-%d}" if long else ""


def _gone(feed: FeedHealth) -> str:
    return f"`byline feeds check {feed.url}` says more, `byline feeds remove {feed.url}` takes it out."


def _letters(facts: Facts) -> Iterator[Ailment]:
    editions = [delivery.edition for delivery in facts.uncertain]
    for name in dict.fromkeys(editions):
        told = f"{editions.count(name)} deliveries are uncertain: each may have arrived or not"
        yield _fail("letters", name, told, f"byline send {name} --uncertain says what can be done.")
    for each in facts.cut_off:
        told = f"its hand-over to {each.way} was cut off: it may be there or not"
        yield _fail("letters", each.edition, told, f"byline send {each.edition} looks there first.")
    if facts.moved_to:
        told = f"the store was moved to {facts.moved_to}, so nothing is written here, and no letter is sent"
        remedy = "Set it to that, with its password; or `byline store stay`, if nothing happened there."
        yield _fail("store", "DATABASE_URL", told, remedy)
    for late in facts.late:
        told = "its time has passed, and it does not begin by itself any more"
        yield _fail("letters", late, told, f"byline send {late}, or with --at anew.")
    for edition in facts.lost:
        told = "it is planned, and no post has that name any more"
        yield _fail(
            "letters", edition, told, f"Give the post `aliases: [{edition}]`, or byline send {edition} --cancel."
        )
    for sending in facts.paused:
        told = f"its sending is paused: {sending.reason}"
        yield _warn("letters", sending.edition, told, f"byline send {sending.edition} --resume goes on with it.")


def _worker(facts: Facts) -> Iterator[Ailment]:
    for each in facts.troubles:
        told = f"it cannot {in_words(each.duty)}: {each.said}. So since {each.since:%Y-%m-%d %H:%M} UTC"
        yield _fail("worker", each.duty, told, "Put it right; the worker tries again by itself.")


def in_words(duty: str) -> str:
    """Return what a worker does by ``duty`` as a verb with what it is about."""
    task, _, about = duty.partition(" ")
    return f"{_VERBS.get(task, task)} {about}".strip()


def _dns(facts: Facts) -> Iterator[Ailment]:
    for each in facts.dns:
        make = _fail if each.severity == Severity.FAIL.value else _warn
        yield make("mail", f"DNS, {each.rule}", each.reason, each.remedy)


def _keys(facts: Facts) -> Iterator[Ailment]:
    if facts.dkim_problem:
        yield _fail("keys", "send.dkim", facts.dkim_problem, "Name the file of a private key, or make one.")
    for key in (*([facts.token_key] if facts.token_key else []), *facts.dkim_keys):
        if key.mode & _OTHERS:
            yield _open_to_others("keys", key.path, key.mode, "who has it can sign in your name")
    if facts.token_key and facts.now - facts.token_key.made_at > _TOKEN_AGE:
        told = f"the key of readers' links is as it was on {facts.token_key.made_at:%Y-%m-%d}"
        yield _warn("keys", facts.token_key.path, told, "Set BYLINE_TOKEN_KEYS to a new key, and this one after it.")
    for key in facts.dkim_keys:
        if facts.now - key.made_at > _DKIM_AGE:
            told = f"the key that signs letters is as it was on {key.made_at:%Y-%m-%d}"
            yield _warn("keys", key.path, told, "Publish a new one under another selector, then name it in send.dkim.")


def _disk(facts: Facts) -> Iterator[Ailment]:
    told = f"{facts.free >> 20} MB are free"
    if facts.free < _FULL:
        yield _fail("disk", facts.folder, f"{told}, and the store cannot be written for long", "Make room.")
    elif facts.free < _NEARLY:
        yield _warn("disk", facts.folder, told, "Make room before a week's entries and a build need it.")


def _versions(facts: Facts) -> Iterator[Ailment]:
    version = ".".join(map(str, facts.python))
    ends = PYTHON_ENDS.get(facts.python)
    if ends is not None and facts.now.date() > ends - _SOON:
        told = f"it {'got' if facts.now.date() > ends else 'gets'} its last mends of security by {ends:%Y-%m-%d}"
        yield _warn("versions", f"Python {version}", told, "Install Byline anew with a newer Python.")
    for name, (wanted, installed) in facts.unsuited.items():
        told = f"{installed or 'nothing'} of it is installed, and Byline needs {wanted}"
        yield _fail("versions", name, told, "Install Byline anew, by its locked requirements.")


def _engine(facts: Facts) -> Iterator[Ailment]:
    if facts.engine != "mkdocs" or facts.now.date() <= ENGINE_ENDS - _SOON:
        return
    verb = "was" if facts.now.date() > ENGINE_ENDS else "is"
    told = f"Material for MkDocs, which builds the site, {verb} maintained until {ENGINE_ENDS:%Y-%m-%d}"
    yield _warn("engine", "publish.engine", told, "Try properdocs or zensical; the manual tells how (publish.md).")
