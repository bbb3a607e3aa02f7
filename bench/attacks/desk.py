"""The author at the desk: every page of it with stories and drafts of attacks on it, in a browser that is watched."""

import threading
from contextlib import contextmanager

from attacks.author import NOW
from pipeline.desk import Keys, address, guarded
from pipeline.desk.server import listening, server_of

OWN = "button, input, select, textarea, summary, label"
"""What no attack may bring along, and what does something when it is pressed."""
SHOWN = (
    """() => [...document.querySelectorAll("iframe")].every((frame) => frame.contentDocument?.body.innerText.trim())"""
)


SPLIT = """() => [...document.querySelectorAll("[data-do=split]")].slice(0, 8).forEach((button) => {
    button.click();
    watch.touch(document.getElementById("parts"));
    document.getElementById("splitting").close();
})"""


@contextmanager
def at_the_desk(app):
    """Serve the desk; yield the address by which the author comes in."""
    bound, keys = listening(0), Keys.new()
    port = bound.getsockname()[1]
    server = server_of(guarded(app, lambda: NOW, keys, port))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
    thread.start()
    try:
        yield f"{address(port, keys)}&then=/"
    finally:
        server.should_exit = True
        thread.join(10)
        bound.close()


def triage(watch, start):
    """Look at all stories and at trends, tell two as one, and ask what could be told apart. Return their number."""
    page = watch.page
    page.goto(start)
    cards = page.locator(".card")
    count = cards.count()
    watch.touch(spared=OWN)
    for number in (0, 1):
        cards.nth(number).locator("[data-do=merge]").click()
    page.locator("#status", has_text="Told as one").wait_for()
    page.evaluate(SPLIT)
    look(watch, start, "trends")
    return count


def look(watch, start, name):
    """Look at a page of the desk by its name."""
    watch.page.goto(start.partition("?")[0] + name)
    watch.touch(spared=OWN)


def write(watch, start, drafts):
    """Open each draft as it is written on, with all its previews."""
    page = watch.page
    for path in drafts:
        page.goto(f"{start.partition('?')[0]}write/{path.stem}")
        page.locator("#tab-all").click()
        page.wait_for_function(SHOWN)
        page.locator(".source").first.wait_for()
        watch.touch(spared=OWN)
