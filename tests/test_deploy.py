"""What runs elsewhere: workflows in a clean clone, the wheel, the demo, and locks that name no index."""

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from pipeline import __version__
from pipeline.cli import cli
from pipeline.cli.init import _sample_files, make
from pipeline.html import plain_text
from pipeline.store import Store, sends
from pipeline.store import send as kept_readers

REPOSITORY = Path(__file__).parents[1]
WORKFLOWS = [
    *sorted((REPOSITORY / ".github/workflows").glob("*.yml")),
    *sorted((REPOSITORY / "pipeline/starter/workflows").glob("*/[!g]*.yml")),
]


def run(command, folder, **environment):
    """Run a shell command as a fresh machine would; what it prints is shown where it fails."""
    keep = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "BYLINE_CORPORA") if name in os.environ}
    done = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", command],
        cwd=folder,
        env=keep | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


@pytest.fixture(scope="session")
def clone(tmp_path_factory):
    """A clean clone of what git tracks here, as it stands in the work tree."""
    folder = tmp_path_factory.mktemp("clone") / "byline"
    files = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=REPOSITORY,
        capture_output=True,
        check=True,
        text=True,
    ).stdout.split("\0")
    for name in filter(None, files):
        if (REPOSITORY / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(REPOSITORY / name, folder / name)
    return folder


def steps_of(name, clone):
    return steps((clone / f".github/workflows/{name}.yml").read_text(encoding="utf-8"))


def steps(workflow):
    """The steps of a workflow in the order in which its jobs run."""
    return [step for job in yaml.safe_load(workflow)["jobs"].values() for step in job["steps"]]


def as_here(clone):
    """Use this run's environment, which is installed already, but the clone's own code."""
    place = clone.parent / "venv"  # with stamps of its own that say so: those of this run's stay as they are
    place.mkdir(exist_ok=True)
    if not (place / "bin").exists():
        (place / "bin").symlink_to(Path(sys.prefix) / "bin")
    for name in ("installed", "developing", "releasing"):
        (place / name).touch()
    return {
        "VENV": str(place),
        "PYTHONPATH": str(clone),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }


def test_the_steps_of_our_workflows_run_in_order_in_a_clean_clone(clone):
    ran = []
    # The suite that runs this test is the one that these would run; a part of it shows that the step works.
    short = {
        "make test": {"PYTEST_ADDOPTS": "tests/test_yamltext.py -p no:cacheprovider"},
        "make test-long": {"PYTEST_ADDOPTS": "tests/test_articles.py -p no:cacheprovider"},
        "make gates": {"PYTEST_ADDOPTS": "-k exit_codes", "MYPY_CACHE_DIR": str(REPOSITORY / ".mypy_cache")},
    }
    for name in ("site", "test"):  # that of a release: see below
        path = clone / f".github/workflows/{name}.yml"
        for step in steps(path.read_text(encoding="utf-8")):
            if step.get("run") == "make workflows" and not shutil.which("zizmor", path=as_here(clone)["PATH"]):
                ran.append(step["run"])  # a test of its own says that it was skipped
            elif "run" in step:
                run(step["run"], clone, **as_here(clone), **short.get(step["run"], {}))
                ran.append(step["run"])
    assert ran == ["make site", "make gates", "make workflows", "make test", "make test-long"]
    assert (clone / "site/feed.xml").is_file()


def test_zizmor_finds_nothing_in_our_workflows_and_those_that_authors_get(clone):
    environment = as_here(clone)
    if not shutil.which("zizmor", path=environment["PATH"]):
        pytest.skip("zizmor is not installed; `make workflows` installs and asks it")
    run("make workflows", clone, **environment)
    bad = clone / ".github/workflows/bad.yml"
    try:
        bad.write_text(
            "name: bad\non: pull_request_target\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n"
            "      - run: echo ${{ github.event.pull_request.title }}\n",
            encoding="utf-8",
        )
        with pytest.raises(AssertionError, match="template-injection"):
            run("make workflows", clone, **environment)
    finally:
        bad.unlink()


def test_a_release_is_the_same_bytes_wherever_and_whenever_it_is_built(clone, tmp_path):
    [tagged, packages, parts, draft] = [step["run"] for step in steps_of("release", clone) if "run" in step]
    run(tagged, clone, **as_here(clone), TAG=f"v{__version__}")
    with pytest.raises(AssertionError, match=r"The tag is v9\.9 and the version v"):
        run(tagged, clone, **as_here(clone), TAG="v9.9")
    assert "--draft --verify-tag" in draft  # a person looks at it before anybody else; only a code host can run it
    built = []
    for name, umask, day in (("a", "022", "2026-01-01"), ("elsewhere/b", "077", "2019-05-05")):
        place = tmp_path / name
        shutil.copytree(clone, place, ignore=shutil.ignore_patterns("site", ".byline", "dist", "__pycache__"))
        stamp = f"find . -type f -exec touch -d {day} {{}} +"
        run(f"umask {umask}; chmod -R go-rwx pipeline; {stamp}; {packages}", place, **as_here(clone))
        built.append({path.name: path.read_bytes() for path in (place / "dist").iterdir()})
    assert built[0] == built[1]
    assert sorted(name.rpartition(".")[2] for name in built[0]) == ["gz", "whl"]

    [sdist] = (tmp_path / "a/dist").glob("*.tar.gz")
    run(f"tar -xzf {sdist} -C {tmp_path} && cd {tmp_path}/byline-*/ && {packages}", tmp_path, **as_here(clone))
    [again] = tmp_path.glob("byline-*/dist/*.whl")
    assert again.read_bytes() == built[0][again.name]  # the sdist holds all that the wheel needs
    assert parts == "make sbom"


def test_the_list_of_parts_names_each_package_of_the_lock_with_its_hashes(clone):
    environment = as_here(clone)
    if not shutil.which("cyclonedx-py", path=environment["PATH"]):
        pytest.skip("cyclonedx-bom is not installed; `make sbom` installs it")
    run("make sbom", clone, **environment)
    texts = {name: (clone / f"dist/{name}.cdx.json").read_text(encoding="utf-8") for name in ("byline", "byline-image")}
    for text, lock in zip(texts.values(), ("run", "worker"), strict=True):  # the image is made of another lock
        told, locked = json.loads(text), (REPOSITORY / f"requirements/{lock}.txt").read_text(encoding="utf-8")
        assert {f"{each['name']}=={each['version']}" for each in told["components"]} == set(
            re.findall(r"^\S+==[^\s;]+", locked, re.MULTILINE)
        )
        assert told["metadata"]["component"]["name"] == "byline"
    run("make sbom", clone, **environment)
    assert {name: (clone / f"dist/{name}.cdx.json").read_text(encoding="utf-8") for name in texts} == texts


def test_who_cannot_ask_for_advisories_is_told_so(clone, tmp_path):
    """Neither the package nor its advisories are asked for: all ways out lead to a closed port."""
    environment = as_here(clone)
    if not shutil.which("pip-audit", path=environment["PATH"]):
        pytest.skip("pip-audit is not installed; `make audit-packages` installs it")
    nowhere = dict.fromkeys(("https_proxy", "http_proxy", "HTTPS_PROXY", "HTTP_PROXY"), "http://127.0.0.1:9")
    with pytest.raises(AssertionError, match=r"Nothing is known of advisories"):
        run("make audit-packages", clone, **environment, **nowhere, XDG_CACHE_HOME=str(tmp_path))


UNITS = sorted((REPOSITORY / "deploy/systemd").iterdir())


def test_the_units_are_right_and_shut_in(tmp_path):
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not installed")
    for unit in UNITS:  # Byline is not in /opt here
        text = unit.read_text(encoding="utf-8").replace("/opt/byline/bin/byline", "/bin/true")
        (tmp_path / unit.name).write_text(text, encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", *sorted(tmp_path.iterdir())], capture_output=True, text=True, check=False
    )
    told = [line for line in done.stderr.splitlines() if str(tmp_path) in line and "Documentation" not in line]
    assert (done.returncode, told) == (0, [])
    for unit in tmp_path.glob("*.service"):
        run(f"systemd-analyze security --offline=yes --threshold=20 {unit}", tmp_path)


@pytest.mark.parametrize("unit", [unit for unit in UNITS if unit.suffix == ".service"], ids=lambda unit: unit.name)
def test_what_a_unit_starts_is_a_command_that_there_is(unit):
    text = unit.read_text(encoding="utf-8")
    starts = re.findall(r"^Exec\w+=.*/opt/byline/bin/byline ([^'\n]+)'?$", text, re.MULTILINE)
    assert starts
    for start in starts:
        name, *options = start.split()
        known = {option for parameter in cli.get_command(None, name).params for option in parameter.opts}
        assert {option.partition("=")[0] for option in options if option.startswith("-")} <= known
    [there] = re.findall(r"^Documentation=file://(\S+)/deploy\.md$", text, re.MULTILINE)
    assert f"-t {there} docs/manual/*.md" in (REPOSITORY / "docs/manual/deploy.md").read_text(encoding="utf-8")
    for law in (
        "NoNewPrivileges=yes",
        "ProtectSystem=strict",
        "StateDirectory=byline",
        "PrivateTmp=yes",
        "User=byline",
    ):
        assert law in text


SENDER = """send:
  sender: Ana Ruiz <ana@ana-ruiz.example>
  postal_address: 1 Quay Street, Rotterdam
  unsubscribe_url: https://ana-ruiz.example/leave/
  smtp: {{host: 127.0.0.1, port: {}, security: none}}
"""


def commands_of(unit):
    """What a unit starts, before and then, and whether it may fail, as on a machine where Byline is not in /opt."""
    text = (REPOSITORY / "deploy/systemd" / unit).read_text(encoding="utf-8")
    for before, fails, words in re.findall(r"^ExecStart(Pre)?=(-?)/opt/byline/bin/byline (.+)$", text, re.MULTILINE):
        yield bool(before), bool(fails), [sys.executable, "-m", "pipeline", *words.split()]


def test_a_backup_each_night_bears_a_link_and_a_second_start_but_no_failure(tmp_path):
    site, program = tmp_path / "site", tmp_path / "byline"
    make(site, dict(_sample_files()))
    (site / "link").symlink_to("/etc/hostname")
    (tmp_path / "backups").mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m pipeline "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    text = (REPOSITORY / "deploy/systemd/byline-backup.service").read_text(encoding="utf-8")
    [line] = re.findall(r"^ExecStart=/bin/sh -c '(.+)'$", text, re.MULTILINE)
    line = line.replace("$$", "$").replace("%%", "%").replace("/opt/byline/bin/byline", str(program))
    line = line.replace("/var/lib/byline/backups", str(tmp_path / "backups"))
    environment = {"HOME": str(tmp_path), "PATH": os.environ["PATH"], "PYTHONPATH": str(REPOSITORY)}

    def start(**more):
        given = {"cwd": site, "env": environment | more, "capture_output": True, "text": True}
        return subprocess.run(["/bin/sh", "-c", line], check=False, **given)

    assert start().returncode != 0  # no passphrase
    assert list((tmp_path / "backups").iterdir()) == []
    done = start(BYLINE_BACKUP_PASSPHRASE="seven good words to keep it by")
    assert (done.returncode, "not in it: link" in done.stdout) == (0, True)
    [made] = (tmp_path / "backups").iterdir()
    before = made.read_bytes()
    assert start().returncode == 0
    assert made.read_bytes() == before


def test_the_timer_sends_what_was_planned_on_a_machine_where_nothing_was_built(tmp_path, mailbox):
    """A clone has no site/; what the unit runs first builds it, and where that fails, what is shown already leaves."""
    site = tmp_path / "site"
    make(site, dict(_sample_files()))
    (site / "byline.yml").write_text(SENDER.format(mailbox.port), encoding="utf-8")
    now = datetime.now(UTC)
    environment = {"HOME": str(tmp_path), "PATH": os.environ["PATH"], "PYTHONPATH": str(REPOSITORY)}

    def plan_and_run(edition, email):
        with closing(Store(f"sqlite:///{site}/.byline/byline.db")) as store, store.writing() as connection:
            kept_readers.add_reader(connection, email, plain_text("Mei"), plain_text("form"), now)
            sends.plan(connection, edition, now - timedelta(minutes=1), now)
        for is_first, may_fail, command in commands_of("byline-send.service"):
            done = subprocess.run(command, cwd=site, env=environment, capture_output=True, text=True, check=False)
            assert done.returncode == 0 or (is_first and may_fail), done.stderr
        return [recipient for _, recipients, _ in mailbox.messages for recipient in recipients]

    assert plan_and_run("2026-11-16-what-had-no-name", "mei@example.org") == ["mei@example.org"]
    (site / "content/posts/2026-11-20-broken.md").write_text("no post", encoding="utf-8")
    assert "jo@example.org" in plan_and_run("2026-11-11-thirty-four-minutes", "jo@example.org")


def test_the_image_is_made_of_the_lock_and_runs_without_rights():
    text = (REPOSITORY / "deploy/Containerfile").read_text(encoding="utf-8")
    copied = [name for line in re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE) for name in line.split()]
    assert copied == ["requirements/worker.txt", "dist/*.whl"]
    assert "--require-hashes" in text
    assert text.index("USER 10001") < text.index("ENTRYPOINT")
    assert not re.search(r"(?i)(password|token|secret)=", text)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_workflows_pin_every_action_and_take_no_permission_by_default(path):
    text = path.read_text(encoding="utf-8")
    workflow = yaml.safe_load(text)
    assert workflow["permissions"] == {}
    for step in steps(text):
        if "uses" in step:
            assert re.fullmatch(r"[\w-]+/[\w/-]+@[0-9a-f]{40}", step["uses"])
        assert "${{" not in step.get("run", "")  # nothing from outside is pasted into a shell


