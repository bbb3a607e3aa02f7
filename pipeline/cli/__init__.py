"""The command ``byline``: parse, call, print. It knows how to talk, and nothing of feeds, posts or mail.

Exit codes: 0 done, 1 done with findings or failures, 2 wrong use or wrong settings. Reports go to stdout (``--json``:
one object), progress and errors to stderr. A command's module is imported only when that command is called.
"""

from __future__ import annotations

import atexit
import gc
import os
import signal
import sys
from typing import TYPE_CHECKING, Any, ClassVar, Final, NoReturn

import click

from pipeline import __version__
from pipeline.cli.lazy import Lazy
from pipeline.errors import BylineError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# In the order of the week. Each is where `Lazy` finds it, with the line that `byline --help` shows.
COMMANDS: Final = {
    "init": ("init:init", "Make a new site with everything in it."),
    "feeds": ("feeds:feeds", "List, add, remove, import, export and look into feeds."),
    "pull": ("pull:pull", "Fetch the feeds and keep what is new."),
    "select": ("select:select", "Show the stories worth your time, with the reasons."),
    "desk": ("desk:desk", "Choose, write and preview in your browser."),
    "write": ("write:write", "Draft a post from stories, or publish a draft that passes."),
    "assist": ("assist:assist", "Have a model propose words, if you named one."),
    "check": ("write:check", "Say what keeps a draft from being published."),
    "approve": ("approve:approve", "Note that the words of a post are approved."),
    "publish": ("publish:publish", "Build the site, or preview it while you write."),
    "share": ("share:share", "Tell of a post elsewhere, in words for each place."),
    "letter": ("send:letter", "Write a post as a letter, to look at."),
    "send": ("send:send", "Send a post to the readers, each once."),
    "readers": ("readers:readers", "List, add, remove, show, erase, import and export readers."),
    "serve": ("serve:serve", "Let readers subscribe, confirm, choose and leave."),
    "inbox": ("inbox:inbox", "Read what came back, and do what it means."),
    "heard": ("heard:heard", "List, show and import what others say of your work."),
    "connect": ("connect:connect", "Say whom of your network the news names, and keep who is in it."),
    "week": ("week:week", "Say what the week holds, and begin it."),
    "status": ("status:status", "Say what is due, what failed and what waits."),
    "doctor": ("doctor:doctor", "Say what is wrong, and what to do about it."),
    "backup": ("backup:backup", "Put all that is yours into one encrypted file."),
    "restore": ("backup:restore", "Put what a backup holds back in its place."),
    "store": ("store:store", "Copy the store into another database."),
    "worker": ("worker:worker", "Do what is due for one site or many, beside other workers."),
    "ci": ("ci:ci", "Propose, comment and put online, in a code host's run."),
    "demo": ("demo:demo", "Walk through a sample week in a scratch folder."),
}


class _Commands(Lazy):
    places: ClassVar = {name: place for name, (place, _) in COMMANDS.items()}

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, about) for name, (_, about) in COMMANDS.items()])


@click.command(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("-C", "--directory", default=".", metavar="DIR", help="Work on the site in DIR, or above it.")
@click.option("--now", metavar="TIME", help="Pretend that it is TIME (2026-11-23T07:30Z), for rehearsals.")
@click.version_option(__version__, prog_name="byline")
@click.pass_context
def cli(context: click.Context, directory: str, now: str | None) -> None:
    """From the feeds of your field to a personal site and a letter, in two hours a week.

    \b
    Example, a week's work:
      byline pull && byline select && byline write
      byline check && byline write --publish DRAFT
      byline publish && byline send POST
    """
    context.obj = {"environment": os.environ, **(context.obj or {}), "directory": directory, "now": now}


def run(arguments: Sequence[str] | None = None, environment: Mapping[str, str] | None = None) -> int:
    """Run one command and return its exit code; errors are told in a sentence on stderr.

    ``environment`` is that of the process unless another is given.
    """
    given = None if environment is None else {"environment": environment}
    try:
        code: Any = cli.main(
            args=None if arguments is None else list(arguments), prog_name="byline", standalone_mode=False, obj=given
        )
    except click.ClickException as error:
        error.show()
        return 2
    except (click.Abort, KeyboardInterrupt) as stop:
        click.echo("byline: stopped", err=True)
        return 128 + (signal.SIGTERM if isinstance(stop.__cause__ or stop, _Ended) else signal.SIGINT)
    except BylineError as error:
        click.echo(f"byline: {_for_the_log(error, environment)}", err=True)
        return error.exit_code
    except BrokenPipeError:
        sys.stderr.close()  # whoever read our output has seen enough
        return 0
    except Exception as error:
        if os.environ.get("BYLINE_DEBUG"):
            raise
        click.echo(
            f"byline: a fault of Byline's own, not of yours: {type(error).__name__}: "
            f"{_for_the_log(error, environment)}. Please report it, with what BYLINE_DEBUG=1 shows.",
            err=True,
        )
        return 1
    return code if isinstance(code, int) else 0


def _for_the_log(error: Exception, environment: Mapping[str, str] | None) -> str:
    """Return what is wrong as it may be told where this runs: anybody may read the log of a code host."""
    from pipeline.settings.environment import is_thrown_away

    if not is_thrown_away(os.environ if environment is None else environment):
        return str(error)
    from pipeline.cli.sent import without_others

    return without_others(str(error))


class _Ended(KeyboardInterrupt):
    """The system asked the process to end; all is left in order, as after Ctrl-C."""


def _end(*_signal: object) -> NoReturn:
    raise _Ended


def _talk_beside_a_runner() -> None:
    """See that whoever reads along for commands to a code host finds none in words of strangers."""
    from pipeline.cli.defused import defuse_output, end_output
    from pipeline.settings.environment import is_thrown_away

    if is_thrown_away(os.environ):
        defuse_output()
        atexit.register(end_output)


def main() -> None:
    """Run the command line of this process."""
    signal.signal(signal.SIGTERM, _end)
    if os.environ.get("CI"):
        _talk_beside_a_runner()
    code = run()
    gc.freeze()  # who ends need not look for what nobody needs: a tenth of a second after a build
    sys.exit(code)
