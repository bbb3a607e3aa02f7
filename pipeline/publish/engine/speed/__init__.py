"""The plugin that makes builds with MkDocs faster and changes no byte of what they make.

A page whose source, frame and links are those of the last build is passed by: MkDocs never sees it, and what it made of
it then is put in its place. If many pages are to be made, processes share them. The room knows MkDocs, and nothing of
posts.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from mkdocs.plugins import event_priority
from mkdocs.structure.pages import Page

from pipeline.publish.engine.speed.files import WatchedFiles
from pipeline.publish.engine.speed.frame import frame_of, in_menu, slowed_by
from pipeline.publish.engine.speed.memory import Memory, Record
from pipeline.publish.engine.speed.share import Share
from pipeline.publish.engine.speed.source import quickly
from pipeline.publish.engine.speed.templates import quicken
from pipeline.publish.engine.speed.watch import Watch

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import File, Files

    from pipeline.publish.engine.plan import Plan
    from pipeline.publish.ground.kept import Piece


class Speed:
    """The plugin. ``fresh`` tells how many pages were built, ``slowed`` why it was all of them, where it was.

    ``pieces`` are the files of the site that MkDocs was kept from writing itself.
    """

    def __init__(self, plan: Plan) -> None:
        self.fresh = 0
        self.pieces: dict[str, Piece] = {}
        self.slowed = ""
        self._plan = plan
        self._memory = Memory(plan.memory)
        self._passed: dict[str, Record] = {}
        self._keys: dict[str, str] = {}
        self._share = Share()

    def on_pre_build(self, *, config: MkDocsConfig) -> None:
        """Find out whether pages may be passed by; then nobody else looks at the theme, either."""
        self.slowed = slowed_by(config, self._plan)
        if not self.slowed:
            quicken(config.theme)

    @event_priority(-100)
    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        """Leave out the pages that are as they were, and those that another process makes."""
        frame = frame_of(config, self._plan, files)
        self._keys = {name: f"{frame}{digest}" for name, digest in self._plan.staged.pages.items()}
        self._watch = Watch(config)
        self._files = watched = WatchedFiles(files, self._watch)
        if self.slowed:
            self.fresh = len(files.documentation_pages())
            return watched
        self._order = [file.src_uri for file in files.documentation_pages()]
        menu = [*in_menu(config.nav)]
        untitled = {name for title, name in menu if not title}  # MkDocs reads what the menu calls them
        same = self._memory.same(self._keys, files)
        self._passed = {name: record for name, record in same.items() if name not in untitled}
        todo = [name for name in self._order if name not in self._passed]
        self.fresh = len(todo)
        mine = self._share.of(todo, always={name for _, name in menu})
        watched.pass_by({*self._order} - {*mine})
        if self._share.is_child:
            config.theme.static_templates.clear()
            config.extra_templates.clear()
        return watched

    def on_pre_page(self, page: Page, *, config: MkDocsConfig, files: Files) -> None:
        """Read the page quickly, if nobody else may read it otherwise."""
        del config, files
        if not self.slowed:
            page.read_source = quickly(page, page.read_source)  # type: ignore[method-assign,assignment]

    @event_priority(-100)
    def on_page_content(self, html: str, *, page: Page, config: MkDocsConfig, files: Files) -> None:
        """Note what of a page others may link to, and where it links."""
        del html, config, files
        self._watch.links(page)

    @event_priority(-100)
    def on_page_context(self, context: Any, *, page: Page, config: MkDocsConfig, nav: Any) -> None:
        """Note what the search learned of a page."""
        del context, nav
        self._watch.entries(page, config)

    @event_priority(-100)
    def on_post_page(self, output: str, *, page: Page, config: MkDocsConfig) -> str | None:
        """Keep what was made of a page; MkDocs, which is given nothing, then writes no second copy."""
        del config
        if self.slowed:
            return None
        name = page.file.src_uri
        self._memory.keep(name, self._watch.record(name, self._keys.get(name, "")), output)
        return ""

    @event_priority(100)
    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """Put all pages together: those passed by, those of other processes, and those made here."""
        if self.slowed:
            return
        if self._share.is_child:
            self._share.give(self._memory.fresh)
        taken = self._share.taken()
        self._memory.fresh = taken | self._memory.fresh  # a page of the menu is made by all, and told of here
        records = {
            name: self._memory.fresh.get(name) or self._passed[name] for name in self._order if self._is_known(name)
        }
        self.pieces = {self._file(name).dest_uri: self._memory.piece(record) for name, record in records.items()}
        self.pieces |= self._files.others()
        elsewhere = [record for name, record in taken.items() if self._memory.fresh[name] is record]
        self._watch.tell([*self._passed.values(), *elsewhere])  # nobody has heard of these
        self._watch.all_entries(records.values(), config)
        self._check_anchors(records, config)
        self._memory.save(records)

    def on_build_error(self, *, error: Exception) -> None:
        """Tell the other processes."""
        self._share.fail(error)

    def stop(self) -> None:
        """Leave no process behind, whatever ended the build."""
        self._share.stop()

    def _is_known(self, name: str) -> bool:
        return name in self._memory.fresh or name in self._passed

    def _file(self, name: str) -> File:
        return self._files.src_uris[name]

    def _check_anchors(self, records: dict[str, Record], config: MkDocsConfig) -> None:
        """Warn of links to parts of pages that are not there, as MkDocs does of the pages that it sees."""
        for name, record in records.items():
            self._file(name).page = SimpleNamespace(present_anchor_ids=record.anchors)  # type: ignore[assignment]
        for name, record in records.items():
            if record.anchored:
                links = {self._file(to): named for to, named in record.anchored.items() if to in self._files.src_uris}
                page: Any = SimpleNamespace(file=self._file(name), links_to_anchors=links)
                Page.validate_anchor_links(page, files=self._files, log_level=config.validation.links.anchors)
