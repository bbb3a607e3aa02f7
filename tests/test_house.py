"""The house keeps its shape: sizes, the one maker of clean text, story functions, and no circle."""

import ast
import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

PIPELINE = Path(__file__).parents[1] / "pipeline"
MODULES = sorted(path for path in PIPELINE.rglob("*.py") if "migrations" not in path.parts)
ROOMS = ("pull", "select", "write", "publish", "send", "connect")


def parsed(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def functions(tree):
    return [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]


def length(node):
    return node.end_lineno - node.lineno + 1


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PIPELINE)))
def test_no_module_is_over_400_lines_and_no_function_over_40(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400
    assert [node.name for node in functions(parsed(path)) if length(node) > 40] == []


def test_the_median_function_is_under_nine_lines_of_code():
    lengths = sorted(
        length(node) - (len((ast.get_docstring(node, clean=False) or "").splitlines()))
        for path in MODULES
        for node in functions(parsed(path))
    )
    assert lengths[len(lengths) // 2] < 9


@pytest.mark.parametrize("room", ROOMS)
def test_each_room_tells_its_story_in_at_most_25_lines(room):
    stories = {node.name: length(node) for node in functions(parsed(PIPELINE / room / "__init__.py"))}
    assert stories[room] <= 25


def _is_python(path):
    return path.suffix == ".py" or "python" in path.read_bytes().partition(b"\n")[0].decode()


def lines_with(pattern, *, outside):
    """The lines of all modules that hold ``pattern``, but for those in the places that may."""
    return [
        f"{path.relative_to(PIPELINE)}:{number}"
        for path in MODULES
        if not any(path.is_relative_to(PIPELINE / place) for place in outside)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if re.search(pattern, line)
    ]


def test_only_html_makes_clean_text():
    made = r"\b(?:SafeHtml|SafeUrl|PlainText|Slug)\("
    assert lines_with(made, outside=["html", "model"]) == []  # in model stands the empty one
    assert lines_with(made, outside=[]) != []


def test_only_the_store_takes_text_for_clean_that_it_was_given():
    assert lines_with(r"\bkept_(?:html|text|url)\b", outside=["html", "store"]) == []


def imports_at_the_top(path, names):
    """The modules of the pipeline that a module takes something from when it is loaded."""
    for node in parsed(path).body:
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in names else node.module


def test_no_module_needs_itself_to_be_loaded():
    dotted = {path: ".".join(("pipeline", *path.relative_to(PIPELINE).with_suffix("").parts)) for path in MODULES}
    names = {name.removesuffix(".__init__"): path for path, name in dotted.items()}
    needs = {name: set(imports_at_the_top(path, names)) & names.keys() for name, path in names.items()}
    assert sum(map(len, needs.values())) > 100
    done = set()
    while free := {name for name, others in needs.items() if name not in done and others <= done}:
        done |= free
    assert needs.keys() - done == set()


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PIPELINE)))
def test_every_module_says_what_it_is(path):
    assert len(ast.get_docstring(parsed(path)) or "") > 15


TOP = "bench content docs overrides pipeline requirements tests .ci .github"
TOP += " deploy CHANGELOG.md LICENSE Makefile README.md byline.yml mkdocs.yml pyproject.toml .gitignore"


def test_the_top_level_holds_what_it_should():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=PIPELINE.parent, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    assert {name.partition("/")[0] for name in listed.stdout.split("\0") if name} - set(TOP.split()) == set()


def test_no_name_says_nothing():
    vague = {"utils", "util", "helpers", "helper", "manager", "common", "base", "misc"}
    assert [path for path in MODULES if vague & set(path.stem.split("_"))] == []


def test_what_measures_says_how_it_is_called():
    said = subprocess.run(
        [sys.executable, PIPELINE.parent / "bench/week", "--help"], capture_output=True, text=True, check=True
    )
    assert said.stdout.startswith("usage: week [-h] folder")


MEASURES = [path for path in sorted((PIPELINE.parent / "bench").iterdir()) if path.is_file() and _is_python(path)]


@pytest.mark.parametrize("path", MEASURES, ids=lambda path: path.name)
def test_what_measures_finds_all_that_it_takes_from_here(path):
    """Some of it is only looked for once the measuring goes on, which takes long, and is done seldom."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "pipeline":
            module = importlib.import_module(node.module)
            for name in (each.name for each in node.names):
                assert hasattr(module, name) or importlib.util.find_spec(f"{node.module}.{name}"), (node.lineno, name)


def test_groups_that_give_nothing_back_work_on_each_python_that_we_promise():
    """Before 3.11.5 such a group kept what a last, vain round had taken; a way out that fails at once prevents it."""
    for path in MODULES:
        text = re.sub(r"\s", "", path.read_text(encoding="utf-8"))
        for found in re.finditer(r"(?<!\()\)[*+?]\+", text):
            assert text[: found.start()].endswith("(?!)"), (path, text[found.start() - 20 : found.end()])


def test_each_test_that_is_called_long_is_there():
    tests = Path(__file__).parent
    here = {f"{path.name}::{node.name}" for path in tests.glob("test_*.py") for node in functions(parsed(path))}
    assert not set((tests / "long.txt").read_text(encoding="utf-8").split()) - here
