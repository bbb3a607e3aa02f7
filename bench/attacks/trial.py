"""Some attacks on their whole way: from the feeds that carry them to every place that shows them."""

import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from attacks.author import Author, batched, gathering
from attacks.desk import at_the_desk, look, triage, write
from attacks.outcome import CONTROL, Outcome
from attacks.search import SEARCHES, searched
from attacks.served import OURS, carelessly_read, policy, served, unprotected
from attacks.watch import AT_ONCE, Watch, chromium
from pipeline import post as posts

SANDBOX = "allow-scripts allow-forms allow-same-origin"
"""What is not protected may run, addresses that are scripts too, but may not lead away the page that counts."""
MATERIALS_OWN = "/sitemap.xml"
"""What Material's scripts look for beside each page."""
TOGETHER = 20
"""So many letters are opened as one document."""
AT_THE_DESK = 40
"""One of so many posts is written on at the desk, beside all editions."""
FRAMED_AGAIN, FEW = 40, 5
"""One of so many pages is opened as another search frames it, and few at once, as Material's are heavy."""


def peaceful(searches=tuple(SEARCHES)):
    """Return the policy of a site of an author whom nobody attacks: the scripts in its pages are its own."""
    with tempfile.TemporaryDirectory(prefix="byline-peace-") as scratch:
        author = Author(Path(scratch, "site"))
        sites = (author.publish(search) for search in searches)
        return policy([page.read_text(encoding="utf-8") for site in sites for page in site.rglob("*.html")])


def tried(attacks, rules, own_posts=None, searches=tuple(SEARCHES), author_of=Author):
    """Let ``attacks`` go their whole way, and return what was seen.

    The first ``own_posts`` of them, or all, get a post of their own; in an edition stands each.
    """
    with tempfile.TemporaryDirectory(prefix="byline-xss-") as scratch, served(rules) as server:
        author = author_of(Path(scratch, "site"))
        author.subscribe(attacks, f"{server.address}{OURS}feeds/")
        server.add("feeds", author.documents)
        author.pull()  # before there is a browser, which has a loop of its own
        with chromium() as browser, at_the_desk(author.app) as start:
            trial = Trial(author, server, Watch(browser, server.address, start.partition("?")[0]))
            own, editions = trial.desk(start, range(len(attacks))[:own_posts])
            trial.letters([*own, *editions])
            trial.site(searches[0], own)
            trial.feeds()
            for search in searches[1:]:
                trial.site(search, own, is_sample=True)
        with chromium() as browser:
            control = Trial(author, server, Watch(browser, server.address))
            control.unprotected(attacks)
        author.app.close()
    return Outcome(
        attacks=len(attacks),
        seen=dict(trial.watch.seen) | dict(control.watch.seen),
        lost=[*trial.lost, *(f"{path} was never done" for path in trial.watch.late)],
        seconds=trial.seconds | control.seconds,
    )


class Trial:
    """The places that show what ``author`` makes, as ``server`` serves it, looked at by ``watch``.

    ``lost`` names what did not arrive where it should: what is not there, harms nobody.
    """

    def __init__(self, author, server, watch):
        self.author, self.server, self.watch = author, server, watch
        self.lost, self.seconds = [], {}

    @contextmanager
    def at(self, place, phase=""):
        """Look at a place; who asks the server for what is not there was led to it by what is shown."""
        self.watch.place, began = place, time.perf_counter()
        self.server.missed.clear()
        yield
        for path in self.server.missed:
            if not path.endswith(MATERIALS_OWN):
                self.watch.saw("requests", place, path)
        self.seconds[phase or place] = time.perf_counter() - began

    def arrive(self, what, found, expected):
        if found != expected:
            self.lost.append(f"{what}: {found}, not {expected}")

    def desk(self, start, places):
        """Choose and write at the desk. Return the files of the posts about one attack each, and of the editions."""
        author, watch = self.author, self.watch
        watch.hear()
        with self.at("desk", "desk: stories"):
            many = len(author.app.stories.shortlist())
            self.arrive("stories at the desk", triage(watch, start), many)
        with self.at("desk", "desk: drafts"):
            some = author.draft_posts(places[::AT_THE_DESK])
            look(watch, start, "drafts")
            editions = author.draft_editions()
            write(watch, start, [*some, *editions])
        with self.at("desk", "posts"):
            rest = author.draft_posts([place for place in places if place % AT_THE_DESK])
            return author.finish([*some, *rest], gathering), author.finish(editions)

    def letters(self, files):
        """Open the posts as readers get them by mail, some below each other: what one does not end, the next lacks."""
        with self.at("letter"):
            some = batched(files, TOGETHER)
            pages = {str(number): b"".join(map(self.author.letter, part)) for number, part in enumerate(some)}
            headings = self.watch.sheets(self.server.address, self.server.add("letter", pages))
        for found, part in zip(headings.values(), some, strict=True):
            self.arrive("letters", found, [posts.read(file).title for file in part])

    def site(self, search, files, *, is_sample=False):
        """Build the site with this search, open its pages or a sample of them, and find the posts in ``files``."""
        base = self.server.address
        with self.at("site", f"site with {search}, built"):
            self.server.folder = self.author.publish(search)
        with self.at("site", f"site with {search}"):
            pages = self._pages()[::FRAMED_AGAIN] if is_sample else self._pages()
            headings = self.watch.sheets(base, pages, at_once=FEW if is_sample else AT_ONCE)
        own = {f"/posts/{quote(file.stem)}/": posts.read(file).title for file in files}
        for path in own.keys() & headings.keys() if is_sample else own:
            self.arrive(path, headings.get(path), [own[path]])
        with self.at("search", f"search by {search}"):
            words = dict.fromkeys(gathering(number) for number in range(len(files)))
            self.arrive(f"not found by {search}", own.keys() - searched(self.watch, base, search, words), set())

    def feeds(self):
        """Show what the site's feeds hold as a reader that trusts them."""
        with self.at("feeds"):
            pages = carelessly_read(self.server.folder)
            paths = self.server.add("reader", pages)
            self.arrive(
                "feeds", list(self.watch.sheets(self.server.address, paths).values()), [[name] for name in pages]
            )

    def _pages(self):
        folder = self.server.folder
        found = (file.parent.relative_to(folder).as_posix() for file in sorted(folder.rglob("index.html")))
        return [quote(f"/{path}/" if path != "." else "/") for path in found]

    def unprotected(self, attacks):
        """Open a page for each attack that nothing protects: what runs there would be seen to run anywhere."""
        with self.at(CONTROL):
            paths = self.server.add(
                CONTROL, {str(number): unprotected(attack) for number, attack in enumerate(attacks)}
            )
            self.watch.sheets(self.server.address, paths, SANDBOX)
