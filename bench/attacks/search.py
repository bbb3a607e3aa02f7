"""The two searches that a site may have, used as a reader would, until every post was found."""

from dataclasses import dataclass

PATIENCE = 15_000
"""Milliseconds: the first word waits for the index."""
HAS = """([results, word]) => document.querySelector(`${results} mark`)?.textContent.toLowerCase() === word"""

PATHS = "(links) => links.map((link) => link.pathname)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Where a search is asked, and where it answers: as selectors."""

    field: str
    results: str


SEARCHES = {
    "pagefind": Search(field=".byline-search input", results=".byline-search ol"),
    "material": Search(field="[data-md-component=search-query]", results=".md-search-result__list"),
}


def searched(watch, base, name, words):
    """Ask the search ``name`` of the site at ``base`` for each of ``words``. Return the paths that it leads to."""
    search, page, found = SEARCHES[name], watch.page, set()
    page.goto(f"{base}/")
    page.keyboard.press("/")
    for word in words:
        page.locator(search.field).fill(word)
        page.keyboard.press("End")  # which Material waits for
        page.wait_for_function(HAS, arg=[search.results, word.lower()], timeout=PATIENCE)
        found.update(page.locator(f"{search.results} a").evaluate_all(PATHS))
        watch.touch(within=search.results)
    return found
