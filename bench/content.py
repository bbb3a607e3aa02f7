#!/usr/bin/env python3
"""Posts to measure with: as many as are wanted, of made-up words, the same for the same seed, in our own post format.

    bench/content.py N FOLDER [--seed SEED]

`write_posts(FOLDER, N)` writes N posts into FOLDER, three a week up to 23 November 2026, and returns their paths, the
oldest first. Half are essays, a quarter link posts with one take, a quarter editions with three to five; they have some
650 words, one to three of twelve topics, and every few of them code in two languages, a table, footnotes, lists, links
to earlier posts, and titles with quotation marks, ampersands and other scripts. Each tells a part of a story that a few
others tell too, with names that stand nowhere else, so that there is something to be found related; and the more posts,
the more words, as in what people write. `with_one_word_changed` gives a text with one word of its body changed.

Words and patterns are in words.yml beside this file. The pipeline is loaded only to write posts: who just imports this
stays small, as what measures memory has to.
"""

import argparse
import hashlib
import random
import re
import sys
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import yaml

SEED = "byline"
LAST_DAY = date(2026, 11, 23)
A_WEEK = 3
WORDS, SPREAD = 650, 150
KINDS = ("essay", "link", "essay", "edition")
EXCERPT_END = "<!-- more -->"
RARER = 0.35
STORY = 5  # posts that tell of one, on average


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What several posts tell of: names that are in no other, and the topic that it belongs to."""

    topic: str
    project: str
    device: str
    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A text to be, with its place among the others."""

    number: int
    kind: str
    earlier: tuple[Path, ...]

    def has(self, every, rest):
        """Whether this post is one of those, in turn, that have a thing."""
        return self.number % every == rest


@cache
def material():
    """All words and patterns; plain lists, whose order is that of the file."""
    return yaml.safe_load(Path(__file__).with_name("words.yml").read_text(encoding="utf-8"))


class Author:
    """Fills patterns with the words of a topic and of a story. All chance in a post is its author's."""

    def __init__(self, chance, story, topics):
        self.chance, self.story, self.topics, self.words = chance, story, topics, material()

    def one_of(self, name):
        return self.fill(self.chance.choice(self.words[name]))

    def fill(self, pattern):
        return with_articles(re.sub(r"\{(\w+)\}", lambda gap: self.word(gap[1]), pattern))

    def word(self, gap):
        """What stands in a gap: `Thing` with a capital, `name` and `Name` as a program names it, `2` for another."""
        lower = gap.casefold().rstrip("2")
        if lower == "name":
            parts = self.of_topic("things").split()
            return "".join(map(str.capitalize, parts)) if gap == "Name" else "_".join(parts)
        if lower in {"project", "device", "person"}:
            return getattr(self.story, lower)
        if lower in {"thing", "things", "act", "aim"}:
            drawn = self.of_topic(lower.rstrip("s") + "s")
            drawn += ("es" if drawn.endswith("s") else "s") * lower.endswith("s")
            return capital(drawn) if gap[0].isupper() else drawn
        return self.of_any_text(lower)

    def of_topic(self, name):
        return self.chance.choice(self.words["topics"][self.chance.choice(self.topics)][name])

    def of_any_text(self, name):
        """A number, or a word of those that stand in texts of any topic."""
        rare = name == "rare" or self.chance.random() < RARER
        match name:
            case "number":
                return str(self.chance.randint(3, 48))
            case "percent":
                return str(self.chance.randint(11, 89))
            case "quality" if rare:
                return rare_quality(self.rank())
            case "place" | "rare" if rare:
                return rare_name(self.rank(), "kinds_of_place")
            case "organisation" if rare:
                return rare_name(self.rank(), "kinds_of_firm")
        return self.chance.choice(self.words["qualities" if name == "quality" else name + "s"])

    def rank(self):
        """The rank of a rarer word: most often a low one, and now and then one that nobody has used before."""
        return int(self.chance.paretovariate(0.2)) % 100_000

    def sentence(self, *, opened=True):
        said = self.one_of("sentences")
        if opened and self.chance.random() < 0.2 and not said.startswith(("I ", "{")):
            known = said.startswith((*self.words["organisations"], self.story.person))
            said = self.chance.choice(self.words["openers"]) + (said if known else said[0].lower() + said[1:])
        if self.chance.random() < RARER:
            said = said.removesuffix(".") + self.one_of("asides") + "."
        return capital(said)

    def paragraph(self, words):
        said = [capital(self.one_of("turns"))] if self.chance.random() < 0.3 else []
        while sum(len(each.split()) for each in said) < words:
            said.append(self.sentence())
        return " ".join(said)

    def paragraphs(self, words):
        """Paragraphs of about so many words in all."""
        written = []
        while words > 20:
            length = min(words, self.chance.randint(45, 95))
            written.append(self.paragraph(length))
            words -= len(written[-1].split())
        return written

    def listing(self):
        mark = self.chance.choice(("-", "1."))
        return "\n".join(f"{mark} {self.sentence(opened=False)}" for _ in range(self.chance.randint(3, 5)))

    def table(self):
        rows = [f"| {self.fill('{Thing}')} | {self.word('number')} | {self.word('percent')} % |" for _ in range(5)]
        return "\n".join([f"| What | {self.word('place')} | Share |", "|---|---|---|", *rows])

    def code(self, language):
        return f"```{language}\n{self.one_block(language)}```"

    def one_block(self, language):
        """A block of code in which each name is the same at all its places."""
        gaps = dict.fromkeys(re.findall(r"\{(\w+)\}", self.words[language]))
        drawn = {gap: self.word(gap) for gap in gaps}
        return with_articles(re.sub(r"\{(\w+)\}", lambda gap: drawn[gap[1]], self.words[language]))

    def source(self, day):
        from pipeline.html import plain_text, safe_url, slug
        from pipeline.model import Source

        headline = capital(self.one_of("headlines"))
        publisher = self.chance.choice(self.words["publishers"])
        published = day - timedelta(days=self.chance.randint(1, 6))
        host = slug(publisher)
        return Source(
            url=safe_url(f"https://{host}.example/{published:%Y/%m}/{slug(headline)}"),
            title=plain_text(headline),
            publisher=plain_text(publisher),
            published=published,
            accessed=day,
            snapshot="sha256:" + hashlib.sha256(headline.encode()).hexdigest(),
        )

    def title(self, number):
        patterns = "marked_titles" if number % 8 == 5 else "foreign_titles" if number % 25 == 11 else "titles"
        return capital(self.one_of(patterns))


