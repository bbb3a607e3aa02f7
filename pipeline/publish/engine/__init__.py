"""Pages to HTML, by one of three engines: the only room that knows them.

MkDocs runs here, with a plugin of ours that makes it faster and changes no byte; ProperDocs and Zensical run as
commands of their own. All get the author's mkdocs.yml with the same few changes: what Byline decides before the engine,
lists of posts above all, is not decided again by plugins.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.publish.engine.plan import Built, Plan, looks, planned

if TYPE_CHECKING:
    from pipeline.settings.sections import Settings

__all__ = ["Built", "Plan", "build", "looks", "planned"]


def build(plan: Plan, settings: Settings, *, fast: bool = True) -> Built:
    """Build the pages of ``plan``; not ``fast``, every one of them, by the engine alone.

    Raises ``PublishError`` where the engine cannot go on.
    """
    if plan.engine == "mkdocs":
        from pipeline.publish.engine.material import build_here

        return build_here(plan, settings, fast=fast)
    from pipeline.publish.engine.command import build_by_command

    return build_by_command(plan, settings)
