"""Pages in a real browser: what they ask for and leave behind, and what axe-core says of them."""

from __future__ import annotations

import itertools
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from audit import tools
from audit.budget import Request, Visit
from audit.report import MissingError, Row, counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

QUIET = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking".split()
QUIET += ["--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"]
SIZES = {"phone": (390, 844), "desktop": (1280, 900)}
SCHEMES = ("light", "dark")
SETTLED = 400
"""Milliseconds after which a page that loaded has asked for all it will ask for untouched."""
LEFT_BEHIND = """() => ({
    cookie: document.cookie, kept: Object.keys(localStorage), session: Object.keys(sessionStorage),
    own: [...document.querySelectorAll('main img, article img')].map(image => image.currentSrc || image.src)
})"""
PATIENCE = 3000
"""Milliseconds that a reader waits for the search to open."""
OPENERS = """label[for=__search], [aria-controls*=search], [popovertarget*=search], [commandfor*=search],
button[aria-label*=search i], summary[aria-label*=search i], a[href*=search], button:has-text("Search")"""
FIELDS = "input[type=search], [role=search] input[type=text], input[role=combobox], input[name=query], input[name=q]"


@contextmanager
def chromium() -> Iterator[Any]:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        raise MissingError("the Python package playwright", "pip install playwright (or make audit)") from None
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=tools.chromium(), args=QUIET)
        yield browser
        browser.close()


def visits(urls: Sequence[str]) -> tuple[Visit, ...]:
    """Open each page in a fresh browser, touch nothing, and tell what happened."""
    with chromium() as browser:
        return tuple(_visit(browser, url) for url in urls)


def _visit(browser: Any, url: str) -> Visit:
    context = browser.new_context(viewport={"width": 390, "height": 844}, service_workers="block")
    page = context.new_page()
    asked: list[Any] = []
    errors: list[str] = []
    context.on("request", lambda request: asked.append(request))  # noqa: PLW0108  Playwright marks what it is given
    page.on("pageerror", lambda error: errors.append(f"script: {error}"))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.goto(url, wait_until="load")
    page.wait_for_timeout(SETTLED)
    told = page.evaluate(LEFT_BEHIND)
    own = set(told["own"])
    cookies = {cookie["name"] for cookie in context.cookies()} | set(filter(None, [told["cookie"]]))
    requests = tuple(
        Request(url=request.url, kind=request.resource_type, size=_size(request), own=request.url in own)
        for request in asked
        if not request.url.startswith(("data:", "blob:"))
    )
    context.close()
    kept, session = tuple(told["kept"]), tuple(told["session"])
    return Visit(
        url=url, requests=requests, cookies=tuple(sorted(cookies)), stored=kept, session=session, errors=tuple(errors)
    )


def _size(request: Any) -> int:
    """Return the bytes of an answer, headers and all, as they were transferred."""
    if request.failure or not request.response():
        return 0
    sizes = request.sizes()
    return int(sizes["responseHeadersSize"] + sizes["responseBodySize"])


def axe(pages: Mapping[str, str], word: str) -> Row:
    """Return what axe-core's default rules find on each page, in light and dark, small and large; and in the search."""
    script = tools.of_npm("axe-core/axe.min.js").read_text(encoding="utf-8")
    found = Found()
    with chromium() as browser:
        for scheme, (size, (width, height)) in itertools.product(SCHEMES, SIZES.items()):
            context = browser.new_context(
                color_scheme=scheme, viewport={"width": width, "height": height}, reduced_motion="reduce"
            )
            page = context.new_page()
            for name, url in pages.items():
                page.goto(url, wait_until="load")
                _judge(page, script, f"{name} ({size}, {scheme})", found)
            page.goto(pages["home"], wait_until="load")
            where = f"search ({size}, {scheme})"
            if wrong := _search(page, word):
                found.broken.setdefault(wrong, []).append(where)
            else:
                _judge(page, script, where, found)
            context.close()
    faults = [f"{what}; in {len(where)}: {', '.join(where)}" for what, where in found.broken.items()]
    notes = [f"axe cannot decide {rule} at {count} places" for rule, count in found.unsure.items()]
    return counted("axe-core", "violations", faults, notes, seen=f"{found.states} states")


@dataclass
class Found:
    """What axe-core said so far: each violation with the states of pages that have it, and what it left to eyes."""

    states: int = 0
    broken: dict[str, list[str]] = field(default_factory=dict)
    unsure: Counter[str] = field(default_factory=Counter)


def _judge(page: Any, script: str, where: str, found: Found) -> None:
    page.evaluate(script)
    result = page.evaluate("() => axe.run(document, {resultTypes: ['violations', 'incomplete']})")
    found.states += 1
    found.unsure.update({rule["id"]: len(rule["nodes"]) for rule in result["incomplete"]})
    for rule in result["violations"]:
        for node in rule["nodes"]:
            why = " ".join((node.get("failureSummary") or "").split())
            what = f"{rule['id']} ({rule['impact']}) at {' '.join(map(str, node['target']))}: {why}"
            found.broken.setdefault(what, []).append(where)


def _search(page: Any, word: str) -> str:
    """Use the search as a reader would; return why it could not be used."""
    from playwright.sync_api import Error

    openers, fields = page.locator(OPENERS).locator("visible=true"), page.locator(FIELDS)
    if not fields.count() and not page.locator(OPENERS).count():
        return "the page has no search (no input[type=search], no role=search, nothing that opens one)"
    try:
        try:
            fields.first.click(timeout=PATIENCE)  # where it is in sight
        except Error:
            openers.first.click(timeout=PATIENCE)
        page.wait_for_timeout(SETTLED)
        before = page.locator("a:visible").count()
        visible = fields.locator("visible=true").first
        visible.focus(timeout=PATIENCE)
        visible.press_sequentially(word, delay=30, timeout=PATIENCE)
    except Error as error:
        return f"the search cannot be used: {str(error).splitlines()[0]}"
    return _answered(page, word, before)


def _answered(page: Any, word: str, before: int) -> str:
    """Wait for links to come up, as the index is fetched and read at the first word; say if none does."""
    for _ in range(12):
        page.wait_for_timeout(SETTLED)
        if page.locator("a:visible").count() > before:
            return ""
    return f"the search was asked for {word!r}, a word of a title, and shows no result"
