"""What runs elsewhere: workflows in a clean clone, the wheel, the demo, and locks that name no index."""

import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml

REPOSITORY = Path(__file__).parents[1]
WORKFLOWS = [
    *sorted((REPOSITORY / ".github/workflows").glob("*.yml")),
    REPOSITORY / "pipeline/starter/workflows/site.yml",
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


def steps(workflow):
    """The steps of a workflow in the order in which its jobs run."""
    return [step for job in yaml.safe_load(workflow)["jobs"].values() for step in job["steps"]]


def as_here(clone):
    """Use this run's environment, which is installed already, but the clone's own code."""
    place = clone.parent / "venv"  # with stamps of its own that say so: those of this run's stay as they are
    place.mkdir(exist_ok=True)
    if not (place / "bin").exists():
        (place / "bin").symlink_to(Path(sys.prefix) / "bin")
    for name in ("installed", "developing"):
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
        "make gates": {"PYTEST_ADDOPTS": "-k exit_codes", "MYPY_CACHE_DIR": str(REPOSITORY / ".mypy_cache")},
    }
    for path in sorted((clone / ".github/workflows").glob("*.yml")):
        for step in steps(path.read_text(encoding="utf-8")):
            if "run" in step:
                run(step["run"], clone, **as_here(clone), **short.get(step["run"], {}))
                ran.append(step["run"])
    assert ran == ["make site", "make gates", "make test"]
    assert (clone / "site/feed.xml").is_file()


def test_the_steps_of_an_authors_workflow_run_in_order(site, clone):
    workflow = (site / ".github/workflows/site.yml").read_text(encoding="utf-8")
    install, build = [step["run"] for step in steps(workflow) if "run" in step]
    assert "BYLINE:?" in install  # no name on an index is trusted: the author says where Byline comes from
    run(build, site, **as_here(clone))
    assert (site / "site/index.html").is_file()


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_workflows_pin_every_action_and_take_no_permission_by_default(path):
    text = path.read_text(encoding="utf-8")
    workflow = yaml.safe_load(text.replace("$$", "$"))
    assert workflow["permissions"] == {}
    for step in steps(text):
        if "uses" in step:
            assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", step["uses"])
        assert "${{" not in step.get("run", "")  # nothing from outside is pasted into a shell


@pytest.mark.parametrize(("name", "least"), [("run", 40), ("dev", 40), ("audit", 10)])
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
        archive.extractall(tmp_path / "installed")
    assert {
        "pipeline/py.typed",
        "pipeline/skeleton/mkdocs.yml",
        "pipeline/skeleton/overrides/main.html",
        "pipeline/desk/templates/triage.html",
        "pipeline/desk/static/triage.js",
    } <= names
    assert "pipeline/store/migrations/versions/0001_first.py" in names
    assert not [name for name in names if "drafts" in name or name.startswith(("tests/", "bench/"))]
    alone = {"PYTHONPATH": str(tmp_path / "installed")}
    byline = f"{sys.executable} -m pipeline"
    said = run(
        f"cd {tmp_path} && {byline} init mine --name Ana && {byline} -C mine publish --strict",
        tmp_path,
        **alone,
    )
    assert "1 post" in said
    where = run(f"{sys.executable} -c 'import pipeline; print(pipeline.__file__)'", tmp_path, **alone)
    assert where.startswith(str(tmp_path))


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
