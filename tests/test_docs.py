"""The docs tell the truth: all that can be called, set, found or printed is in the manual, and nothing else is."""

import contextlib
import io
import json
import re
import shlex
import shutil
import subprocess
import tomllib
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

import click
import pytest
import yaml
from markdown_it import MarkdownIt
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from code_host import TOKEN, forge_in
from pipeline.cli import COMMANDS, cli, run
from pipeline.html import plain_text, safe_url
from pipeline.model import Echo, EchoKind
from pipeline.pull.settle import refused
from pipeline.send.lint import Rule as LetterRule
from pipeline.settings.environment import given, variable
from pipeline.settings.explained import section_of, settings_explained
from pipeline.settings.sections import STATE, Sections
from pipeline.store import Store, echoes
from pipeline.store import pull as kept
from pipeline.store import select as kept_stories
from pipeline.store.schema import metadata
from pipeline.web import Answer
from pipeline.write.rules import Rule

ROOT = Path(__file__).parents[1]
PIPELINE = ROOT / "pipeline"
MANUAL = {path.name: path.read_text(encoding="utf-8") for path in sorted((ROOT / "docs/manual").glob("*.md"))}
ARCHITECTURE = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
LIBRARIES = (ROOT / "docs/decisions/0002-libraries.md").read_text(encoding="utf-8")
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
SOURCE = "\n".join(path.read_text(encoding="utf-8") for path in sorted(PIPELINE.rglob("*.py")))

markdown = MarkdownIt("commonmark").enable("table")
every_page = pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))


# -- what there is


def commands(group=cli, path=()):
    """Yield every command with the words that call it: (("feeds", "add"), <Command>)."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


ALL = dict(commands())
every_command = pytest.mark.parametrize("words", ALL, ids=" ".join)


def options_of(command):
    return {
        name
        for param in command.params
        if isinstance(param, click.Option)
        for name in param.opts + param.secondary_opts
    }


# -- what the docs say


def anchor(heading):
    """The name by which code hosts link to a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def headings(text):
    """Yield (level, words, first line, line after the section) for each heading."""
    tokens = markdown.parse(text)
    heads = [
        (int(token.tag[1]), tokens[place + 1], token.map[0])
        for place, token in enumerate(tokens)
        if token.type == "heading_open"
    ]
    for place, (level, inline, line) in enumerate(heads):
        after = (start for other, _, start in heads[place + 1 :] if other <= level)
        words = "".join(part.content for part in inline.children)
        yield level, words, line, next(after, len(text.splitlines()))


def section(words):
    """The part of the manual under the heading that names a command."""
    found = [
        "\n".join(text.splitlines()[start:end])
        for text in MANUAL.values()
        for _, heading, start, end in headings(text)
        if heading == " ".join(("byline", *words))
    ]
    assert len(found) == 1, f"the manual needs one heading `byline {' '.join(words)}`, and has {len(found)}"
    return found[0]


def table_rows(text):
    """Yield the cells of each row of each table, as they are written."""
    for line in text.splitlines():
        if line.startswith("|"):
            yield [cell.strip() for cell in line.strip("|").split("|")]


def code(text):
    """Yield (code, is it a whole line to type) for inline code and for each line of fenced code of a shell."""
    for token in markdown.parse(text):
        if token.type == "fence" and token.info in {"sh", "console"}:
            for line in token.content.splitlines():
                yield line.removeprefix("$ "), True
        for child in token.children or []:
            if child.type == "code_inline":
                yield child.content, False


def json_blocks(text):
    return [
        json.loads(token.content) for token in markdown.parse(text) if token.type == "fence" and token.info == "json"
    ]


# -- does what they say exist


def calls(line):
    """Yield the arguments of each call of byline in a line of a shell."""
    for part in re.split(r"&&|\|\||;|\|", line):
        words = shlex.split(part)
        while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
            words.pop(0)
        if words and words[0] in {"byline", ".venv/bin/byline"}:
            yield words[1:]


