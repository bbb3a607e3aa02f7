"""The folder of the site: nothing is written that need not be, nothing half, nothing through a link."""

import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

import pytest

from pipeline.errors import PublishError
from pipeline.publish.ground.grounds import held
from pipeline.publish.ground.kept import keep, of_text
from pipeline.publish.stamp import work_of


def states(folder):
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


def told(folder):
    """A digest of all that a folder holds."""
    made = blake2b()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        made.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes())
    return made.hexdigest()


def children(process):
    """The processes that a process has begun; nothing where the system does not tell."""
    told = Path(f"/proc/{process}/task/{process}/children")
    return told.read_text(encoding="ascii").split() if told.exists() else ["unknown"]


def alive(group):
    """The names of the processes of a group that have not ended; nothing where the system does not tell."""
    names = []
    for told in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            name, _, rest = told.read_text(encoding="utf-8").partition("(")[2].rpartition(")")
            state, _, belongs = rest.split()[:3]
            names += [name] if state != "Z" and int(belongs) == group else []
    return names


def write(site, name, words, matter="title: T\n"):
    path = site / "content/posts" / f"{name}.md"
    path.write_text(f"---\ndate: 2026-11-20\n{matter}---\n{words}\n", encoding="utf-8")
    return path


def test_what_a_code_host_built_is_not_built_again_at_home(site, open_app):
    """The machine, and the secrets that it holds, are no part of the site."""
    there = {"CI": "true", "BYLINE_SMTP_PASSWORD": "long enough to be one"}
    assert open_app(site, there).publish().fresh
    assert not open_app(site).publish().fresh


def test_a_site_of_which_nothing_changed_is_left_alone(site, open_app):
    open_app(site).publish()
    before = states(site / "site")
    again = open_app(site).publish()
    assert again.fresh == 0
    assert states(site / "site") == before


def test_what_did_not_change_is_not_written_again(site, open_app):
    write(site, "2026-11-20-a", "One.")
    write(site, "2026-11-21-b", "Two.", "title: U\n")
    for words in ("Three.", "Four.", "Five."):
        write(site, "2026-11-20-a", words)
        open_app(site).publish()
    before = states(site / "site")
    write(site, "2026-11-20-a", "Six.")
    assert open_app(site).publish().fresh <= 3
    changed = {
        str(path.relative_to(site / "site")) for path, time in states(site / "site").items() if before.get(path) != time
    }
    assert "posts/2026-11-20-a/index.html" in changed
    assert not changed & {"posts/2026-11-21-b/index.html", "about/index.html", "assets/images/favicon.svg"}


def test_a_hand_in_the_site_is_mended(site, open_app):
    open_app(site).publish()
    right = told(site / "site")
    (site / "site/index.html").write_text("gone", encoding="utf-8")
    (site / "site/about/index.html").unlink()
    (site / "site/added.html").write_text("new", encoding="utf-8")
    open_app(site).publish()
    assert told(site / "site") == right
    write(site, "2026-11-20-a", "One.")
    open_app(site).publish()
    (site / "content/posts/2026-11-20-a.md").unlink()
    open_app(site).publish()
    assert told(site / "site") == right


def test_nothing_is_written_through_a_link(site, open_app, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "index.html").write_text("mine", encoding="utf-8")
    open_app(site).publish()
    right = told(site / "site")
    for folder in (site / "site", site / ".byline/work/site/spare", site / ".byline/work/site/stage"):
        if folder.is_dir():
            for name in ("index.html", "index.md"):
                (folder / name).unlink(missing_ok=True)
                (folder / name).symlink_to(outside / "index.html")
    open_app(site).publish()
    write(site, "2026-11-20-a", "One.")
    open_app(site).publish()
    (site / "content/posts/2026-11-20-a.md").unlink()
    open_app(site).publish()
    assert (outside / "index.html").read_text(encoding="utf-8") == "mine"
    assert told(site / "site") == right


