"""What can be seen of a page while MkDocs makes it: what it depends on, what the search learns, what is warned of."""

from __future__ import annotations

import logging
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from pipeline.publish.engine.plan import SEARCHES
from pipeline.publish.engine.speed.memory import Record

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.pages import Page


class Watch:
    """Notes of the pages that are being made, by their names."""

    def __init__(self, config: MkDocsConfig) -> None:
        self._config = config
        self._lookups: defaultdict[str, dict[str, str | None]] = defaultdict(dict)
        self._warnings: defaultdict[str, list[str]] = defaultdict(list)
        self._entries: dict[str, list[Any]] = {}
        self._seen = 0
        self._anchors: dict[str, tuple[list[str], dict[str, dict[str, str]]]] = {}
        handler = logging.Handler(logging.WARNING)
        handler.emit = self._warned  # type: ignore[method-assign]
        self._handler = handler
        logging.getLogger("mkdocs").addHandler(handler)

    def _current(self) -> str | None:
        page = self._config._current_page  # noqa: SLF001  (which plugins of MkDocs's own use too)
        return page.file.src_uri if page else None

    def _warned(self, record: logging.LogRecord) -> None:
        if name := self._current():
            self._warnings[name].append(record.getMessage())

    def lookup(self, path: str, url: str | None) -> None:
        """Note that the page being made asked for the file at ``path``."""
        if name := self._current():
            self._lookups[name][path] = url

    def links(self, page: Page) -> None:
        """Note the anchors of ``page``, and to which of others it links."""
        anchored = {file.src_uri: dict(named) for file, named in (page.links_to_anchors or {}).items()}
        self._anchors[page.file.src_uri] = (sorted(page.present_anchor_ids or ()), anchored)

    def entries(self, page: Page, config: MkDocsConfig) -> None:
        """Note what the search has of ``page``."""
        if index := search_index(config):
            self._entries[page.file.src_uri] = index.entries[self._seen :]
            self._seen = len(index.entries)

    def record(self, name: str, key: str) -> Record:
        """Return all that was noted of the page ``name``."""
        anchors, anchored = self._anchors.get(name, ([], {}))
        return Record(
            key=key,
            lookups=self._lookups.pop(name, {}),
            warnings=self._warnings.pop(name, []),
            entries=self._entries.pop(name, []),
            anchors=anchors,
            anchored=anchored,
        )

    def tell(self, records: Iterable[Record]) -> None:
        """Warn again of what was warned of when the pages of ``records`` were made."""
        logging.getLogger("mkdocs").removeHandler(self._handler)
        for record in records:
            for message in record.warnings:
                logging.getLogger("mkdocs").warning("%s", message)

    def all_entries(self, records: Iterable[Record], config: MkDocsConfig) -> None:
        """Give the search what it has of all pages, in their order."""
        if index := search_index(config):
            index.entries = [entry for record in records for entry in record.entries]


def search_index(config: MkDocsConfig) -> Any:
    """Return the index that the search plugin fills; None without one."""
    return next(
        (getattr(config.plugins[name], "search_index", None) for name in SEARCHES if name in config.plugins), None
    )
