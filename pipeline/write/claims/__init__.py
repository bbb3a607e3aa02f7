"""What a post says is so: numbers, dates and names, held against what its sources tell.

``numbers`` and ``dates`` read them, ``facts`` looks at the author's sentences, ``vouched`` at those of a model, more
strictly, and ``assisted`` tells which these are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.write.claims.assisted import of_a_model
from pipeline.write.claims.facts import unsupported

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.model import Finding, Post, Suggestion
    from pipeline.write.quoted.told import Told


def unborne(post: Post, told: Told, made: Sequence[Suggestion]) -> Iterator[Finding]:
    """Yield what ``post`` says that no source bears out, and what of it a model said without that being told.

    ``made`` is all that models ever proposed.
    """
    yield from unsupported(post, told)
    yield from of_a_model(post, told, made)
