"""Scripts of attackers: a browser would tell if one ran, and none does, from the feed to every place that shows it."""

import shutil
from collections import defaultdict

import pytest

from attacks.author import Author
from attacks.collected import XSS, inputs
from attacks.desk import at_the_desk, write
from attacks.outcome import CONTROL, Outcome, complaints, figures, is_well
from attacks.served import carelessly_read, served
from attacks.trial import SANDBOX, Trial, peaceful, tried
from attacks.watch import Watch, chromium

TRIED, OWN_POSTS = 150, 10
"""So many attacks are tried here, and so many get a post of their own; bench/xss takes all."""

pytestmark = pytest.mark.skipif(not shutil.which("chromium"), reason="no chromium on this machine")

LOADED, TOUCHED = {"ran", "reported"}, {"clicked", "left", "reported"}
SEEN = {
    "<script>alert(1)</script>": LOADED,
    "<img src=data:x onerror=confirm(1)>": LOADED | TOUCHED,
    "<svg onload=prompt(1)>": LOADED | TOUCHED,
    "<iframe srcdoc='<script>print()</script>'></iframe>": LOADED,
    "<a href='javascript:alert(1)'>x</a>": TOUCHED,
    "<a href=' java\nscript:alert(1)' target=_blank>x</a>": TOUCHED,
    "<svg><a xlink:href='javascript:alert(1)'><text y=20>x</text></a></svg>": TOUCHED,
    "<form><button formaction='javascript:alert(1)'>x</button></form>": TOUCHED,
    "<b onpointerenter=alert(1)>x</b>": TOUCHED,
    "<input onfocus=alert(1)>": TOUCHED,
    "<script>let quiet = 1</script>": {"reported"},
    "<script src=/-/missed.js></script>": {"reported"},
    "<img src=//evil.example/x.png><img src=missed.png>": set(),
    "<p>onclick=alert(1) <a href=https://a.example/>&lt;script>alert(1)&lt;/script></a>": set(),
}
ASKED = {"http://evil.example/x.png", "/-/missed.js", "/-/page/missed.png"}


@pytest.mark.parametrize("sandbox", ["", SANDBOX], ids=["open", "in a sandbox"])
def test_what_runs_would_be_seen(sandbox, monkeypatch):
    """On a machine with much else to do, the browser tells it late: then it is waited for longer."""
    for patience in (600, 6000):
        monkeypatch.setattr("attacks.watch.SETTLE", patience)
        kinds, asked, headings = seen_of(sandbox)
        if (kinds, asked) == (SEEN, ASKED):
            break
    assert kinds == SEEN
    assert asked == ASKED
    assert headings == [[str(number)] for number in range(len(SEEN))]


def seen_of(sandbox):
    """What the watch sees of each page, what of requests, and the headings of the pages."""
    with served("") as server, chromium() as browser:
        paths = server.add("page", {f"{number}": f"<h1>{number}</h1>{markup}" for number, markup in enumerate(SEEN)})
        trial = Trial(None, server, Watch(browser, server.address))
        with trial.at(CONTROL):
            headings = trial.watch.sheets(server.address, paths, sandbox)
    kinds = defaultdict(set)
    for (_, kind), found in trial.watch.seen.items():
        for at, _ in found:
            kinds[at].add(kind)
    by_markup = {markup: kinds[path] - {"requests"} for path, markup in zip(paths, SEEN, strict=True)}
    return by_markup, {what for _, what in trial.watch.seen[CONTROL, "requests"]}, list(headings.values())


def test_what_a_frame_without_scripts_holds_would_be_seen(site, open_app):
    app = open_app(site)
    draft = site / "content/drafts/2026-11-23-mine.md"
    draft.parent.mkdir()
    take = "## [A](https://a.example/)\n\n<img src=x onerror=alert(1)>\n"  # the author's own, which the site shows
    draft.write_text(f"---\ndate: 2026-11-23\ntitle: T\n---\n{take}", encoding="utf-8")
    with chromium() as browser, at_the_desk(app) as start:
        watch = Watch(browser, start.partition("?")[0])
        watch.hear()
        watch.page.goto(start)
        write(watch, start, [draft])
    assert {kind for _, kind in watch.seen} == {"left", "reported"}


class Careless(Author):
    """An author whose own templates escape nothing."""

    def __init__(self, place):
        super().__init__(place)
        for template in (place / "overrides").rglob("*.html"):
            text = template.read_text(encoding="utf-8").replace(" | e }}", " }}")
            template.write_text(
                text.replace("{{ source.publisher }}", "{{ source.publisher | safe }}"), encoding="utf-8"
            )


def test_what_templates_let_through_would_be_seen_in_site_and_letter():
    attacks = ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>"]
    outcome = tried(attacks, peaceful(["pagefind"]), 0, ["pagefind"], Careless)
    found = figures([outcome])
    assert found["control_ran"] == len(attacks)
    assert found["ran"]["site"]
    assert found["ran"]["letter"]
    assert found["reported"]
    assert found["requests"]
    assert not is_well(found)
    assert [said for said in complaints([outcome]) if said.startswith("ran       letter: /-/letter/0: alert")]


def test_a_feed_that_does_not_end_what_it_begins_would_be_seen(tmp_path):
    item = "<item><title>a</title><link>https://a.example/</link><description>&lt;!-- b</description></item>"
    (tmp_path / "feed.xml").write_text(f"<rss><channel>{item}</channel></rss>")
    (tmp_path / "atom.xml").write_text("<feed/>")
    (tmp_path / "feed.json").write_text('{"items": []}')
    with served("") as server, chromium() as browser:
        pages = carelessly_read(tmp_path)
        headings = Watch(browser, server.address).sheets(server.address, server.add("reader", pages))
    assert (list(pages), list(headings.values())) == (["rss-0"], [[]])


def test_a_figure_that_must_be_none_says_so():
    good = {(CONTROL, "ran"): [("/-/control/0", "alert")]}
    assert is_well(figures([Outcome(attacks=1, seen=good, lost=[], seconds={})]))
    assert not is_well(figures([Outcome(attacks=1, seen={}, lost=[], seconds={})]))
    assert not is_well(figures([Outcome(attacks=1, seen=good, lost=["a post"], seconds={})]))
    for kind in ("ran", "clicked", "left", "reported", "requests"):
        assert not is_well(
            figures([Outcome(attacks=1, seen=good | {("desk", kind): [("/", "x")]}, lost=[], seconds={})])
        )


def test_no_attack_runs_anywhere(corpora):
    every = [attack for _, attack in inputs(corpora / "hostile", *XSS)]
    some = [every[place * len(every) // TRIED] for place in range(TRIED)]
    outcome = tried(some, peaceful(["pagefind"]), OWN_POSTS, ["pagefind"])
    assert list(complaints([outcome])) == []
    found = figures([outcome])
    assert is_well(found)
    assert found["control_ran"] > TRIED / 3