def wrong_with(arguments, *, whole):
    """Say what is wrong with a call, or nothing. ``whole``: nothing that the command needs may be missing."""
    command, words = cli, list(arguments)
    while True:
        try:
            parser = command.make_parser(click.Context(command))
            given, rest, _ = parser.parse_args(list(words))
        except click.BadOptionUsage as error:  # an option without its value, which prose may leave out
            return error.format_message() if whole else ""
        except click.ClickException as error:
            return error.format_message()
        if not isinstance(command, click.Group) or not rest:
            break
        inner = command.get_command(click.Context(command), rest[0])
        if inner is None:
            return f"there is no command {rest[0]}"
        command, words = inner, rest[1:]
    if rest:
        return f"{command.name} does not take {' '.join(rest)}"
    needed = [param.name for param in command.params if isinstance(param, click.Argument) and param.required]
    missing = [name for name in needed if not isinstance(given.get(name), (str, tuple)) or not given[name]]
    return f"{command.name} needs {', '.join(missing)}" if whole and missing else ""


@pytest.mark.parametrize(
    ("line", "whole", "fault"),
    [
        ("byline feeds add https://example.org/ --no-check", True, ""),
        ("byline feeds add", False, ""),
        ("byline feeds add", True, "needs url"),
        ("byline feeds ad x", True, "no command ad"),
        ("byline publish --sreve", True, "--sreve"),
        ("byline status now", True, "does not take now"),
        ("A=b byline -C site status", True, ""),
    ],
)
def test_a_wrong_example_would_be_seen(line, whole, fault):
    (arguments,) = calls(line)
    said = wrong_with(arguments, whole=whole)
    assert fault in said
    assert bool(said) == bool(fault)


# -- commands


def test_the_commands_are_those_of_the_help():
    assert {words[0] for words in ALL} == set(COMMANDS)


@every_command
def test_each_command_has_a_section_that_names_each_of_its_options(words):
    text = section(words)
    missing = [name for name in options_of(ALL[words]) if not re.search(rf"`[^`]*{re.escape(name)}(?![\w-])", text)]
    assert missing == []


def test_the_options_before_the_command_are_in_the_manual():
    first_cells = " ".join(cells[0] for cells in table_rows(MANUAL["README.md"]))
    assert [name for name in {*options_of(cli), "-h", "--help"} if f"`{name}`" not in first_cells] == []


@every_command
def test_the_options_that_a_section_lists_exist(words):
    listed = {
        name for cells in table_rows(section(words)) for name in re.findall(r"`(--?[a-z][\w-]*)`", cells[0]) if name
    }
    below = {name for path, command in ALL.items() if path[: len(words)] == words for name in options_of(command)}
    assert listed <= below


@every_command
def test_each_example_of_a_help_text_can_be_typed(words):
    examples = [line.strip() for line in (ALL[words].help or "").splitlines() if line.strip().startswith("byline ")]
    assert examples, "the help shows no example"
    assert [fault for line in examples for call in calls(line) if (fault := wrong_with(call, whole=True))] == []


@every_page
def test_each_command_in_a_page_exists(page):
    faults = [
        f"{line}: {fault}"
        for line, whole in code(page.read_text(encoding="utf-8"))
        for call in (calls(line) if line.startswith("byline ") or whole else ())
        if (fault := wrong_with(call, whole=whole))
    ]
    assert faults == []


def test_the_exit_codes_are_in_the_manual():
    codes = {
        int(number) for number in re.findall(r"exit_code = (\d+)|return (130)\b", SOURCE) for number in number if number
    }
    told = {cells[0] for cells in table_rows(MANUAL["README.md"])}
    assert {str(number) for number in {0, *codes}} <= told


# -- settings


def settings(model=Sections, prefix=""):
    """Yield (dotted name, default as the file would say it or None) for each setting."""
    for name, field in model.model_fields.items():
        inner = section_of(field.annotation)
        default = field.default
        plain = (
            default is not PydanticUndefined
            and not isinstance(default, (BaseModel, tuple))
            and default not in (None, "")
        )
        yield prefix + name, yaml.safe_dump(default, width=999).removesuffix("\n...\n").strip() if plain else None
        if inner:
            yield from settings(inner, f"{prefix}{name}.")


NAMES = [name for name, _ in settings_explained()]


@pytest.mark.parametrize("name", NAMES)
def test_each_setting_is_in_the_chapter_of_its_section(name):
    rows = [cells for cells in table_rows(MANUAL[f"{name.partition('.')[0]}.md"]) if cells[0] == f"`{name}`"]
    assert len(rows) == 1


@pytest.mark.parametrize(("name", "default"), [pair for pair in settings() if pair[1] is not None])
def test_the_default_of_a_setting_is_as_the_manual_says(name, default):
    cells = next(cells for cells in table_rows(MANUAL[f"{name.partition('.')[0]}.md"]) if cells[0] == f"`{name}`")
    assert cells[1] == f"`{default}`"


