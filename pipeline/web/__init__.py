"""The only way out to a URL that we did not write: guarded, bounded, polite.

What comes in is a URL and headers; what goes out is an ``Answer``, or an ``Unreachable`` that says why in plain
words. ``client`` asks, ``guarded`` lets nobody in where he should not be or send without end, ``causes`` has the words.
"""

from __future__ import annotations

from pipeline.web.asking import Answer, Manners, Others, Refusal, Unreachable
from pipeline.web.client import MAX_REDIRECTS, Web
from pipeline.web.guarded import is_public

__all__ = ["MAX_REDIRECTS", "Answer", "Manners", "Others", "Refusal", "Unreachable", "Web", "is_public"]
