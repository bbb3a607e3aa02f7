"""A browser in which it is seen what runs, what would if it was touched, and what is asked of whom; place by place."""

from collections import defaultdict
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import sync_playwright

from attacks.author import batched
from attacks.served import SHEET
from audit import tools
from audit.browser import QUIET

SCRIPT = Path(__file__).with_name("watch.js")
AT_ONCE = 40
SETTLE, PATIENCE, IMPATIENCE = 60, 20_000, 3000
"""Milliseconds: in the first, what a document tries is told; after the others, no document is waited for: the second is
for ours, the third for those that may do as they like."""
TOGETHER = "--disable-features=IsolateSandboxedIframes"
"""Many small documents do not need a process for each."""
OWN = "[data-byline], [data-byline] *"
"""What opens the search of a page, or turns it dark."""
BESIDE = ("data:", "blob:", "about:", "chrome-error:")
BLOCKED = ("Content Security Policy", "Blocked script execution", "TrustedHTML", "TrustedScript")

TOUCH = "([within, spared]) => watch.touch(document.querySelector(within), spared)"
LOOK_INTO_FRAMES = "() => document.querySelectorAll('iframe').forEach((frame) => watch.left(frame.contentDocument))"


class Watch:
    """A page of a browser of its own. ``own`` are the addresses below which anything may be asked for.

    What is ``seen``, where and what, stands by the ``place`` that is looked at and by its kind: what ``ran`` by itself,
    what did when it was ``clicked``, what is ``left`` that would, what a policy ``reported``, and ``requests`` to
    anybody else. What is ``late`` was not looked at.
    """

    def __init__(self, browser, *own):
        self.own = tuple(f"{address.rstrip('/')}/" for address in own)
        self.place, self.seen, self.late = "", defaultdict(list), []
        context = browser.new_context(viewport={"width": 1280, "height": 900}, service_workers="block")
        context.add_init_script(path=SCRIPT)
        context.on("request", self._asked)
        context.on("dialog", self._opened)
        self.page = context.new_page()

    def saw(self, kind, at, what):
        self.seen[self.place, kind].append((at, what))

    def hear(self):
        """Listen to what the browser itself says was blocked: in frames without scripts, nobody else can tell."""
        self.page.on("console", self._blocked)

    def _asked(self, request):
        if not request.url.startswith((*self.own, *BESIDE)):
            self.saw("requests", self.page.url, request.url)

    def _opened(self, dialog):
        self.saw("ran", self.page.url, f"{dialog.type} {dialog.message}")
        dialog.dismiss()

    def _blocked(self, message):
        if any(words in message.text for words in BLOCKED):
            self.saw("reported", message.location.get("url", ""), message.text)

    def _take(self, told):
        for kind, at, what in told:
            self.saw(kind, at, what)

    def touch(self, within="html", spared=""):
        """Do to all ``within`` the page what people do, but for what is ``spared``; frames are only looked at."""
        self.page.evaluate(TOUCH, [within, spared])
        self.page.evaluate(LOOK_INTO_FRAMES)
        self.page.wait_for_timeout(SETTLE)
        self._take(self.page.evaluate("() => watch.taken()"))

    def sheets(self, base, paths, sandbox="", at_once=AT_ONCE):
        """Open the documents at ``paths`` of ``base``, and touch all that is in them. Return the headings of each."""
        headings = {}
        for some in batched(paths, at_once):
            self.page.goto(base + SHEET)
            given = {"paths": some, "sandbox": sandbox, "spared": OWN, "settle": SETTLE}
            given["patience"] = IMPATIENCE if sandbox else PATIENCE
            answer = self.page.evaluate("given => watch.sheet(given)", given)
            self._take(answer["told"])
            self.late += answer["late"]
            headings |= dict(zip(some, answer["headings"], strict=True))
        return headings


@contextmanager
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=tools.chromium(), args=[*QUIET, TOGETHER])
        yield browser
        browser.close()