def test_the_manual_names_no_setting_that_there_is_not():
    named = {
        found
        for text in MANUAL.values()
        for found in re.findall(rf"`((?:{'|'.join(Sections.model_fields)})\.[a-z_.]+)`", text)
    }
    assert named <= set(NAMES)


# -- the check, the environment, the JSON


def test_the_rules_of_the_check_are_in_the_manual_with_their_severity():
    listed = {
        cells[0].strip("`"): cells[1] for cells in table_rows(section(("check",))) if re.match("`[a-z]", cells[0])
    }
    accepted = {True: ", may be accepted", False: ""}
    assert listed == {rule.value: rule.severity.value + accepted[rule.acceptable] for rule in Rule}


def test_the_rules_of_the_letter_are_in_the_manual_with_their_severity():
    text = MANUAL["send.md"].partition("## Before it leaves")[2].partition("\n## ")[0]
    listed = {cells[0].strip("`"): cells[1] for cells in table_rows(text) if re.match("`[a-z]", cells[0])}
    assert listed == {rule.value: rule.severity.value for rule in LetterRule}


def test_the_manual_lists_each_variable_of_the_environment_and_no_other():
    read = set(re.findall(r"environ(?:ment)?(?:\.get\(|\[)\s*\"([A-Z_]+)\"", SOURCE))
    single = {variable(tuple(name.split("."))): f"the setting `{name}`" for name in NAMES if is_single(name)}
    listed = {cells[0].strip("`"): cells[1] for cells in table_rows(MANUAL["README.md"]) if cells[0][1:].isupper()}
    assert set(listed) == read | set(single)
    assert {name: listed[name] for name in single} == single
    named = set(re.findall(r"\bBYLINE_[A-Z_]+\b", "\n".join(page.read_text(encoding="utf-8") for page in PAGES)))
    assert named <= set(listed)


def is_single(name):
    """Whether the environment can give the setting: try it."""
    return given({variable(tuple(name.split("."))): ""}) != {}


def shape(value):
    """The names of the fields in ``value``, at every depth; None where it holds none to compare."""
    if isinstance(value, dict):
        return {name: shape(item) for name, item in value.items()}
    if isinstance(value, list):
        return next((found for found in map(shape, value) if found is not None), None)
    return None


def differs(told, printed, place="the object"):
    """Yield where two shapes differ; a list that is empty in one of them tells nothing."""
    if told is None or printed is None:
        return
    if told.keys() != printed.keys():
        yield f"{place}: the manual has {sorted(told)}, the command prints {sorted(printed)}"
    for name in told.keys() & printed.keys():
        yield from differs(told[name], printed[name], f"{place}.{name}")


def printed_by(*words):
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(io.StringIO()):
        run([*words, "--json"])
    return json.loads(said.getvalue().splitlines()[0])


@pytest.fixture(scope="module")
def sample_week(tmp_path_factory):
    """The folder that the demo leaves, with a draft in it that waits for its words."""
    folder = tmp_path_factory.mktemp("docs") / "site"
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(io.StringIO()):
        patch.delenv("DATABASE_URL", raising=False)
        assert run(["demo", str(folder)]) == 0
        assert run(["-C", str(folder), "--now", "2026-11-23T07:30Z", "write"]) == 0
    return folder


@pytest.fixture
def site(sample_week, tmp_path):
    return shutil.copytree(sample_week, tmp_path / "site")


def have_a_feed_paused(site, url):
    """Let Byline have changed something about a feed by itself, so that there is a change to show and to undo."""
    now = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
    store = Store(site / STATE / "byline.db")
    with store.writing() as connection:
        feed = kept.known_feeds(connection, [url])[url]
        kept.keep_outcomes(connection, [refused(feed, Answer(url=url, status=410, headers={}, body=b""))], now)
    store.close()


def have_a_network(site):
    """Let there be a person with a touch, an organisation, something that was given, and a table with a broken line."""
    told = "First Name,Last Name,URL,Email Address,Company,Position,Connected On\nAna,Ruiz,,ana@x.example,Yard,,\n1\n"
    (site / "people.csv").write_text(told)
    for words in (
        ("add", "Ana Ruiz", "--mail", "ana@x.example", "--ideal", "1"),
        ("add", "Bo Lund", "--mail", "bo@x.example"),
        ("log", "Ana Ruiz", "--kind", "call"),
        ("organisation", "Yard"),
        ("service", "add", "A talk", "--kind", "talk"),
    ):
        printed_by("-C", str(site), "--now", "2026-11-23T07:30Z", "connect", *words)