def test_a_file_may_become_a_folder_and_a_folder_a_file(tmp_path):
    folder, note = tmp_path / "folder", tmp_path / "note"
    keep(folder, {"a": of_text("file"), "b/c": of_text("inside")}, note)
    keep(folder, {"a/b": of_text("inside"), "b": of_text("file")}, note)
    assert (folder / "a/b").read_text() == "inside"
    assert (folder / "b").read_text() == "file"
    keep(folder, {"b": of_text("file")}, note)
    assert [path.name for path in folder.iterdir()] == ["b"]


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only for root")
def test_a_place_that_cannot_be_written_is_told_in_a_sentence(site, open_app):
    open_app(site).publish()
    write(site, "2026-11-20-a", "One.")
    site.chmod(0o500)
    try:
        with pytest.raises(PublishError, match="cannot be replaced"):
            open_app(site).publish()
    finally:
        site.chmod(0o700)


def test_a_build_that_is_killed_at_any_moment_leaves_a_whole_site(site, open_app):
    chance = random.Random(7)
    texts = ("One.", "Two, and more.\n\n## Said\n\nText.")
    known = []
    for words in texts:
        write(site, "2026-11-20-a", words)
        open_app(site).publish()
        known.append(told(site / "site"))
    command = [sys.executable, "-m", "pipeline", "-C", str(site), "publish"]
    ends, number = time.monotonic() + 12, 0
    while time.monotonic() < ends:
        number += 1
        write(site, "2026-11-20-a", texts[number % 2])
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
            try:
                running.wait(chance.uniform(0.2, 1.6))
            except subprocess.TimeoutExpired:
                running.send_signal(signal.SIGKILL)
        assert told(site / "site") in known, number
    assert number > 4
    open_app(site).publish()
    assert told(site / "site") == known[number % 2]


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_build_that_is_interrupted_leaves_no_process_and_no_word_of_a_fault(site, how):
    for number in range(150):  # so many that several processes draw and make pages
        write(site, f"2026-10-01-{number:03}", "Some words. " * 40, f"title: Number {number}\n")
    command = [sys.executable, "-m", "pipeline", "-C", str(site), "publish"]
    for seconds in (0, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0):
        shutil.rmtree(site / ".byline/work", ignore_errors=True)
        shutil.rmtree(site / "site", ignore_errors=True)
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
        ) as running:
            while running.poll() is None and not children(running.pid):
                time.sleep(0.005)
            time.sleep(seconds)
            with suppress(ProcessLookupError):
                if how is signal.SIGINT:
                    os.killpg(running.pid, how)  # as Ctrl-C does: to all of them
                else:
                    running.send_signal(how)
            said, _ = running.communicate(timeout=60)
        assert "Traceback" not in said, seconds
        assert "fault of Byline's own" not in said, seconds
        patience = time.monotonic() + (20 if how is signal.SIGKILL else 1)  # nobody stops the search's program then
        while (left := alive(running.pid)) and time.monotonic() < patience:
            time.sleep(0.02)
        assert not left, seconds


# -- old addresses


def test_a_post_that_is_renamed_is_found_at_its_old_address(site, open_app):
    path = write(site, "2026-11-20-a", "The very same words, and enough of them.")
    before = path.read_text(encoding="utf-8")
    open_app(site).publish()
    path.rename(path.with_name("2026-11-20-better.md"))
    built = open_app(site).publish()
    assert built.moved == (
        "posts/2026-11-20-a/ is now posts/2026-11-20-better/, and leads there: see aliases: in 2026-11-20-better.md",
    )
    after = path.with_name("2026-11-20-better.md").read_text(encoding="utf-8")
    assert after.replace("aliases: [2026-11-20-a]\n", "") == before
    old = (site / "site/posts/2026-11-20-a/index.html").read_text(encoding="utf-8")
    assert 'content="0; url=../2026-11-20-better/"' in old
    assert 'rel="canonical" href="https://ana-ruiz.example/posts/2026-11-20-better/"' in old
    assert open_app(site).publish().moved == ()


