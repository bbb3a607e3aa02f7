"""The ways out for a message: a mail server, the HTTP API of a provider, and a folder of .eml files."""

from __future__ import annotations

from pipeline.send.ways.chosen import way_of
from pipeline.send.ways.folder import Folder
from pipeline.send.ways.smtp import Smtp
from pipeline.send.ways.way import Answer, Line, Overdue, Promise, Uncertain, Way

__all__ = ["Answer", "Folder", "Line", "Overdue", "Promise", "Smtp", "Uncertain", "Way", "way_of"]