TABLE = "email,name,state\nnew@example.org,New,\ngone@example.org,Gone,unsubscribed\n"


def heard_of(site):
    """Have one thing come back, which has the number 1, and a file with another."""
    about = yaml.safe_load((site / "mkdocs.yml").read_text(encoding="utf-8"))["site_url"]
    told = {"author": plain_text("Bea"), "said": plain_text("Well said."), "source": safe_url("https://bea.example/1")}
    echo = Echo(id=0, kind=EchoKind.REPLY, about=about, at=datetime(2026, 11, 20, tzinfo=UTC), **told)
    with closing(Store(site / STATE / "byline.db")) as store, store.writing() as connection:
        echoes.keep(connection, "one", echo)
    (site / "heard.json").write_text(json.dumps([{"source": "https://mei.example/", "target": about}]))


PRINTED = [
    (("init",), 0, ("init", "{site}/another")),
    (("status",), 0, ("status",)),
    (("week",), 0, ("week",)),
    (("pull",), 0, ("pull",)),
    (("feeds",), 0, ("feeds",)),
    (("feeds", "list"), 0, ("feeds", "list")),
    (("feeds", "check"), 0, ("--now", "2027-11-23T07:30Z", "feeds", "check")),
    (("feeds", "undo"), 0, ("feeds", "undo", "{feed}")),
    (("feeds", "add"), 0, ("feeds", "add", "https://new.example/feed", "--no-check")),
    (("feeds", "remove"), 0, ("feeds", "remove", "{feed}")),
    (("feeds", "import"), 0, ("feeds", "import", "{site}/list.opml")),
    (("feeds", "parse"), 0, ("feeds", "parse", str(PIPELINE / "sample/feeds/bunker-ledger.json"))),
    (("select",), 0, ("select",)),
    (("select", "pick"), 0, ("select", "pick", "{story}")),
    (("select", "skip"), 0, ("select", "skip", "{story}")),
    (("select", "later"), 0, ("select", "later", "{story}")),
    (("select", "clear"), 0, ("select", "clear", "{story}")),
    (("select", "merge"), 0, ("select", "merge", "{story}", "{other}")),
    (("select", "split"), 0, ("select", "split", "{story}", "{entry}")),
    (("select", "learned"), 0, ("select", "learned")),
    (("select", "trends"), 0, ("select", "trends")),
    (("write",), 0, ("write",)),
    (("check",), 0, ("check",)),
    (("check",), 1, ("check", "--letter", "what-had-no-name")),
    (("assist",), 0, ("assist", "what-had-no-name")),
    (("approve",), 0, ("approve", "what-had-no-name")),
    (("publish",), 0, ("publish",)),
    (("letter",), 0, ("letter", "what-had-no-name")),
    (("send",), 0, ("send", "what-had-no-name", "--dry-run")),
    (("send",), 1, ("send", "what-had-no-name", "--to-folder", "{site}/mail", "--yes")),
    (("readers",), 0, ("readers",)),
    (("readers", "list"), 0, ("readers", "list")),
    (("readers", "add"), 0, ("readers", "add", "new@example.org")),
    (("readers", "remove"), 0, ("readers", "remove", "ana@example.org")),
    (("readers", "show"), 0, ("readers", "show", "ana@example.org")),
    (("readers", "erase"), 0, ("readers", "erase", "mei@example.org")),
    (("readers", "import"), 0, ("readers", "import", "{site}/table.csv", "--consent", "asked")),
    (("inbox",), 0, ("inbox", "{site}/bounce.eml")),
    (("inbox",), 1, ("inbox", "--explain", "{site}/bounce.eml")),
    (("connect",), 0, ("connect",)),
    (("share",), 0, ("share", "what-had-no-name", "--channel", "x")),
    (("heard", "list"), 0, ("heard", "list")),
    (("heard", "show"), 0, ("heard", "show", "1")),
    (("heard", "hide"), 0, ("heard", "hide", "1")),
    (("heard", "look"), 0, ("heard", "look")),
    (("heard", "again"), 0, ("heard", "again")),
    (("heard", "import"), 0, ("heard", "import", "{site}/heard.json")),
    (("connect", "import"), 0, ("connect", "import", "{site}/people.csv")),
    (("connect", "people"), 0, ("connect", "people")),
    (("connect", "show"), 0, ("connect", "show", "Ana Ruiz")),
    (("connect", "add"), 0, ("connect", "add", "Bo Novak")),
    (("connect", "edit"), 0, ("connect", "edit", "Ana Ruiz", "--role", "Editor")),
    (("connect", "merge"), 0, ("connect", "merge", "Ana Ruiz", "Bo Lund", "--yes")),
    (("connect", "erase"), 0, ("connect", "erase", "Ana Ruiz")),
    (("connect", "organisations"), 0, ("connect", "organisations")),
    (("connect", "organisation"), 0, ("connect", "organisation", "Westmark")),
    (("connect", "log"), 0, ("connect", "log", "Ana Ruiz", "--kind", "met")),
    (("connect", "due"), 0, ("--now", "2027-11-23T07:30Z", "connect", "due")),
    (("connect", "snooze"), 0, ("connect", "snooze", "Ana Ruiz", "--days", "7")),
    (("connect", "leave-alone"), 0, ("connect", "leave-alone", "Ana Ruiz")),
    (("connect", "note"), 0, ("connect", "note")),
    (("connect", "introduce"), 0, ("connect", "introduce")),
    (("connect", "service"), 0, ("connect", "service")),
    (("connect", "service", "list"), 0, ("connect", "service", "list")),
    (("connect", "service", "add"), 0, ("connect", "service", "add", "A talk", "--kind", "talk")),
    (("connect", "service", "remove"), 0, ("connect", "service", "remove", "1")),
    (("doctor",), 0, ("doctor",)),
    (("backup",), 0, ("backup", "{site}/../new.age")),
    (("restore",), 0, ("restore", "{site}/../kept.age", "{site}/../again")),
    (("ci", "report"), 0, ("ci", "report", "--since", "HEAD", "--to", "{site}/../report")),
    (("ci", "propose"), 0, ("ci", "propose", "{site}/../said")),
    (("ci", "comment"), 0, ("ci", "comment", "{site}/../said")),
    (("ci", "pages"), 0, ("ci", "pages")),
    (("ci", "lock"), 0, ("ci", "lock")),
    (("store", "copy"), 0, ("store", "copy", "sqlite:///{site}/../copied.db")),
    (("store", "stay"), 0, ("store", "stay")),
]