def test_where_files_are_thrown_away_an_old_name_that_nobody_wrote_down_keeps_the_site_as_it_was(site, open_app):
    path = write(site, "2026-11-20-a", "The very same words, and enough of them.")
    open_app(site).publish(strict=True)
    text = path.read_text(encoding="utf-8")
    new = path.rename(path.with_name("2026-11-20-better.md"))
    for _ in range(2):
        with pytest.raises(PublishError) as raised:
            open_app(site, {"CI": "true"}).publish(strict=True)
        assert "write `aliases: [2026-11-20-a]` into 2026-11-20-better.md" in str(raised.value)
        assert new.read_text(encoding="utf-8") == text
        assert (site / "site/posts/2026-11-20-a/index.html").exists()
    new.write_text(text.replace("\ntitle:", "\naliases: [2026-11-20-a]\ntitle:", 1), encoding="utf-8")
    open_app(site, {"CI": "true"}).publish(strict=True)
    assert "2026-11-20-better" in (site / "site/posts/2026-11-20-a/index.html").read_text(encoding="utf-8")


def test_a_new_post_beside_one_that_is_gone_is_no_rename(site, open_app):
    write(site, "2026-11-20-a", "About cranes, at some length, and with care.")
    open_app(site).publish()
    (site / "content/posts/2026-11-20-a.md").unlink()
    write(site, "2026-11-20-b", "Hydrogen is another matter altogether: prices, pipes, people.", "title: Other\n")
    assert open_app(site).publish().moved == ()
    assert not (site / "site/posts/2026-11-20-a").exists()


def test_another_text_of_the_same_day_is_no_rename_however_alike_its_letters_are(site, open_app):
    words = "The hive stood in the shade of the old wall, and the bees came out of it late in the morning. " * 4
    others = "A valve that nobody had turned for years let the water through to the lower basin all night long. " * 4
    write(site, "2026-11-20-bees", words, "title: Bees\n")
    open_app(site).publish()
    (site / "content/posts/2026-11-20-bees.md").unlink()
    path = write(site, "2026-11-20-valves", others, "title: Valves\n")
    assert open_app(site).publish().moved == ()
    assert "aliases" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["../../x", "/etc/passwd", "https://evil.example/", "a/../../b", "..", "a\\b"])
def test_an_old_name_that_is_none_is_told_with_its_line(site, open_app, name):
    write(site, "2026-11-20-a", "Text.", f"title: T\naliases: ['{name}']\n")
    with pytest.raises(PublishError, match=r"2026-11-20-a\.md:4: aliases"):
        open_app(site).publish()


def test_an_old_name_that_another_page_has_now_is_that_pages(site, open_app):
    write(site, "2026-11-20-a", "First.", "title: A\n")
    write(site, "2026-11-20-b", "Second.", "title: B\naliases: [2026-11-20-a]\n")
    open_app(site).publish()
    assert "First." in (site / "site/posts/2026-11-20-a/index.html").read_text(encoding="utf-8")


# -- what the author should know


def test_what_is_not_shown_as_it_is_meant_is_told(site, open_app):
    write(site, "2026-11-20-a", "Text.", "title: T\ntopics: [C++, data centres]\n")
    write(site, "2026-11-20-b", "Text.", "title: U\ntopics: [C#, Data-Centres]\n")
    (site / "content/contact.md").write_text("---\ntitle: [x\n---\nWrite to me.\n", encoding="utf-8")
    facts = (
        "references:\n  - {name: Nobody, reference: She is great.}\n  - {name: Pla, reference: Fine., source: Water}\n"
    )
    (site / "content/resume.yml").write_text(facts, encoding="utf-8")
    told = open_app(site).publish().warnings
    assert told[:3] == (
        (
            "content/contact.md:2: a bracket is opened here and not closed, or a comma is missing; "
            "until then the page is without its front matter"
        ),
        "the words of Nobody among your facts are not shown, as no url or source says where they were said",
        "the topics C# and C++ share the page topics/c/; call one of them otherwise",
    )
    assert not any("entres" in each for each in told)
    voices = (site / "site/voices/index.html").read_text(encoding="utf-8")
    assert "Pla" in voices
    assert "Nobody" not in voices


# -- its own grounds


