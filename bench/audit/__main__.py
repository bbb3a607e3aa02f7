"""Judge a site by tools that others wrote and rules that others published. Exit code 1 where a goal is missed.

    python bench/audit                              this repository's own site, built for the address it is served at
    python bench/audit FOLDER                       another author's folder (one with mkdocs.yml)
    python bench/audit SITE --base URL              a built site, as it is; URL is the address it was built for
    python bench/audit --only links,feeds           only some of the checks

Needs what `make audit` installs, Debian's chromium, nodejs and a Java.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

sys.path[0] = str(Path(__file__).parents[1])
sys.path.insert(1, str(Path(__file__).parents[2]))

from audit import author as authors
from audit import browser, budget, crawlers, facts, feeds, lighthouse, links, markup, samples
from audit.pages import Built
from audit.report import MissingError, Row, skipped, summary, told
from audit.server import served

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass(frozen=True, kw_only=True)
class Audit:
    """What every check may ask for."""

    site: Built
    author: authors.Author | None
    live: str
    now: datetime
    options: argparse.Namespace

    def at(self, url: str) -> str:
        """Return where a page of the site is served now."""
        return self.live + url.removeprefix(self.site.base)

    @cached_property
    def samples(self) -> dict[str, str]:
        return {name: self.at(url) for name, url in samples.chosen(self.site, self.author).items()}

    @cached_property
    def visits(self) -> dict[str, budget.Visit]:
        urls = [self.at(page.url) for page in self.site.pages if not page.moves_to]
        return {visit.url: visit for visit in browser.visits(urls)}

    @cached_property
    def word(self) -> str:
        """A word to search for: the longest of a post's title."""
        titles = " ".join(post.title for post in self.author.posts[-1:]) if self.author else ""
        return max(titles.split(), key=len, default="the")


def of_facts(audit: Audit) -> list[Row]:
    if audit.author is None:
        return [skipped("facts", "a built site comes without the posts to compare it with; give the author's folder")]
    return [facts.check(audit.site, audit.author)]


def of_budget(audit: Audit) -> list[Row]:
    visits = {name: audit.visits[url] for name, url in audit.samples.items() if url in audit.visits}
    print(budget.printed(visits) + "\n")
    return [budget.check(visits, audit.options.budget * 1000)]


def of_lighthouse(audit: Audit) -> list[Row]:
    pages = {name: audit.samples[name] for name in samples.WEIGHED if name in audit.samples}
    rows = lighthouse.check(pages, audit.options.runs)
    lacking = [name for name in samples.WEIGHED if name not in pages]
    return rows + [skipped(f"lighthouse {name}", "the site has no such page", met=False) for name in lacking]


CHECKS: dict[str, Callable[[Audit], list[Row]]] = {
    "links": lambda audit: [links.check(audit.site)],
    "feeds": lambda audit: [feeds.check(audit.site, audit.now)],
    "facts": of_facts,
    "crawlers": lambda audit: crawlers.check(audit.site, audit.now),
    "vnu": lambda audit: [markup.check(audit.site)],
    "requests": lambda audit: budget.quiet(list(audit.visits.values()), audit.live),
    "budget": of_budget,
    "axe": lambda audit: [browser.axe(audit.samples, audit.word)],
    "lighthouse": of_lighthouse,
}


def rows_of(audit: Audit) -> Iterator[Row]:
    """Run the checks that are wanted, one after the other, and tell each as it ends."""
    for name in audit.options.only or CHECKS:
        try:
            rows = CHECKS[name](audit)
        except MissingError as missing:
            rows = [skipped(name, str(missing))]
        for row in rows:
            print(told(row, sys.maxsize if audit.options.all else 20), flush=True)
            yield row


def judged(options: argparse.Namespace, work: Path) -> list[Row]:
    """Build the site if need be, serve it and judge it."""
    folder = options.folder.resolve()
    author = authors.read(folder) if (folder / "mkdocs.yml").is_file() else None
    prefix = "/" + options.path.strip("/") + "/" if options.path.strip("/") else "/"
    with served(work, prefix) as server:
        server.folder = authors.built(folder, server.address, work) if author else folder
        base = server.address if author else options.base.rstrip("/") + "/" if options.base else server.address
        also = (author.address,) if author and author.address else ()
        site = Built(folder=server.folder, base=base, also=also)
        if not site.pages:
            sys.exit(f"There is no page in {site.folder}.")
        now = datetime.now(UTC)
        return list(rows_of(Audit(site=site, author=author, live=server.address, now=now, options=options)))


def wanted(text: str) -> list[str]:
    names = [name.strip() for name in text.split(",")]
    if unknown := set(names) - CHECKS.keys():
        raise argparse.ArgumentTypeError(f"no check {', '.join(sorted(unknown))}; there are {', '.join(CHECKS)}")
    return names


def asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bench/audit", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, nargs="?", default=authors.REPOSITORY)
    parser.add_argument("--base", default="", metavar="URL", help="the address that a built site was built for")
    parser.add_argument("--path", default="/", help="serve below this path, as project pages are (default: /)")
    parser.add_argument("--only", type=wanted, metavar="A,B", help=f"of {', '.join(CHECKS)}")
    parser.add_argument("--allow-missing", action="store_true", help="do not fail where a tool is not installed")
    parser.add_argument("--budget", type=int, default=150, metavar="KB", help="for a page without its own images")
    parser.add_argument("--runs", type=int, default=3, help="of Lighthouse for each page; the median counts")
    parser.add_argument("--all", action="store_true", help="print every fault, not twenty of each check")
    return parser.parse_args()


def main() -> int:
    options = asked()
    with tempfile.TemporaryDirectory(prefix="byline-audit-") as work:
        rows = judged(options, Path(work))
    print("\n" + summary(rows))
    return int(any(row.met is False or (row.met is None and not options.allow_missing) for row in rows))


if __name__ == "__main__":
    sys.exit(main())