@pytest.fixture
def code_host(tmp_path, monkeypatch):
    """A function that makes of what runs from then on a run at a code host, about a pull request."""
    with contextlib.ExitStack() as stack:

        def begin():
            forge = stack.enter_context(forge_in(tmp_path / "forge"))
            (tmp_path / "event").write_text('{"pull_request": {"number": 5}}', encoding="utf-8")
            for name, value in {
                "FORGEJO_ACTIONS": "true",
                "GITHUB_API_URL": f"{forge.url}/api",
                "GITHUB_SERVER_URL": forge.url,
                "GITHUB_REPOSITORY": "ana/site",
                "GITHUB_REF_NAME": "main",
                "GITHUB_EVENT_PATH": str(tmp_path / "event"),
                "BYLINE_CODE_HOST_TOKEN": TOKEN,
            }.items():
                monkeypatch.setenv(name, value)

        yield begin


@pytest.mark.parametrize(
    ("words", "block", "call"),
    PRINTED,
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_the_json_that_a_command_prints_has_the_fields_that_the_manual_promises(  # noqa: PLR0913, PLR0917
    words, block, call, site, monkeypatch, web, code_host
):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    answer = {"choices": [{"message": {"content": '["What did you mean?"]'}}]}
    monkeypatch.setenv("BYLINE_ASSIST_URL", web.serve("/chat/completions", json.dumps(answer)).rpartition("/chat")[0])
    monkeypatch.setenv("BYLINE_ASSIST_MODEL", "small-1")
    (site / "table.csv").write_text(TABLE, encoding="utf-8")
    (site / "bounce.eml").write_text("From: postmaster@example.org\nSubject: failure notice\n\n<ana@example.org>:\n")
    (site / "list.opml").write_text('<opml version="2.0"><body><outline xmlUrl="https://n.example/f"/></body></opml>')
    have_a_network(site)
    feed = yaml.safe_load((site / "byline.yml").read_text(encoding="utf-8"))["pull"]["feeds"][0]["url"]
    have_a_feed_paused(site, feed)
    with closing(Store(site / STATE / "byline.db")) as store, store.reading() as connection:
        one, two, *_ = (item.story for item in kept_stories.kept_shortlist(connection) if len(item.story.entries) > 1)
    heard_of(site)
    ids = {"story": one.id, "other": two.id, "entry": one.entries[-1].id}
    if words in {("backup",), ("restore",)}:
        monkeypatch.setenv("BYLINE_BACKUP_PASSPHRASE", "seven good words to keep it by")
        printed_by("-C", str(site), "backup", str(site.parent / "kept.age"))
    if words[0] == "ci":
        code_host()
        for command in ("init -q", "add -A", "-c user.name=A -c user.email=a@x.example commit -qm 1"):
            subprocess.run(["git", "-C", site, *command.split()], check=True)
        for file in ("said/report.md", f"{site.name}/site/index.html"):
            (site.parent / file).parent.mkdir(exist_ok=True)
            (site.parent / file).write_text("words", encoding="utf-8")
    if words == ("doctor",):
        (site / STATE / "byline.db").chmod(0o644)
    filled = [word.format(site=site, feed=feed, **ids) for word in call]
    printed = printed_by("-C", str(site), "--now", "2026-11-23T07:30Z", *filled)
    assert list(differs(shape(json_blocks(section(words))[block]), shape(printed))) == []


def test_every_command_that_prints_json_is_compared_with_the_manual():
    reports = {words for words, command in ALL.items() if "--json" in options_of(command)}
    assert {words for words, _, _ in PRINTED} == reports


# -- links, decisions, libraries, the house


@every_page
def test_each_link_and_picture_leads_somewhere(page):
    broken = []
    for token in markdown.parse(page.read_text(encoding="utf-8")):
        for part in token.children or []:
            target = part.attrGet("href") or part.attrGet("src")
            if not target or urlsplit(target).scheme:
                continue
            path, _, fragment = unquote(target).partition("#")
            place = (page.parent / path).resolve() if path else page
            names = headings(place.read_text(encoding="utf-8")) if fragment and place.is_file() else ()
            if not place.exists() or (fragment and fragment not in {anchor(words) for _, words, _, _ in names}):
                broken.append(target)
    assert broken == []


def test_decisions_are_numbered_from_one_without_a_gap():
    names = sorted(path.name for path in (ROOT / "docs/decisions").glob("*.md"))
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))
    for name in names:
        first = (ROOT / "docs/decisions" / name).read_text(encoding="utf-8").splitlines()[0]
        assert first.startswith(f"# {int(name[:4])}. ")