def with_articles(text):
    """Write an for a where English wants it."""
    return re.sub(r"\b([Aa]) (?=[aeio]|un(?!i)|ho(?:nest|ur))", r"\1n ", text)


def capital(text):
    return text[0].upper() + text[1:]


@cache
def rare_quality(rank):
    chance, words = random.Random(f"quality {rank}"), material()
    return "".join(chance.choice(words[part]) for part in ("beginnings", "stems", "ends"))


@cache
def rare_name(rank, kinds):
    chance = random.Random(f"{kinds} {rank}")
    return f"{made_up(chance, 3)} {chance.choice(material()[kinds])}".strip()


def made_up(chance, syllables):
    return "".join(chance.choice(material()["syllables"]) for _ in range(syllables)).capitalize()


def told(chance):
    """A story of a topic, with names of its own."""
    family = made_up(chance, chance.randint(2, 3))
    return Story(
        topic=chance.choice(list(material()["topics"])),
        project=f"{made_up(chance, 3)} {chance.choice(('Basin', 'Link', 'Quay', 'Pilot', 'Yard'))}",
        device=f"{made_up(chance, 2)}-{chance.randint(2, 90)}",
        person=f"{chance.choice(material()['first_names'])} {family}",
    )


# -- bodies


def body_of(author, written, sources):
    words = max(300, round(author.chance.gauss(WORDS, SPREAD)))
    parts = [author.paragraph(40), EXCERPT_END]
    if sources:
        parts += takes(author, sources, words - 130)
    else:
        parts += sections(author, words - 40)
    parts[2:2] = extras(author, written) if sources else []
    if not sources:
        place = 3 + author.chance.randrange(2)  # within the first section
        parts[place:place] = extras(author, written)
    if sources:
        parts += [f"## {author.chance.choice(author.words['closings'])}", author.paragraph(60)]
    if written.has(7, 6):
        parts[0] += "[^1]"
        parts.append(f"[^1]: {capital(author.one_of('footnotes'))}")
    return "\n\n".join(parts) + "\n"


