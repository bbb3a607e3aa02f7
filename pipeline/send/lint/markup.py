"""The tags of a letter, as those hear it who do not see it: language, title, tables, images, headings, links."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pipeline.send.lint.boxes import place_of
from pipeline.send.lint.parts import TEMPLATES, links_of
from pipeline.send.lint.rules import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lxml.html import HtmlElement

    from pipeline.send.lint.boxes import Box
    from pipeline.send.lint.copy import Copy
    from pipeline.send.lint.rules import LetterFinding

_LETTER: Final = f"{TEMPLATES}letter.html"
_HEADING: Final = re.compile("h([1-6])")
_SILENT: Final = frozenset({"presentation", "none"})
_NO_WORD: Final = re.compile(r"[\W_]+")
_VAGUE: Final = frozenset(
    "here|click here|click|read more|more|learn more|link|this|this link|this page|continue reading|continue|"
    "details|hier|hier klicken|klicken sie hier|mehr|mehr lesen|weiterlesen|weiter|mehr erfahren|klik hier|"
    "lees meer|lees verder|ici|cliquez ici|en savoir plus|lire la suite|plus|aquí|haz clic aquí|leer más|más|qui|"
    "clicca qui|leggi|leggi tutto|altro|aqui|clique aqui|leia mais|saiba mais|her|klik her|läs mer|klicka här|"
    "här|tutaj|kliknij tutaj|czytaj więcej|zde|klikněte zde|tady".split("|")
)


def for_who_hears(copy: Copy, seen: Sequence[Box]) -> Iterator[LetterFinding]:
    """Yield what a screen reader cannot tell of the HTML."""
    if copy.root is None:
        return
    yield from _head(copy.root)
    yield from _tables(copy.root)
    yield from _images(copy.root)
    yield from _headings(seen)
    yield from _links(copy.root)


def _head(root: HtmlElement) -> Iterator[LetterFinding]:
    if not (root.get("lang") or "").strip():
        told = "no language is named, so a screen reader reads with the sounds of another"
        yield Rule.NO_LANG.found("html", told, f'Write <html lang="{{{{ site.language }}}}"> into {_LETTER}.')
    elif not root.xpath("boolean(//body/descendant-or-self::*[@lang])"):
        told = "the language is named at <html> alone, which many mail programs take out"
        yield Rule.LANG_LOST.found("html", told, f"Name it at the outermost table of {_LETTER} too.")
    if not (root.findtext(".//title") or "").strip():
        told = "the letter has no <title>, which is read out first"
        yield Rule.NO_TITLE.found("html", told, f"Write <title>{{{{ post.title }}}}</title> into {_LETTER}.")
    if "dark" not in " ".join(root.xpath("//meta[@name='color-scheme']/@content")):
        told = "nothing says that the letter can be read in the dark, so mail programs turn its colours as they like"
        remedy = f'Write <meta name="color-scheme" content="light dark"> into {_LETTER}.'
        yield Rule.NO_DARK.found("html", told, remedy)


def _tables(root: HtmlElement) -> Iterator[LetterFinding]:
    for table in root.iter("table"):
        own = [cell for cell in table.iter("th", "caption") if next(cell.iterancestors("table")) is table]
        if not own and (table.get("role") or "").lower() not in _SILENT:
            told = "a table without headings is read out as one, cell by cell"
            remedy = 'Give a table that only lays out role="presentation", and one of figures a first row of headings.'
            yield Rule.LAYOUT_TABLE.found(place_of(table), told, remedy)


def _images(root: HtmlElement) -> Iterator[LetterFinding]:
    for image in root.iter("img", "area"):
        if image.get("alt") is None:
            told = f"the image {image.get('src') or image.get('href') or ''} has no words for those who do not see it"
            remedy = 'Write them into the post: ![what it shows](address). Of what adds nothing, write alt="".'
            yield Rule.NO_ALT.found(place_of(image), told, remedy)


def _headings(seen: Sequence[Box]) -> Iterator[LetterFinding]:
    before = 0
    for box in seen:
        found = None if box.is_hidden or box.element is None else _HEADING.fullmatch(str(box.element.tag))
        if found is None:
            continue
        level = int(found[1])
        if level > before + 1:
            told = f"a heading of level {level} comes {f'after one of level {before}' if before else 'first'}"
            remedy = "Leave out no level: the title is one of level 1, takes are of level 2 (##)."
            yield Rule.HEADING_ORDER.found(box.place, told, remedy)
        before = level


def _links(root: HtmlElement) -> Iterator[LetterFinding]:
    for link, target in links_of(root):
        words = spoken(link)
        if not words:
            told = f"the link to {target} has no words, so nobody can tell where it leads"
            yield Rule.EMPTY_LINK.found(place_of(link), told, "Put words into it, or give its image some.")
        elif _is_vague(_NO_WORD.sub(" ", words).strip().casefold(), link.get("title") or ""):
            told = f"the words of a link are “{words}”, which say nothing where links are read out alone"
            yield Rule.VAGUE_LINK.found(place_of(link), told, "Make the link of words that say where it leads.")


def _is_vague(words: str, title: str) -> bool:
    """Tell whether words say nothing; a sign alone, as the ↩ of a note, may have its words in the title."""
    return words in _VAGUE if words else not title


def spoken(link: HtmlElement) -> str:
    """Return the words of a link as a screen reader says them, those of its images among them."""
    label = link.get("aria-label") or ""
    images = [image.get("alt") or "" for image in link.iter("img", "area")]
    return " ".join(f"{label or link.text_content()} {' '.join(images)}".split())