@pytest.mark.parametrize(
    ("docs", "site_dir"),
    [
        ("content", "content"),
        ("content", "overrides"),
        ("content", "content/public"),
        ("content", "."),
        ("content", ".byline"),
        ("site/content", "site"),
    ],
)
def test_a_site_never_takes_the_place_of_the_authors_files(site, open_app, docs, site_dir):
    settings = (site / "mkdocs.yml").read_text(encoding="utf-8")
    settings = settings.replace("docs_dir: content", f"docs_dir: {docs}").replace(
        "site_dir: site", f"site_dir: {site_dir}"
    )
    (site / "mkdocs.yml").write_text(settings, encoding="utf-8")
    if docs != "content":
        (site / "site").mkdir()
        (site / "content").rename(site / docs)
    before = told(site)
    for _ in range(2):
        with pytest.raises(PublishError, match="name a folder for the site"):
            open_app(site).publish()
    assert told(site) == before


def test_a_site_is_put_into_no_link(site, open_app, tmp_path):
    (tmp_path / "web").mkdir()
    (tmp_path / "web/precious.txt").write_text("mine", encoding="utf-8")
    (site / "site").symlink_to(tmp_path / "web")
    with pytest.raises(PublishError, match="site is a link"):
        open_app(site).publish()
    assert (tmp_path / "web/precious.txt").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("name", ["spare", "stage", "cards", "search", "images", "pages", "build"])
def test_nothing_is_taken_away_by_a_link_among_what_is_remembered(site, open_app, tmp_path, name):
    (tmp_path / "mine").mkdir()
    for precious in ("precious.txt", "precious.png", "precious.webp"):
        (tmp_path / "mine" / precious).touch()
    (site / ".byline/work/site").mkdir(parents=True)
    (site / ".byline/work/site" / name).symlink_to(tmp_path / "mine")
    with pytest.raises(PublishError, match=f"{name} is a link"):
        open_app(site).publish()
    assert len([*(tmp_path / "mine").iterdir()]) == 3


def test_what_is_hidden_in_the_folder_of_the_site_stays_there(site, open_app):
    (site / "site/.git").mkdir(parents=True)
    (site / "site/.git/HEAD").write_text("ref", encoding="utf-8")
    for words in ("One.", "Two.", "Three."):
        write(site, "2026-11-20-a", words)
        assert open_app(site).publish().fresh
        assert (site / "site/.git/HEAD").read_text(encoding="utf-8") == "ref"
    assert not open_app(site).publish().fresh


def test_builds_that_are_begun_at_once_take_turns(site, open_app):
    """The second waits, and then finds that all is done; or it makes what was changed in between."""
    for number in range(60):
        write(site, f"2026-10-01-{number:03}", "Some words. " * 40, f"title: Number {number}\n")
    command = [sys.executable, "-m", "pipeline", "-C", str(site), "publish"]
    for _ in range(2):
        write(site, "2026-11-20-a", f"Said at {time.monotonic()}.")
        running = [
            subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) for _ in range(3)
        ]
        told_by_each = [each.communicate(timeout=120)[0] for each in running]
        assert [each.returncode for each in running] == [0, 0, 0], told_by_each
        assert not open_app(site).publish().fresh
    assert all((site / "site" / folder / "pagefind.js").is_file() for folder in searches(site))


def searches(site):
    """The folders of the search that the first page names."""
    found = re.findall(r"search/\w+/", (site / "site/index.html").read_text(encoding="utf-8"))
    assert found
    return found


def test_a_build_that_another_one_keeps_waiting_says_so(site, open_app):
    settings = open_app(site).settings
    work = work_of(settings)
    with (
        held(settings, work),
        pytest.raises(PublishError, match="Another process of Byline"),
        held(settings, work, 0.2),
    ):
        pass
    with held(settings, work, 0):
        pass


def test_no_file_of_the_site_leaves_its_folder(tmp_path):
    for name in ("../out.txt", "/tmp/out.txt", "a/../../out.txt"):
        with pytest.raises(ValueError, match="no name of a file"):
            keep(tmp_path / "site", {name: of_text("x")}, tmp_path / "note")
    assert not (tmp_path / "out.txt").exists()
