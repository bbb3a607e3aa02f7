"""Attacks to feeds that carry them in every field, each in two ways: as the text that it is, and as markup.

A text is the worse of the two where a page does not escape it; markup is where one trusts what a feed calls HTML. The
attacks lie days apart, so that each is a story of its own; both ways of the same attack may be told as one.
"""

from datetime import timedelta
from email.utils import format_datetime
from html import escape

FIELDS = ("title", "link", "author", "summary", "content")
WAYS = ("text", "markup")
SURGES = tuple(f"surge-{number}.xml" for number in range(3))
"""Feeds that say the same words at once, so that trends are seen in their headlines."""
HEADLINES = 20
"""So many headlines of each of these, two for a trend: of six, three are shown."""
APART = timedelta(days=5)
WEEKS = 8


def documents(attacks, now):
    """Return the feeds that carry ``attacks``, by the names of their files; ids are a way and an attack's place."""
    dated = [(place, attack, now - timedelta(weeks=WEEKS) - place * APART) for place, attack in enumerate(attacks)]
    surges = {name: _rss(_surge(attacks, number, now)) for number, name in enumerate(SURGES)}
    carried = _atom(_text(*each) for each in dated), _rss(_markup(*each) for each in dated)
    return {f"{way}.xml": feed for way, feed in zip(WAYS, carried, strict=True)} | surges


def subscriptions(attacks):
    """Return a list of feeds as another reader would export it, each called by an attack."""
    lines = (
        f'<outline type="rss" text="{_xml(attack)}" xmlUrl="https://feed-{place}.example/feed.xml"/>'
        for place, attack in enumerate(attacks)
    )
    return f'<opml version="2.0"><body>{"".join(lines)}</body></opml>'.encode()


def _xml(text):
    """Return ``text`` as it stands in XML, without what has no place there."""
    return escape("".join(mark for mark in text if mark.isprintable() or mark in "\t\n\r"))


def _atom(entries):
    names = 'xmlns="http://www.w3.org/2005/Atom"'
    return f"<feed {names}><title>Text</title>{''.join(entries)}</feed>".encode()


def _text(place, attack, when):
    """Return an entry in which an attack is text, whatever it looks like, and as it is the address that it leads to."""
    shown = _xml(escape(attack))
    fields = f'<title type="html">{shown}</title><author><name>{shown}</name></author><summary type="html">{shown}'
    told = f'</summary><content type="html">{shown} &lt;p&gt;It says: {shown} and more.&lt;/p&gt;</content>'
    known = f'<id>text-{place}</id><updated>{when.isoformat()}</updated><link href="{_xml(attack)}"/>'
    return f"<entry>{known}{fields}{told}</entry>"


def _rss(items):
    names = 'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    return f'<rss version="2.0" {names}><channel><title>Markup</title>{"".join(items)}</channel></rss>'.encode()


def _markup(place, attack, when):
    """Return an item in which an attack is what it wants to be, and the end of an address."""
    shown = _xml(attack)
    return _item(f"markup-{place}", shown, f"https://news.example/{place}?q={shown}", when + timedelta(hours=1))


def _item(uid, shown, link, when):
    return (
        f'<item><guid isPermaLink="false">{uid}</guid><pubDate>{format_datetime(when)}</pubDate><title>{shown}</title>'
        f"<link>{link}</link><source url='https://a.example/'>{shown}</source><dc:creator>{shown}</dc:creator>"
        f"<description>{shown}</description><content:encoded>{shown}</content:encoded></item>"
    )


def _surge(attacks, feed, now):
    """Yield the headlines of a feed: a quiet one each week, and in the last days many that say the same words."""
    home = f"https://surge-{feed}.example"
    for week in range(1, WEEKS):
        yield _item(f"quiet-{week}", "Quiet", f"{home}/{week}", now - timedelta(weeks=week, hours=feed + 1))
    for number in range(HEADLINES):
        attack = attacks[(number * len(SURGES) + feed) % len(attacks)]
        shown = f"Surge{number % (HEADLINES // 2)} {_xml(escape(attack))}"
        yield _item(f"surge-{number}", shown, f"{home}/s{number}", now - timedelta(hours=number * 3 + feed + 2))
