"""A post as plain text, from its own Markdown: the same words and the same links as the HTML, wrapped at 72."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Final

from markdown_it.tree import SyntaxTreeNode

from pipeline import post as posts

if TYPE_CHECKING:
    from pathlib import PurePosixPath

WIDTH: Final = 72


def as_text(body: str, site_url: str, page: PurePosixPath) -> str:
    """Return the body of a post as plain text; relative links, as ``page`` has them, become addresses."""
    tree = SyntaxTreeNode(posts.commonmark.parse(posts.without_prompts(body)))
    writer = _Writer(site_url, page)
    return "\n\n".join("\n".join(block) for block in map(writer.block, tree.children) if block)


class _Writer:
    """Writes one node of the tree after the other; knows where links start from."""

    def __init__(self, site_url: str, page: PurePosixPath) -> None:
        self._site_url, self._page = site_url, page

    def block(self, node: SyntaxTreeNode, width: int = WIDTH) -> list[str]:
        """Return the lines of a paragraph, heading, list, quotation, table or block of code."""
        write = {
            "paragraph": self._paragraph,
            "heading": self._heading,
            "blockquote": self._quotation,
            "bullet_list": self._list,
            "ordered_list": self._list,
            "table": self._table,
            "fence": self._code,
            "code_block": self._code,
            "hr": self._rule,
        }.get(node.type)
        return write(node, width) if write else []  # raw HTML says nothing in plain text

    def _paragraph(self, node: SyntaxTreeNode, width: int) -> list[str]:
        return _wrapped(self._inline(node), width)

    def _quotation(self, node: SyntaxTreeNode, width: int) -> list[str]:
        return [f"> {line}".rstrip() for line in self._blocks(node, width - 2)]

    def _code(self, node: SyntaxTreeNode, _width: int) -> list[str]:
        return ["    " + line for line in node.content.rstrip("\n").split("\n")]

    def _table(self, node: SyntaxTreeNode, _width: int) -> list[str]:
        return [" | ".join(map(self._inline, row.children)) for part in node.children for row in part.children]

    def _rule(self, _node: SyntaxTreeNode, _width: int) -> list[str]:
        return ["* * *"]

    def _blocks(self, node: SyntaxTreeNode, width: int) -> list[str]:
        lines: list[str] = []
        for child in node.children:
            block = self.block(child, width)
            lines += ([""] if lines and block else []) + block
        return lines

    def _heading(self, node: SyntaxTreeNode, width: int) -> list[str]:
        parts = node.children[0].children if node.children else []
        if len(parts) == 1 and parts[0].type == "link":
            title = _wrapped("".join(map(self._inline, parts[0].children)), width)
            return [*title, self._target(parts[0], "href")]
        title = _wrapped(self._inline(node), width)
        return [*title, "-" * max(map(len, title), default=0)]

    def _list(self, node: SyntaxTreeNode, width: int) -> list[str]:
        first = int(node.attrs.get("start", 1) or 1)
        written: list[str] = []
        for number, item in enumerate(node.children, start=first):
            mark = "- " if node.type == "bullet_list" else f"{number}. "
            lines = self._blocks(item, width - len(mark)) or [""]
            space = " " * len(mark)
            written += [mark + lines[0], *(space + line if line else "" for line in lines[1:])]
        return written

    def _inline(self, node: SyntaxTreeNode) -> str:
        leaf = {"softbreak": " ", "hardbreak": "\n", "image": f"[{node.content}]" if node.content else ""}
        if node.type in {"text", "code_inline"}:
            return node.content
        if node.type in leaf:
            return leaf[node.type]
        inner = "".join(map(self._inline, node.children))
        if node.type == "link":
            target = self._target(node, "href")
            return inner if inner == target else f"{inner} <{target}>"
        return inner

    def _target(self, node: SyntaxTreeNode, name: str) -> str:
        return posts.resolve(self._site_url, self._page, str(node.attrs.get(name, "")))


def _wrapped(text: str, width: int) -> list[str]:
    return [
        line
        for part in text.split("\n")
        for line in textwrap.wrap(part, width, break_long_words=False, break_on_hyphens=False)
    ]
