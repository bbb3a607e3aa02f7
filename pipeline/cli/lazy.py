"""A group of commands whose modules are loaded when one of them is called; ``--help`` of the group needs none."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, ClassVar

import click

if TYPE_CHECKING:
    from collections.abc import Mapping


class Lazy(click.Group):
    """A group by its ``places``: each word, in their order, with `module:function` below pipeline.cli."""

    places: ClassVar[Mapping[str, str]]

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the words in their order."""
        del ctx
        return list(self.places)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of a word; None where it is none of ours."""
        del ctx
        if cmd_name not in self.places:
            return None
        module, _, function = self.places[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(f"pipeline.cli.{module}"), function)
        return command
