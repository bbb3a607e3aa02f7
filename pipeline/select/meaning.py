"""How near texts are in meaning, by vectors of words that were trained elsewhere; an extra, byline[meaning].

The vectors are those of wordllama (MIT), which ships them in its wheel. Its own loader wants the network; the two
files are read here. A text is the mean of its words' vectors: no network of neurons runs, so it is quick and always
says the same.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_WEIGHTS: Final = "weights/l2_supercat_256.safetensors"
_TOKENIZER: Final = "tokenizers/l2_supercat_tokenizer_config.json"
LONGEST: Final = 1000
"""Characters of a text that are looked at."""


class Meaning:
    """The vectors of words. Raises ``ImportError`` where the packages of the extra are not installed."""

    def __init__(self, folder: Path) -> None:
        import numpy as np
        from tokenizers import Tokenizer

        self._numpy = np
        self._tokenizer = Tokenizer.from_file(str(folder / _TOKENIZER))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._vectors = _tensor(folder / _WEIGHTS)

    def nearness(self, texts: Sequence[str], phrases: Sequence[str]) -> Any:
        """Return how near ``texts`` are to ``phrases``: 1 is the same, 0 has nothing to do.

        It is an array with a row for each of ``texts`` and a column for each of ``phrases``.
        """
        if not texts or not phrases:
            return self._numpy.zeros((len(texts), len(phrases)), dtype=self._numpy.float32)
        return self._of(texts) @ self._of(phrases).T

    def _of(self, texts: Sequence[str]) -> Any:
        """Return the vectors of ``texts``, each of length 1, or 0 for a text without a word."""
        np = self._numpy
        whole = [text[:LONGEST].encode("utf-8", "replace").decode("utf-8") for text in texts]
        pieces = self._tokenizer.encode_batch(whole, add_special_tokens=False)
        none = np.zeros(self._vectors.shape[1], dtype=np.float32)
        means = np.array([self._vectors[piece.ids].mean(axis=0) if piece.ids else none for piece in pieces])
        return means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-9)


def word_vectors() -> Meaning | None:
    """Return the vectors of words, or None where the extra is not installed."""
    found = find_spec("wordllama")
    if found is None or found.origin is None or find_spec("tokenizers") is None or find_spec("numpy") is None:
        return None
    return _loaded(Path(found.origin).parent)


@cache
def _loaded(folder: Path) -> Meaning:
    """Return the vectors in ``folder``, which are read once: the desk ranks again and again in one process."""
    return Meaning(folder)


def _tensor(path: Path) -> Any:
    """Return the one tensor of a safetensors file: how long its header is, that as JSON, and the numbers."""
    import numpy as np

    with path.open("rb") as file:
        [described] = (
            one
            for name, one in json.loads(file.read(int.from_bytes(file.read(8), "little"))).items()
            if name != "__metadata__"
        )
        kind = {"F16": np.float16, "F32": np.float32}[described["dtype"]]
        numbers = np.frombuffer(file.read(), dtype=kind)
    return numbers.reshape(described["shape"]).astype(np.float32)
