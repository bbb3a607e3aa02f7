"""The room ``write``: stories become a draft, a draft that passes the check becomes a post.

It writes Markdown files that the author owns, never over one that is there, and never a word of theirs.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from pipeline import post as posts
from pipeline.errors import PostError, QuietError, UsageError
from pipeline.html import plain_text
from pipeline.post import files
from pipeline.post.approval import approval, with_approval
from pipeline.store import write as kept
from pipeline.write.accept import accepted
from pipeline.write.draft import draft
from pipeline.write.fix import put_right
from pipeline.write.gate import examine, unreadable
from pipeline.write.links import broken_links, dead_links
from pipeline.write.stored import sources_of, suggestions_of
from pipeline.write.wording import words_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from pipeline.model import Approval, Finding, Post, RankedStory, SafeUrl
    from pipeline.settings.sections import WriteSettings
    from pipeline.store import Store
    from pipeline.write.links import Anchors

LAST_POSTS: Final = 20
"""So many posts tell how long those of the author usually are."""


def write(
    stories: Sequence[RankedStory],
    store: Store,
    content: Path,
    settings: WriteSettings,
    now: datetime,
    templates: Path | None = None,
) -> Path:
    """Write the draft of an edition that takes up ``stories``. Return its file, which is a new one.

    ``templates`` is the folder of the author's own, if they have any.
    """
    unlinked = [str(item.story.id) for item in stories if item.story.lead.link is None]
    if unlinked:
        raise UsageError(f"no report of story {', '.join(unlinked)} has a link, so there is nothing to point to")
    if not stories:
        raise QuietError("no story with a link waits on the shortlist: run `byline pull` and `byline select`")
    with store.reading() as connection:
        articles = kept.snapshots_by_link(connection, [link for item in stories if (link := item.story.lead.link)])
    made = draft(stories, articles, now, settings.quote_words, templates)
    path = _free(content / posts.DRAFTS / posts.file_name(made.date, made.title), content)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8", newline="\n") as file:
        file.write(posts.render(made))
    return path


def check(
    path: Path,
    store: Store,
    content: Path,
    settings: WriteSettings,
    *,
    text: str | None = None,
    dead: Mapping[SafeUrl, str] | None = None,
) -> tuple[Finding, ...]:
    """Return what is wrong with the post in ``path``, in the order of its lines; nothing if it may be published.

    With ``text``, it is checked as if it held that. ``dead`` are links to other sites that lead nowhere, and why;
    without it, nobody has tried.
    """
    try:
        post = posts.read(path) if text is None else posts.parse(text, path)
    except PostError as error:
        return unreadable(error)
    stored = sources_of(post, store)
    found = [
        *examine(post, stored, settings.quote_words, _usual(post, content), suggestions_of(store)),
        *broken_links(post, *_content(content)),
        *dead_links(post, dead or {}),
    ]
    judged = accepted(post, found, links_tried=dead is not None)
    return tuple(sorted(judged, key=lambda finding: (finding.line, finding.rule)))


def fix(path: Path, store: Store) -> tuple[str, ...]:
    """Put right what can be in the post in ``path`` without a word of the author's. Return what that was, in words.

    Raises ``ChangedOutsideError`` where the file is changed meanwhile, as whatever here writes into a post does.
    """
    loaded = files.load(path)
    try:
        sources = sources_of(posts.parse(loaded.text, path), store)
    except PostError:  # the check says what is wrong with it
        return ()
    text, done = put_right(loaded.text, sources, suggestions_of(store))
    if loaded.is_mixed or not done:
        return ()
    files.save(path, text, loaded.mark)
    return done


def _content(content: Path) -> tuple[frozenset[PurePosixPath], Anchors]:
    """Return the files of ``content``, and what tells the anchors of each."""

    def anchors(page: PurePosixPath) -> frozenset[str]:
        return posts.anchors((content / page).read_text(encoding="utf-8-sig", errors="replace"))

    files = (PurePosixPath(file.relative_to(content).as_posix()) for file in content.rglob("*") if file.is_file())
    return frozenset(files), anchors


def _usual(post: Post, content: Path) -> list[int]:
    """Return how many words each of the author's last posts of this kind has."""
    known = []
    for path in posts.paths(content)[:LAST_POSTS]:
        with suppress(PostError):  # another check says what is wrong with it
            known.append(posts.read(path))
    return [words_of(other) for other in known if other.kind is post.kind and other.path.name != post.path.name]


def approve(path: Path, by: str, check: Callable[[str], Sequence[Finding]], now: datetime) -> Approval:
    """Note in the post at ``path`` that ``by`` approves its words, if ``check`` finds no error in them."""
    if not by.strip():
        raise UsageError("nobody is named who approves it: use --by NAME, or set site_author in mkdocs.yml")
    loaded = files.load(path)
    errors = [finding for finding in check(loaded.text) if finding.hinders]
    if errors:
        raise UsageError(f"{path.name} has errors ({errors[0].rule}); `byline check {path.stem}` says what is missing")
    text = with_approval(loaded.text, posts.parse(loaded.text, path), plain_text(by), now)
    made = approval(posts.parse(text, path))
    if made is None:
        raise UsageError(f"{path.name} has an `approved` line that no program wrote; take it out and approve it again")
    files.save(path, text, loaded.mark)
    return made


def publish_draft(
    path: Path, store: Store, content: Path, settings: WriteSettings
) -> tuple[Path | None, tuple[Finding, ...]]:
    """Move a draft that passes to content/posts/. Return its new place, or None, and the findings."""
    if path.resolve().parent != (content / posts.DRAFTS).resolve():
        raise UsageError(f"{path} is no draft: only files in {content.name}/{posts.DRAFTS}/ can be published")
    loaded = files.load(path)
    findings = check(path, store, content, settings, text=loaded.text)
    if any(finding.hinders for finding in findings):
        return None, findings
    if settings.approval and approval(posts.parse(loaded.text, path)) is None:
        raise UsageError(f"{path.stem} is not approved as it stands; read it, and then `byline approve` it")
    target = content / posts.POSTS / path.name
    if target.exists():
        raise UsageError(f"{target} is there already: give the draft's file another name")
    target.parent.mkdir(parents=True, exist_ok=True)
    files.move(loaded, posts.without_prompts(loaded.text), target)
    return target, findings


def _free(path: Path, content: Path) -> Path:
    """Return ``path``, or the next like it that neither a draft nor a post has."""
    number = 1
    candidate = path
    while candidate.exists() or (content / posts.POSTS / candidate.name).exists():
        number += 1
        candidate = path.with_stem(f"{path.stem}-{number}")
    return candidate
