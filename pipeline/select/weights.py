"""Telling words to weights: TF-IDF of words and word pairs, names counting more, divided by how long a text is.

Two texts of sixty words share a few by chance, two headlines do not. So a longer text is worth less a word, from
SHORT to LONG. And what big news is about is no commoner for being told often: no term is worth more than MOST_WORTH,
however rare, so that one in a hundred entries can share a name and still be near one another. Among very many entries
that is too many: there, no more than MOST_TELLING entries have a term that counts in full. Among few, one in ninety is
nobody: there, a term that FEWEST_TELLING entries share counts in full.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from pipeline.select.terms import Wording

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

TITLE_WEIGHT: Final = 2.0
PAIR_WEIGHT: Final = 0.5
NAME_WEIGHT: Final = 1.5
"""What a name or a number counts beside another word."""
MOST_WORTH: Final = 4.5
"""The logarithm of how rare a term must be to count in full: one in ninety entries."""
MOST_TELLING: Final = 41
"""The most entries that have a term which counts in full: one in ninety of 3,700."""
FEWEST_TELLING: Final = 5
"""So many entries may share a term that counts in full, among few entries too; a week of a dozen feeds has 120."""
MOST_TEXTS: Final = 8_000
"""Among more texts than this, a term of as many is worth no more for there being more. By bench/group --scale."""
SHORT: Final = 6
LONG: Final = 25
"""From which to which number of telling words the length of a text matters."""
MANY: Final = 100
COMMON: Final = 0.2
"""A term in more than so many and this share of the entries tells nothing."""


@dataclass(frozen=True, slots=True)
class Terms:
    """A sparse matrix: the weight of a term in a text, ordered by term and then by text."""

    texts: Ints
    terms: Ints
    weights: Floats


@dataclass(frozen=True, slots=True)
class Weights(Terms):
    """The matrix of all terms: which of them are words, not pairs of words, and how many words each text has."""

    are_words: Flags
    lengths: Floats

    def only(self, places: Flags) -> Weights:
        """Return the matrix with no weights but those at ``places``; how long the texts are does not change."""
        kept = self.texts[places], self.terms[places], self.weights[places]
        return Weights(*kept, are_words=self.are_words[places], lengths=self.lengths)


@dataclass(frozen=True, slots=True)
class _Words:
    """All words of all texts one after the other: whose each is, which, and whether it stands in the title."""

    texts: Ints
    words: Ints
    in_title: Flags
    vocabulary: Mapping[str, int]


def weights_of(told: Sequence[Wording]) -> Weights:
    """Weigh each term of each text; the product of the weights of two texts is how alike they are, 0 to 1."""
    words = _words(told)
    names = _names(told, words.vocabulary)
    single = _counted(words.texts, words.words, np.where(words.in_title, TITLE_WEIGHT, 1.0))
    joined, pair_names = _joined(words, names)
    one = _worth(single, names[single.terms], len(told))
    two = _worth(joined, pair_names, len(told))
    lengths = sums(single.texts, np.ones(len(single.texts)), len(told))
    return _scaled(one, two, lengths)


def sums(places: Ints, values: Floats, many: int) -> Floats:
    """Add up the ``values`` of each of ``many`` places."""
    return np.bincount(places, weights=values, minlength=many).astype(np.float64, copy=False)


def _words(told: Sequence[Wording]) -> _Words:
    vocabulary: dict[str, int] = {}
    numbers = [[vocabulary.setdefault(word, len(vocabulary)) for word in (*each.title, *each.lead)] for each in told]
    lengths = np.array([len(row) for row in numbers], dtype=np.int64)
    texts = np.repeat(np.arange(len(told)), lengths)
    words = np.fromiter(chain.from_iterable(numbers), dtype=np.int64)
    title_ends = np.cumsum(lengths) - lengths + np.array([len(each.title) for each in told], dtype=np.int64)
    return _Words(texts, words, np.arange(len(words)) < title_ends[texts], vocabulary)


def _names(told: Sequence[Wording], vocabulary: Mapping[str, int]) -> Floats:
    """Return for each word how surely it is a name or a number, 0 to 1: how often running text writes it so."""
    smalls = _occurrences((each.smalls for each in told), vocabulary)
    capitals = _occurrences((each.capitals for each in told), vocabulary)
    seen = smalls + capitals
    names = np.where(seen > 0, capitals / np.maximum(seen, 1), 0.5)
    names[[number for word, number in vocabulary.items() if word[0].isdigit()]] = 1.0
    return names


def _occurrences(spelled: Iterable[Iterable[str]], vocabulary: Mapping[str, int]) -> Ints:
    found = [number for word in chain.from_iterable(spelled) if (number := vocabulary.get(word)) is not None]
    return np.bincount(np.array(found, dtype=np.int64), minlength=len(vocabulary))


def _counted(texts: Ints, terms: Ints, weights: Floats) -> Terms:
    """Add up the weights of the same term in the same text."""
    many = int(texts.max(initial=0)) + 1
    keys, places = np.unique(terms * many + texts, return_inverse=True)
    return Terms(keys % many, keys // many, sums(places, weights, len(keys)))


def _joined(words: _Words, names: Floats) -> tuple[Terms, Floats]:
    """Return the word pairs that two texts share, numbered on from the words, and how surely each is a name."""
    many = max(1, len(words.vocabulary))
    follows = (words.texts[1:] == words.texts[:-1]) & (words.in_title[1:] == words.in_title[:-1])
    weights = np.where(words.in_title[1:], TITLE_WEIGHT, 1.0)[follows] * PAIR_WEIGHT
    pairs, places = np.unique((words.words[:-1] * many + words.words[1:])[follows], return_inverse=True)
    found = _counted(words.texts[1:][follows], places, weights)
    shared = np.bincount(found.terms, minlength=len(pairs))[found.terms] > 1
    terms = found.terms[shared]
    pair_names = (names[pairs[terms] // many] + names[pairs[terms] % many]) / 2
    return Terms(found.texts[shared], terms + many, found.weights[shared]), pair_names


def _worth(found: Terms, names: Floats, texts: int) -> Terms:
    """Weigh each term by how rare it is, up to a bound, and by whether it is a name."""
    seen = np.bincount(found.terms)[found.terms]
    among = 1 + min(texts, MOST_TEXTS)
    most = max(min(MOST_WORTH, math.log(max(math.e, among / FEWEST_TELLING))), math.log(among / MOST_TELLING))
    rare = np.clip(np.log(among / np.maximum(seen, 1)), 0.0, most)
    rare[seen > max(MANY, COMMON * texts)] = 0.0
    return Terms(found.texts, found.terms, np.log1p(found.weights) * rare * (1 + (NAME_WEIGHT - 1) * names))


def _scaled(one: Terms, two: Terms, lengths: Floats) -> Weights:
    """Join words and word pairs, and divide each text by the length of its vector and the root of its words."""
    texts, terms = np.concatenate((one.texts, two.texts)), np.concatenate((one.terms, two.terms))
    weights = np.concatenate((one.weights, two.weights))
    vector = np.sqrt(sums(texts, weights * weights, len(lengths)))
    scale = np.sqrt(SHORT / np.clip(lengths, SHORT, LONG)) / np.maximum(vector, 1e-9)
    telling = weights > 0
    are_words = np.arange(len(weights)) < len(one.weights)
    return Weights(
        texts[telling], terms[telling], (weights * scale[texts])[telling], are_words=are_words[telling], lengths=lengths
    )