@pytest.mark.parametrize(("name", "least"), [("run", 40), ("worker", 40), ("dev", 40), ("audit", 10), ("release", 30)])
def test_locks_hash_every_package_and_name_no_index(name, least):
    text = (REPOSITORY / f"requirements/{name}.txt").read_text(encoding="utf-8")
    packages = re.split(r"\n(?=\S)", text.strip())
    assert len(packages) > least
    for package in packages:
        assert re.match(r"[a-z0-9-]+==\S+", package)
        assert "--hash=sha256:" in package
    assert "://" not in text


def test_the_wheel_carries_all_it_needs_and_makes_a_site_that_builds(clone, tmp_path):
    run(f"{sys.executable} -m hatchling build -t wheel -d {tmp_path}", clone)
    [wheel] = tmp_path.glob("byline-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert {
        "pipeline/py.typed",
        "pipeline/skeleton/mkdocs.yml",
        "pipeline/skeleton/requirements/worker.txt",
        "pipeline/starter/workflows/github/weekly.yml",
        "pipeline/starter/workflows/gitlab/gitlab-ci.yml",
        "pipeline/skeleton/overrides/main.html",
        "pipeline/desk/templates/triage.html",
        "pipeline/desk/static/triage.js",
    } <= names
    assert "pipeline/store/migrations/versions/0001_first.py" in names
    assert not [name for name in names if "/drafts/" in name or name.startswith(("tests/", "bench/"))]
    byline = in_a_clean_environment(wheel, tmp_path)
    for host in ("github", "gitlab", "forgejo"):
        said = run(f"{byline} init {host} --name Ana --host {host} && {byline} -C {host} publish --strict", tmp_path)
        assert "1 post" in said
    run(f"{byline} demo walked", tmp_path)
    assert len(list((tmp_path / "walked/outbox").glob("*.eml"))) == 3
    where = run(f"{Path(byline).parent}/python -c 'import pipeline; print(pipeline.__file__)'", tmp_path)
    assert where.startswith(str(tmp_path))


