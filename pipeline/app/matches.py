"""The right story for the right person: matches, notes that are prepared for them, and introductions.

Nothing here sends anything: what comes out is shown to the author, who sends by hand and says so.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from pipeline import post as posts
from pipeline.app.written import read_posts
from pipeline.connect import note as notes
from pipeline.connect.match import match
from pipeline.connect.match.subjects import of_post, of_story, unshortlisted
from pipeline.errors import UsageError
from pipeline.html import plain_text, safe_url
from pipeline.model import NO_TEXT, Note, NoteId
from pipeline.store import known, select
from pipeline.store import notes as kept
from pipeline.store.people import people_by_id

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path

    from pipeline.model import Introduction, Match, Person, Subject
    from pipeline.settings.sections import Settings
    from pipeline.store import Store

DAYS: Final = 8
"""So far back stories and posts are looked for, unless told otherwise."""


class Matches:
    """What this week gives to whom. ``now`` is the time that all decisions are made for."""

    def __init__(self, settings: Settings, open_store: Callable[[], Store], now: datetime) -> None:
        self._settings = settings
        self._open_store = open_store
        self._now = now

    @property
    def _store(self) -> Store:
        return self._open_store()

    def matches(self, days: int = DAYS, of: Person | None = None) -> tuple[Match, ...]:
        """Return who is to be told of which story or post of the last ``days``, and why; the strongest first.

        ``of`` one person alone it is told without looking at any other.
        """
        subjects = self.subjects(days)
        with self._store.reading() as connection:
            people, organisations = (of,) if of else known.people_in(connection), known.organisations_in(connection)
            touches, told = known.touches_with(connection), kept.told_in(connection)
        topics = {name: topic.phrases for name, topic in self._settings.select.topics.items()}
        return match(subjects, people, organisations, touches=touches, topics=topics, told=told)

    def subjects(self, days: int = DAYS) -> tuple[Subject, ...]:
        """Return what there is to tell of: stories of the shortlist, other entries, and the author's own posts."""
        since = self._now - timedelta(days=days)
        with self._store.reading() as connection:
            entries = select.entries_since(connection, since)
            shortlist = select.kept_shortlist(connection)
        read, _ = read_posts(self._settings.content, posts.POSTS)
        site = self._settings.site
        own = [of_post(post, site.site_url, plain_text(site.author)) for post in read if post.date >= since.date()]
        stories = [of_story(item.story) for item in shortlist]
        return (*own, *stories, *unshortlisted(entries, [item.story for item in shortlist]))

    # -- notes

    def templates(self) -> tuple[str, ...]:
        """Return what kinds of notes there are: the author's own templates."""
        return notes.kinds(self._folder)

    def greetings(self, person: Person) -> tuple[str, ...]:
        """Return the kinds of notes that can be written to somebody of whom there is nothing to tell."""
        return notes.kinds_about_nothing(self._folder, person, self._settings.site.author)

    @property
    def _folder(self) -> Path:
        return self._settings.overrides / notes.FOLDER

    def prepare(self, person: Person, kind: str, about: str = "", *, anew: bool = True) -> Note:
        """Prepare a note for somebody about a story, a post or a link; about what fits them best if none is named.

        One that waits for the same is written over, or if not ``anew`` returned as the author left it. Raises
        ``UsageError`` where the template tells of something, and there is nothing to tell.
        """
        return self._kept(person, kind, self._subject(person, about), anew=anew)

    def prepare_introduction(self, one: Person, other: Person, *, anew: bool = True) -> Note:
        """Prepare the note that introduces two people to one another; it is kept with the first."""
        return self._kept(one, notes.INTRODUCE, None, other, anew=anew)

    def _kept(
        self, person: Person, kind: str, subject: Subject | None, other: Person | None = None, *, anew: bool
    ) -> Note:
        values = notes.values_of(person, self._settings.site.author, subject, other)
        title, text = notes.written(self._folder, kind, values)
        about = other.name if other else (subject.link or subject.title) if subject else NO_TEXT
        note = Note(
            id=NoteId(0),
            person=person.id,
            kind=kind,
            about=plain_text(about),
            subject=title,
            text=text,
            made_at=self._now,
        )
        with self._store.writing() as connection:
            left = None if anew else kept.waiting_note(connection, note)
            return left or kept.keep_note(connection, note)

    def _subject(self, person: Person, about: str) -> Subject | None:
        """Return what a note is about: a story by its id, a link, or the best match of a person; may be nothing."""
        if not about:
            found = [each for each in self.matches(of=person) if each.person]
            return found[0].subject if found else None
        subjects = self.subjects()
        by_word = [each for each in subjects if about in {str(each.story), each.link, each.title}]
        if by_word:
            return by_word[0]
        link = safe_url(about)
        if link is None:
            raise UsageError(f"--about {plain_text(about)} is no story of these days and no web address")
        by_link = [each for each in subjects if each.link == link]
        return by_link[0] if by_link else notes.link_alone(link, self._now)

    def waiting(self) -> tuple[tuple[Note, Person], ...]:
        """Return the notes that were prepared and not said to be sent, each with whom it is for."""
        with self._store.reading() as connection:
            found = [note for note in kept.all_notes(connection) if note.sent_at is None]
            people = people_by_id(connection, [note.person for note in found])
        return tuple((note, people[note.person]) for note in found if note.person in people)

    def sent(self, person: Person, kind: str = "") -> Note:
        """Remember that the author sent the latest note that waits for somebody; it counts as a touch.

        Raises ``UsageError`` where none waits.
        """
        mine = [note for note, each in self.waiting() if each.id == person.id and kind in {"", note.kind}]
        if not mine:
            raise UsageError(f"no note waits for {person.name}: prepare one first")
        with self._store.writing() as connection:
            kept.mark_sent(connection, mine[0], safe_url(mine[0].about), self._now)
        return mine[0]

    def mailto(self, people: Sequence[Person], note: Note) -> str:
        """Return the link that opens a mail program with a note in it."""
        return notes.mailto([each.emails[0] for each in people if each.emails], note.subject, note.text)

    def draft(self, people: Sequence[Person], note: Note) -> bytes:
        """Return a note as a draft for a mail program."""
        return notes.draft(people, self._settings.send.sender, note.subject, note.text)

    # -- introductions

    def introductions(self, most: int = 10) -> tuple[Introduction, ...]:
        """Return who would profit from whom; not whom the author introduced already."""
        from pipeline.connect.introduce import introductions

        with self._store.reading() as connection:
            people, organisations = known.people_in(connection), known.organisations_in(connection)
            done = {(note.person, note.about) for note in kept.all_notes(connection) if note.kind == notes.INTRODUCE}
        by_name = {person.name: person.id for person in people}
        had = {frozenset({person, by_name[name]}) for person, name in done if name in by_name}
        return introductions(people, organisations, had, most)
