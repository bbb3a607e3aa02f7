"""Byline: from the feeds of a field to a personal site and a letter.

The rooms and the way of the data are drawn in docs/architecture.md.
"""

import os

os.environ.setdefault(
    "PYDANTIC_DISABLE_PLUGINS", "__all__"
)  # it would look through every package for some, at each start

__version__ = "0.1.0"