def sections(author, words):
    many = author.chance.randint(3, 5)
    headings = author.chance.sample(author.words["sections"], many)
    parts = []
    for heading in headings:
        parts += [f"## {author.fill(heading)}", *author.paragraphs(words // many)]
        if author.chance.random() < 0.25:
            parts.append(author.listing())
    return parts


def takes(author, sources, words):
    parts = []
    for source in sources:
        quotation = capital(author.one_of("quotations"))
        parts += [f"## [{source.title}]({source.url})", f"> {quotation}"]
        parts += author.paragraphs(max(60, words // len(sources) - len(quotation.split())))
        if author.chance.random() < 0.2:
            parts.append(author.listing())
    return parts


def extras(author, written):
    """What only some posts have."""
    if written.has(4, 3):
        chosen = author.chance.sample(written.earlier[-60:], min(2, len(written.earlier)))
        links = " and ".join(f"[{author.fill('the {thing}')}]({path.name})" for path in chosen)
        yield f"I have written about {links} before."
    if written.has(3, 2):
        yield f"This is how I count it:\n\n{author.code('python')}"
        yield f"And this is what I ask for:\n\n{author.code('yaml')}"
    if written.has(5, 4):
        yield author.table()


# -- posts


def kind_of(number):
    """The kind of a post; not the same for each fourth, which have links, nor for each other sort of extras."""
    return KINDS[(number + number // len(KINDS)) % len(KINDS)]


def many_sources(chance, kind):
    return {"essay": 0, "link": 1, "edition": chance.randint(3, 5)}[kind]


def a_post(author, written, day, folder):
    """A post under a file name that no earlier one has."""
    from pipeline import post as posts
    from pipeline.html import plain_text
    from pipeline.model import Kind, Post

    taken = set(written.earlier)
    while True:
        title = author.title(written.number)
        path = folder / posts.file_name(day, title)
        if path not in taken:
            break
    sources = distinct(author, day, many_sources(author.chance, written.kind))
    return Post(
        date=day,
        title=plain_text(title),
        summary=plain_text(capital(author.one_of("summaries"))),
        topics=tuple(map(plain_text, author.topics)),
        kind=Kind(written.kind),
        sources=tuple(sources),
        body=body_of(author, written, sources),
        path=path,
    )


def distinct(author, day, many):
    """Sources of which no two have one address."""
    found = {}
    while len(found) < many:
        source = author.source(day)
        found.setdefault(source.url, source)
    return list(found.values())


def topics_of(chance, story):
    others = [name for name in material()["topics"] if name != story.topic]
    return [story.topic, *chance.sample(others, chance.choice((0, 0, 1, 1, 2)))]


def written_posts(folder, many, seed=SEED):
    """Yield posts, the oldest first; each has chance of its own, so that one more changes none."""
    earlier = ()
    stories = [told(random.Random(f"{seed} story {number}")) for number in range(many // STORY + 1)]
    for number in range(many):
        chance = random.Random(f"{seed} post {number}")
        story = chance.choice(stories)
        day = LAST_DAY - timedelta(days=(many - 1 - number) * 7 // A_WEEK)
        written = Written(number=number, kind=kind_of(number), earlier=earlier)
        post = a_post(Author(chance, story, topics_of(chance, story)), written, day, folder)
        earlier = (*earlier[-60:], post.path)
        yield post


def write_posts(folder, many, seed=SEED):
    """Write posts into a folder, which may be new, and return their paths, the oldest first."""
    from pipeline.post import render

    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for post in written_posts(folder, many, seed):
        post.path.write_text(render(post), encoding="utf-8")
        paths.append(post.path)
    return paths


def with_one_word_changed(text, word):
    """The text of a post with the fourth word of its first plain paragraph below the excerpt replaced by `word`."""
    start = text.index(EXCERPT_END)
    found = re.compile(r"^[A-Z][\w'-]*(?: [\w'-]+){2} ([\w-]+)(?=[ ,.;])", re.MULTILINE).search(text, start)
    return text[: found.start(1)] + word + text[found.end(1) :]


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("many", metavar="N", type=int)
    arguments.add_argument("folder", metavar="FOLDER", type=Path)
    arguments.add_argument("--seed", default=SEED)
    given = arguments.parse_args()
    print(len(write_posts(given.folder, given.many, given.seed)))


if __name__ == "__main__":
    main()
