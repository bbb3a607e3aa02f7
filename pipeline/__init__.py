"""Byline: from the feeds of a field to a personal site and a letter.

The rooms and the way of the data are drawn in docs/architecture.md.
"""

__version__ = "0.1.0"
