"""Whether a site is what it would be if it were built now: whatever it is made of, a change of it is seen."""

import os
import re

import pytest

from pipeline.app.outlined import noting_built, to_build


def changed(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture
def publish(site, open_app):
    return lambda: open_app(site).publish()


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("mkdocs.yml", "plugins:\n", "plugins:\n  - tags\n"),
        ("mkdocs.yml", "docs_dir:", "hooks: [hook.py]\ndocs_dir:"),
        ("overrides/partials/footer.html", "Made with Byline", "{{ build_date_utc.year }}"),
    ],
)
def test_a_site_made_of_more_than_is_known_is_never_taken_for_unchanged(site, publish, file, old, new):
    publish()
    assert not publish().fresh
    (site / "hook.py").touch()
    changed(site / file, old, new)
    assert publish().fresh
    assert publish().fresh


def inherited(site):
    """Move what mkdocs.yml says of the look into a file that it inherits from."""
    own = site / "mkdocs.yml"
    (site / "shared").mkdir()
    (site / "shared/base.yml").write_text("copyright: Of all of us\n", encoding="utf-8")
    own.write_text(f"INHERIT: shared/base.yml\n{without_copyright(own)}", encoding="utf-8")


def without_copyright(path):
    return re.sub("(?m)^copyright: .*\n", "", path.read_text(encoding="utf-8"))


def test_what_mkdocs_yml_inherits_is_of_the_site(site, publish):
    inherited(site)
    publish()
    assert "Of all of us" in (site / "site/index.html").read_text(encoding="utf-8")
    assert not publish().fresh
    changed(site / "shared/base.yml", "Of all of us", "Of me alone")
    assert publish().fresh
    assert "Of me alone" in (site / "site/index.html").read_text(encoding="utf-8")


def test_a_variable_in_a_list_over_lines_is_of_the_site(site, open_app, monkeypatch):
    own = site / "mkdocs.yml"
    own.write_text(without_copyright(own) + "copyright: !ENV\n  - NOT_SET\n  - WHOSE\n  - nobody\n", encoding="utf-8")
    for whose in ("of Ana", "of Rui"):
        monkeypatch.setenv("WHOSE", whose)
        assert open_app(site, os.environ).publish().fresh
        assert whose in (site / "site/index.html").read_text(encoding="utf-8")
        assert not open_app(site, os.environ).publish().fresh


def test_a_file_of_another_folder_that_a_template_includes_is_of_every_page(site, publish):
    (site / "overrides/assets/notice.html").write_text("<p>Heard of the strike</p>", encoding="utf-8")
    changed(site / "overrides/partials/footer.html", "Made with Byline", '{% include "assets/notice.html" %}')
    publish()
    for said in ("Heard of its end", "Heard no more"):
        (site / "overrides/assets/notice.html").write_text(f"<p>{said}</p>", encoding="utf-8")
        built = publish()
        assert built.slowed == ""
        assert said in (site / "site/about/index.html").read_text(encoding="utf-8")


def test_templates_behind_a_link_are_looked_at_each_time(site, publish, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/words.html").write_text("One word", encoding="utf-8")
    (site / "overrides/more").symlink_to(tmp_path / "elsewhere")
    changed(site / "overrides/partials/footer.html", "Made with Byline", '{% include "more/words.html" %}')
    publish()
    (tmp_path / "elsewhere/words.html").write_text("Two words", encoding="utf-8")
    assert "is a link to a folder" in publish().slowed
    assert "Two words" in (site / "site/index.html").read_text(encoding="utf-8")


def test_a_picture_of_the_same_size_and_time_is_another_one(site, publish):
    picture = site / "content/chart.svg"
    for colour in ("#111111", "#222222"):
        picture.write_text(f'<svg xmlns="http://www.w3.org/2000/svg" fill="{colour}"/>', encoding="utf-8")
        os.utime(picture, (1_700_000_000, 1_700_000_000))
        publish()
        assert colour in (site / "site/chart.svg").read_text(encoding="utf-8")


# -- whoever looks again and again


HOOK = """
import os
from pathlib import Path

def on_pre_build(config):
    chart = Path(config.config_file_path).parent / "content" / "charts"
    chart.mkdir(exist_ok=True)
    for name in ("rates.md", "rates.png"):
        (chart / name).write_bytes({made})
"""


@pytest.fixture
def look(site, open_app):
    """Look at the site as a worker does, and build it if it is to be; ``meanwhile`` happens while it is built."""

    def look(meanwhile=lambda: None):
        app = open_app(site)
        if not to_build(app):
            return "nothing to do"
        with noting_built(app):
            app.publish()
            meanwhile()
        return "built"

    return look


def added(path):
    path.touch()
    path.write_text(path.read_text(encoding="utf-8") + "\nOne more word.\n", encoding="utf-8")


def with_hook(site, made):
    changed(site / "mkdocs.yml", "docs_dir:", "hooks: [hook.py]\ndocs_dir:")
    (site / "hook.py").write_text(HOOK.format(made=made), encoding="utf-8")


def test_what_a_build_writes_again_as_it_was_is_no_change(site, look):
    with_hook(site, 'b"# Rates"')
    looks = [look() for _ in range(3)]
    assert looks[-1] == "nothing to do"
    assert looks.count("built") <= 2  # what is new at the end of the first might be the author's
    changed(site / "content/about.md", "I am", "Indeed I am")
    assert [look(), look()] == ["built", "nothing to do"]  # there it was written again, picture and all
    (site / "content/charts/rates.md").touch()
    (site / "content/about.md").touch()
    assert look() == "nothing to do"


def test_what_the_author_writes_while_the_site_is_built_is_seen(site, look):
    with_hook(site, 'b"# Rates"')
    look(), look()
    about, [post, *_] = site / "content/about.md", (site / "content/posts").glob("*.md")
    for path in (about, post, site / "content/new.md"):
        changed(site / "content/about.md", "I am", "Indeed I am")
        assert [look(lambda path=path: added(path)), look(), look()] == ["built", "built", "nothing to do"]
    added(post)
    assert [look(about.unlink), look(), look()] == ["built", "built", "nothing to do"]


def test_where_nothing_but_the_author_writes_each_change_counts(site, look):
    about = site / "content/about.md"
    looks = [look(lambda: changed(about, "I am", "Indeed I am")) for _ in range(3)]
    assert [*looks, look(), look()] == ["built", "built", "built", "built", "nothing to do"]