def distribution(requirement):
    return re.match(r"[\w-]+", requirement)[0]


def test_every_dependency_is_explained_and_no_other():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = set(map(distribution, project["dependencies"]))
    listed = {cells[0].strip("`") for cells in table_rows(LIBRARIES) if cells[0].startswith("`")}
    assert listed == wanted
    for extra, lines in project["optional-dependencies"].items():
        assert f"`{extra}`" in LIBRARIES
        assert [name for name in map(distribution, lines) if f"`{name}`" not in LIBRARIES] == []


def test_the_architecture_shows_every_room_and_no_other():
    here = {
        path.name + "/" * path.is_dir()
        for path in PIPELINE.iterdir()
        if not path.name.startswith(("_", ".")) and (path.is_dir() or path.suffix == ".py")
    }
    drawn = set(
        re.findall(r"^  ([\w.]+/?) ", ARCHITECTURE.partition("pipeline/\n")[2].partition("```")[0], re.MULTILINE)
    )
    assert drawn == here - {"skeleton/"}


def test_the_modules_that_the_architecture_names_in_a_room_are_there():
    listed = r"^  (\w+)/ +\S+ -> [\w> -]*?  +([a-z_, ]+(?:\n {40,}[a-z_, ]+)*)$"
    for room, names in re.findall(listed, ARCHITECTURE, re.MULTILINE):
        there = {path.stem for path in (PIPELINE / room).glob("*.py")}
        assert set(re.split(r"[,\s]+", names)) <= there


def test_the_architecture_names_every_table_of_the_store():
    listed = {cells[0].strip("`") for cells in table_rows(ARCHITECTURE) if cells[0].startswith("`")}
    assert set(metadata.tables) <= listed
