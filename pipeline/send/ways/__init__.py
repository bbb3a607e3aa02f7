"""The ways out for a message: by a mail server, and into a folder of .eml files."""

from __future__ import annotations

from pipeline.send.ways.folder import Folder
from pipeline.send.ways.smtp import Smtp
from pipeline.send.ways.way import Answer, Line, Uncertain, Way

__all__ = ["Answer", "Folder", "Line", "Smtp", "Uncertain", "Way"]
