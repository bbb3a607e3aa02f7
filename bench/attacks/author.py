"""An author who takes up every attack: pulls, selects, drafts, puts in words of her own, publishes and makes letters.

What comes in are attacks; what goes out are the files that readers get. Nothing here knows of browsers.
"""

import contextlib
import io
from datetime import UTC, date, datetime

from attacks import feeds
from pipeline import post as posts
from pipeline import yamltext
from pipeline.app import App
from pipeline.cli import run
from pipeline.model import FeedState, Trend
from pipeline.publish import publish
from pipeline.settings import load
from pipeline.write import write

NOW = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
WIDE = {
    "BYLINE_SELECT_DAYS": "3650",
    "BYLINE_SELECT_SHORTLIST": "100000",
    "BYLINE_PULL_PAUSE_SECONDS": "0",
    "BYLINE_PUBLISH_FEED_POSTS": "100000",
}
"""Settings by which nothing is left out."""
MOST = 500
"""So many attacks at once: of a feed, a thousand entries are looked at, and of these none that is ten years old."""
TOGETHER = 100
"""So many stories are in one edition."""
GATHERED = 10
"""So many posts have a word in common, by which a search finds just them."""
INITIAL = ("--name", "Ana Ruiz", "--email", "ana@ana-ruiz.example", "--url", "https://ana-ruiz.example/")


class Author:
    """An author with a site in the new folder ``place``."""

    def __init__(self, place):
        with contextlib.redirect_stdout(io.StringIO()):
            assert run(["init", str(place), *INITIAL], environment={}) == 0
        self.place = place
        self.documents, self.urls = {}, []
        self.app = self._opened()

    def _opened(self, **more):
        return App(load(self.place, {**WIDE, **more}), NOW)

    def subscribe(self, attacks, address):
        """Read the feeds at ``address``, which carry ``attacks``, and have others on the list that are called so."""
        self.documents = feeds.documents(attacks, NOW)
        self.urls = [f"{address}{name}" for name in self.documents]
        for url in self.urls:
            self._opened().feeds.add(url, allow_private=True)
        listed = self.place / "subscriptions.opml"
        listed.write_bytes(feeds.subscriptions(attacks))
        self._opened().feeds.import_opml(listed)
        self.app = self._opened()

    def pull(self):
        """Read the feeds and make the shortlist."""
        outcomes = self.app.feeds.pull(lambda _: None, self.urls)
        assert {outcome.state for outcome in outcomes} == {FeedState.READ}, outcomes
        self.app.stories.select()

    def told(self):
        """Return the stories by the entries that they consist of: the way and the place of an attack."""
        return {entry.uid: item for item in self.app.stories.shortlist() for entry in item.story.entries}

    def draft_editions(self):
        """Draft editions that take up each story once. Return their files."""
        stories = {item.story.id: item for item in self.told().values() if item.story.lead.link}
        return [self.app.stories.write(ids) for ids in batched(list(stories), TOGETHER)]

    def draft_posts(self, places):
        """Draft a post about each attack at ``places``, as text where that can be linked to. Return their files.

        Of an attack that is no link in either form no post can be written.
        """
        told, made = self.told(), []
        for place in places:
            found = [told[name] for way in ("text", "markup") if (name := f"{way}-{place}") in told]
            linked = [item for item in found if item.story.lead.link]
            settings = self.app.settings
            if linked:
                made.append(write(linked[:1], self.app.store, settings.content, settings.write, NOW))
        return made

    def finish(self, drafts, word_of=lambda _: "This"):
        """Put words into ``drafts``, with one by which each is found, and make them posts. Return their files.

        Whether a check would let them pass does not matter: what an author puts there is published.
        """
        folder = self.app.settings.content / posts.POSTS
        for number, path in enumerate(drafts):
            words = f"{word_of(number)} is what I make of it."
            text = posts.text_of(path).replace(posts.OPENING, "Welcome.").replace(posts.PROMPT, words)
            _, matter, body = text.split("---\n", 2)
            matter = yamltext.set_value(matter, ("summary",), "What I make of it.")
            (folder / path.name).write_text(posts.without_prompts(f"---\n{matter}---\n{body}"), encoding="utf-8")
            path.unlink()
        return [folder / path.name for path in drafts]

    def letter(self, file):
        """Return the post in ``file`` as a reader gets it by mail."""
        return self.app.letters.sample(self.app.letters.make(file))["html"]

    def publish(self, search):
        """Build the site with this search, and a page of trends in which every headline stands. Return its folder."""
        entries = [entry for item in self.told().values() for entry in item.story.entries]
        settings = self._opened(BYLINE_PUBLISH_SEARCH=search).settings
        return publish(
            settings, today=date.max, trends=[_trend(*some) for some in enumerate(batched(entries, GATHERED))]
        ).folder


def batched(items, count):
    """Return ``items`` in runs of ``count``."""
    return [items[at : at + count] for at in range(0, len(items), count)]


def gathering(number):
    """Return the word that a post has in common with some others."""
    return f"Gather{chr(97 + number // GATHERED // 26)}{chr(97 + number // GATHERED % 26)}x"  # no word is its stem


def _trend(number, entries):
    way = 1.0 if number % 2 else -1.0
    return Trend(term=entries[0].title, counts=(1,) * 8, totals=(9,) * 8, rise=way, examples=tuple(entries))