def in_a_clean_environment(wheel, folder):
    """The command as pip installs it into an environment that has what Byline needs, and no Byline."""
    run(f"{sys.executable} -m venv --without-pip {folder}/venv", folder)
    [packages] = (folder / "venv/lib").glob("python*/site-packages")
    # A line of a .pth adds that folder and reads no other .pth in it: the editable install there is not seen.
    (packages / "needed.pth").write_text(f"{sysconfig.get_path('purelib')}\n", encoding="utf-8")
    with pytest.raises(AssertionError, match=r"No module named .pipeline\.cli."):
        run(f"{folder}/venv/bin/python -c 'import pipeline.cli'", folder)
    pip = f"{sys.executable} -m pip --python {folder}/venv/bin/python"
    run(f"{pip} install --quiet --no-deps --no-index --ignore-installed {wheel}", folder)
    return f"{folder}/venv/bin/byline"


def test_the_demo_walks_the_whole_week_in_ten_lines(byline, tmp_path):
    code, out, err = byline("demo", tmp_path / "demo")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert len(lines) <= 10
    assert "\n".join(lines[:5]) in (REPOSITORY / "README.md").read_text(encoding="utf-8")
    [post] = (tmp_path / "demo/content/posts").glob("*what-i-read*")
    paragraphs = [each for each in post.read_text(encoding="utf-8").split("\n\n") if len(each) > 100]
    assert len(paragraphs) == len(set(paragraphs))
    assert len(list((tmp_path / "demo/outbox").glob("*.eml"))) == 3
    for line in lines:
        if re.match(r"(post|page|letter|mail) ", line):
            assert Path(line.split(maxsplit=1)[1]).exists()


def test_make_alone_lists_its_targets(clone):
    said = run("make", clone)
    for target in ("demo", "install", "test", "check", "lock", "clean"):
        assert re.search(rf"make {target} ", said)
