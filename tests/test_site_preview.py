"""The preview: drafts as they will look, a saved change at once, and no harm by a mistake in mid-sentence."""

import pytest

from pipeline.errors import PublishError
from pipeline.publish.preview import Preview

DRAFT = "---\ndate: 2026-11-24\ntitle: A draft\ntopics: [steam]\nseries: Starts\n---\nWords.\n\n![A](../photo.jpg)\n"


@pytest.fixture
def preview(site, open_app):
    (site / "content/drafts").mkdir()
    (site / "content/drafts/2026-11-24-new.md").write_text(DRAFT, encoding="utf-8")
    return Preview(open_app(site).settings, lambda: None)


def test_drafts_are_shown_as_if_they_were_published_and_the_site_itself_is_not_touched(site, preview):
    preview.build()
    page = (preview.folder / "posts/2026-11-24-new/index.html").read_text(encoding="utf-8")
    assert "Part 1 of 1 in" in page
    assert "posts/2026-11-24-new/" in (preview.folder / "topics/steam/index.html").read_text(encoding="utf-8")
    assert (preview.folder / "feed.xml").is_file()
    assert not (site / "site").exists()


def test_what_is_saved_is_shown_and_what_is_taken_away_is_gone(site, preview):
    preview.build()
    draft = site / "content/drafts/2026-11-24-new.md"
    draft.write_text(DRAFT.replace("Words.", "Other words, just saved."), encoding="utf-8")
    style = site / "overrides/assets/stylesheets/byline.css"
    style.write_text(style.read_text(encoding="utf-8") + "/* mine */", encoding="utf-8")
    preview.build()
    assert "just saved" in (preview.folder / "posts/2026-11-24-new/index.html").read_text(encoding="utf-8")
    assert "/* mine */" in (preview.folder / "assets/stylesheets/byline.css").read_text(encoding="utf-8")
    draft.unlink()
    preview.build()
    for name in ("posts/2026-11-24-new", "topics/steam"):
        assert not (preview.folder / name / "index.html").exists()


def test_a_template_that_is_saved_counts_though_it_was_compiled_before(site, preview):
    footer = site / "overrides/partials/footer.html"
    text = footer.read_text(encoding="utf-8")
    for words in ("Made by day", "Made by night", "Made by day"):
        footer.write_text(text.replace("Made with Byline", words), encoding="utf-8")
        preview.build()
        for name in ("index.html", "404.html", "about/index.html"):
            assert words in (preview.folder / name).read_text(encoding="utf-8"), name


def test_a_draft_in_the_making_may_be_broken(site, preview):
    (site / "content/drafts/2026-11-24-new.md").write_text("---\ntitle: [\n", encoding="utf-8")
    preview.build()
    assert not (preview.folder / "posts/2026-11-24-new").exists()
    assert (preview.folder / "index.html").is_file()


def test_where_a_post_is_broken_the_last_good_site_stays(site, preview):
    preview.build()
    [post] = (site / "content/posts").glob("*.md")
    good = post.read_text(encoding="utf-8")
    post.write_text("---\ndate: soon\n---\n", encoding="utf-8")
    with pytest.raises(PublishError, match="date"):
        preview.build()
    assert (preview.folder / f"posts/{post.stem}/index.html").is_file()
    post.write_text(good + "\nMended.\n", encoding="utf-8")
    preview.build()
    assert "Mended." in (preview.folder / f"posts/{post.stem}/index.html").read_text(encoding="utf-8")


def test_what_is_wrong_is_told_each_time(preview):
    for _ in range(2):
        assert any("photo.jpg" in warning for warning in preview.build())


def test_after_any_changes_the_preview_holds_what_a_new_one_would(site, preview, open_app):
    preview.build()
    draft = site / "content/drafts/2026-11-24-new.md"
    page = site / "content/steam.md"
    changes = [
        lambda: draft.write_text(DRAFT.replace("A draft", "Another title"), encoding="utf-8"),
        lambda: page.write_text("A page.\n", encoding="utf-8"),
        lambda: (page.unlink(), (site / "content/steam").mkdir(), (site / "content/steam/a.md").write_text("A.\n")),
        lambda: (site / "content/steam/index.html").write_text("plain"),
        (site / "content/about.md").unlink,
    ]
    for change in changes:
        change()
        preview.build()
    shown = {path.relative_to(preview.folder): path.read_bytes() for path in preview.folder.rglob("*.html")}
    again = Preview(open_app(site).settings, lambda: None)
    again.build()
    assert {path.relative_to(again.folder): path.read_bytes() for path in again.folder.rglob("*.html")} == shown
