"""Cards: quiet pictures of a title, in any script, in the author's colours, the same bytes each time."""

import json
import subprocess
import sys
import time
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from pipeline.errors import PublishError
from pipeline.publish.cards.card import Card, Direction, alt_of
from pipeline.publish.cards.colours import Palette, contrast, palette_of, rgb
from pipeline.publish.cards.drawing import MARGIN, RULE, draw, unshown
from pipeline.publish.cards.faces import SHAPES, Face, Typeface, face_of, typeface
from pipeline.publish.cards.glyphs import characters
from pipeline.publish.cards.keys import key_of
from pipeline.publish.cards.letters import LONGEST, clean, clusters
from pipeline.publish.cards.line import measured, shown
from pipeline.publish.cards.presentation import in_order
from pipeline.publish.cards.wrap import Step, fit

CARD = Card(site_name="Ana Ruiz", title="What the yard cranes tell us", line="Essay · 4 November 2026", topics="ports")
COLOURS = Palette()
STYLES = Path(__file__).parents[1] / "overrides/assets/stylesheets/byline.css"
BOLD = typeface("en", bold=True)
STEPS = (Step(size=100, lines=2), Step(size=50, lines=3))
SCRIPTS = {
    "ar": "ماذا تقول لنا رافعات الميناء في روتردام؟",
    "bn": "বন্দরের ক্রেনগুলি আমাদের কী বলে",
    "de": "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz",
    "el": "Τι μας λένε οι γερανοί του λιμανιού",
    "he": "מה מספרים לנו המנופים בנמל רוטרדם?",
    "hi": "बंदरगाह की क्रेनें हमें क्या बताती हैं",
    "hy": "Ինչ են մեզ պատմում նավահանգստի կռունկները",
    "ja": "ロッテルダム港のクレーンが教えてくれること、そして「自動化」が本当に意味するもの",
    "ka": "რას გვეუბნება პორტის ამწეები",
    "ko": "로테르담 항만의 야드 크레인이 우리에게 말해 주는 것",
    "ru": "Что говорят нам краны контейнерного терминала",
    "ta": "துறைமுக கிரேன்கள் நமக்கு என்ன சொல்கின்றன",
    "th": "สิ่งที่เครนในลานตู้สินค้าของท่าเรือรอตเทอร์ดามบอกเราเกี่ยวกับอนาคตของการทำงาน",
    "vi": "Những cần cẩu ở cảng nói gì với chúng ta",
    "zh": "鹿特丹港自动化堆场起重机告诉我们的事：当机器接管码头，工会与城市各自得到了什么",
}
WILD = {
    "nothing": "",
    "ten thousand letters in one word": "x" * 10_000,
    "ten thousand marks on nothing": "\u0301" * 10_000,
    "a pile of marks": "Z" + "\u0301\u0323" * 400 + "algo",
    "overrides": "\u202e\u2066annual\u2069 report\u202c",
    "controls and lines": "a\x00b\x1b[31mc\r\n\n\td\x85e\u2028f",
    "a half of a letter": "\ud800 alone",
    "joiners": "\u200d" * 9_000,
    "joined for ever": "👩\u200d" * 3_000,
    "a phrase in one glyph": "﷽ " * 50,
    "consonants joined for ever": "क्" * 3_000,
    "no letter that any font has": "𒐫𒈙\U000e0041\U0010ffff",
    "the widest": "W" * 3_000,
    "brackets only": "「" * 800,
    "spaces that do not break": "\u00a0" * 900 + "a",
    "two ways": "abc אבג 12 ابج (x) " * 40,
    "an address": "https://www.port.example/en/news/automation?utm_source=newsletter&utm_medium=email" * 2,
}


def picture(data):
    with Image.open(BytesIO(data)) as opened:
        return opened.convert("RGB")


def inked(data, colours=COLOURS):
    """The box of all that is not paper, below the rule."""
    drawn = picture(data)
    paper = Image.new("RGB", drawn.size, colours.paper)
    paper.paste(drawn.crop((0, 0, drawn.width, RULE)), (0, 0))
    return ImageChops.difference(drawn, paper).getbbox()


def lines_of(title, language="en", steps=STEPS, width=1000):
    faces = typeface(language, bold=True)
    return fit(shown(clean(title), faces), lambda text: measured(text, faces), steps, width)


# -- the picture


def test_a_card_is_a_small_png_of_the_size_that_previews_ask_for():
    data = draw(CARD, COLOURS)
    with Image.open(BytesIO(data)) as opened:
        assert (opened.format, opened.size) == ("PNG", (1200, 630))
    assert len(data) < 25_000


def test_the_same_facts_give_the_same_bytes_in_another_process():
    rooms = ("card", "colours", "drawing")
    asked = "import sys; " + "".join(f"from pipeline.publish.cards.{room} import *; " for room in rooms)
    asked += f"sys.stdout.buffer.write(draw({CARD!r}, {COLOURS!r}))"
    asked = asked.replace("<Direction.AUTO: 'auto'>", "Direction.AUTO")
    other = subprocess.run([sys.executable, "-c", asked], capture_output=True, check=True).stdout
    assert other == draw(CARD, COLOURS) == draw(replace(CARD), COLOURS)


def test_it_is_in_the_authors_colours():
    colours = Palette(paper="#102030", ink="#ffffff", quiet="#c0c0c0", accent="#ffcc00")
    drawn = picture(draw(CARD, colours))
    found = {colour for _, colour in drawn.getcolors()}
    assert {rgb(colours.paper), rgb(colours.ink), rgb(colours.quiet), rgb(colours.accent)} <= found
    assert drawn.getpixel((600, 2)) == rgb(colours.accent)
    assert drawn.getpixel((1, 629)) == rgb(colours.paper)


@pytest.mark.parametrize("shapes", [True, False], ids=["shaped", "plain"])
@pytest.mark.parametrize("title", [*WILD.values(), *SCRIPTS.values()], ids=[*WILD, *SCRIPTS])
def test_no_title_touches_a_margin_or_takes_long(title, shapes):
    if shapes and not SHAPES:
        pytest.skip("this machine has no library that shapes")
    started = time.process_time()
    data = draw(Card(site_name=title, title=title, line=title, topics=title), COLOURS, shapes=shapes)
    assert time.process_time() - started < 1.5
    left, top, right, bottom = inked(data) or (MARGIN, RULE, MARGIN, RULE)
    assert left >= MARGIN
    assert right <= 1200 - MARGIN
    assert top >= RULE
    assert bottom <= 612
    assert len(data) < 90_000


def test_strings_that_break_programs_do_not_break_a_card(corpora):
    lines = (corpora / "hostile/blns.jsonl").read_text(encoding="utf-8").splitlines()
    titles = [json.loads(line)["input"] for line in lines]
    assert len(titles) > 300
    for title in titles:
        left, _, right, _ = inked(draw(replace(CARD, title=title), COLOURS))
        assert (left >= MARGIN, right <= 1200 - MARGIN) == (True, True), title


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300))
def test_any_text_can_be_a_title(title):
    left, _, right, _ = inked(draw(replace(CARD, title=title), COLOURS))
    assert left >= MARGIN
    assert right <= 1200 - MARGIN


def test_titles_from_the_right_stand_at_the_right():
    for language in ("ar", "he"):
        card = Card(site_name=SCRIPTS[language][:9], title=SCRIPTS[language][:9], language=language)
        left, _, right, _ = inked(draw(card, COLOURS))
        assert right > 1200 - MARGIN - 20
        assert left > 500
    left, _, right, _ = inked(draw(replace(CARD, title="Cranes"), COLOURS))
    assert left < MARGIN + 20
    assert right < 700


def test_a_direction_that_is_said_counts_more_than_the_first_letter():
    aligned = replace(CARD, title="Cranes", direction=Direction.RTL)
    assert inked(draw(aligned, COLOURS))[2] > 1200 - MARGIN - 20


def test_a_card_whose_title_no_font_has_is_the_sites():
    assert draw(replace(CARD, title="𒐫𒈙"), COLOURS) == draw(replace(CARD, title=CARD.site_name), COLOURS)
    assert unshown(replace(CARD, title="a𒐫b𒈙𒐫")) == "𒐫𒈙"
    assert unshown(CARD) == ""


# -- fonts


@pytest.mark.parametrize("language", SCRIPTS)
def test_every_letter_has_a_glyph_in_a_packaged_font(language):
    faces = typeface(language, bold=True)
    assert unshown(Card(site_name="", title=SCRIPTS[language], language=language)) == ""
    for letter in clusters(SCRIPTS[language]):
        face, text = face_of(letter, faces)
        assert characters(face.path, face.index) >= set(text) - {"\u200d"}


def test_what_has_no_glyph_leaves_no_box_behind():
    assert shown("one 𒐫 two", BOLD) == "one  two"
    assert draw(replace(CARD, title="Cra𒐫nes"), COLOURS) == draw(replace(CARD, title="Cranes"), COLOURS)
    assert face_of("﷽", BOLD) is None  # it has a glyph that no machine draws


def test_letters_in_disguise_are_shown_as_what_they_are():
    assert shown("𝕿𝖍𝖊 ｅｎｄ", typeface("en", bold=True)) in {"The end", "The ｅｎｄ"}


def test_without_any_font_nothing_is_shown_and_nothing_breaks():
    none = Typeface(faces=())
    assert shown("Cranes", none) == ""
    assert measured("Cranes", none) == 0


def test_no_font_is_the_machines_own():
    places = {face.path for bold in (True, False) for face in typeface("ja", bold=bold).faces}
    assert len(places) > 20
    assert all("site-packages" in path.parts for path in places)


def test_an_author_may_bring_a_font(tmp_path):
    mine = tmp_path / "mine.ttf"
    mine.write_bytes(next(face.path for face in BOLD.faces if "NotoSans[" in face.path.name).read_bytes())
    assert typeface("en", mine, bold=True).faces[0] == Face(path=mine, weight=700)
    assert draw(CARD, COLOURS, mine) != draw(CARD, COLOURS)
    assert key_of(CARD, COLOURS, mine) != key_of(CARD, COLOURS)


@pytest.mark.parametrize("broken", [b"", b"no font", b"ttcf" + b"\xff" * 40, b"\0\1\0\0\xff\xff" + b"x" * 90])
def test_a_file_that_is_no_font_is_told_with_the_remedy(tmp_path, broken):
    path = tmp_path / "broken.ttf"
    path.write_bytes(broken)
    assert characters(path) == frozenset()
    with pytest.raises(PublishError, match=r"broken\.ttf cannot be used as a font.*publish\.card_font"):
        draw(CARD, COLOURS, path)
    with pytest.raises(PublishError, match=r"gone\.ttf cannot be used"):
        draw(CARD, COLOURS, tmp_path / "gone.ttf")


def test_chinese_and_japanese_each_have_their_own_forms():
    card = Card(site_name="a", title="直骨角")
    pictures = {draw(replace(card, language=language), COLOURS) for language in ("ja", "zh-CN", "zh-Hant-TW")}
    assert len(pictures) == 3
    assert draw(replace(card, language="zh"), COLOURS) == draw(replace(card, language="zh_CN"), COLOURS)


# -- lines


def test_a_long_title_steps_down_and_at_last_ends_in_an_ellipsis_after_a_word():
    assert lines_of("Cranes").size == 100
    assert lines_of("What the yard cranes of Rotterdam tell us about ourselves").size == 50
    words = "several words of a title that goes on and on " * 9
    cut = lines_of(words)
    assert (cut.size, len(cut.lines)) == (50, 3)
    assert cut.lines[-1].removesuffix("…").split()[-1] in words.split()
    assert cut.lines[-1].endswith("…")


def test_no_word_stands_alone_on_the_last_line():
    lines = lines_of("What the yard cranes of this port tell").lines
    assert len(lines) == 2
    assert min(map(len, lines)) > max(map(len, lines)) / 2


def test_lines_fit_in_every_script():
    for language, title in SCRIPTS.items():
        faces = typeface(language, bold=True)
        setting = lines_of(title, language)
        assert max(measured(line, faces) for line in setting.lines) * setting.size <= 1000, language


def test_japanese_breaks_between_letters_but_not_before_a_mark():
    lines = lines_of("港" * 12 + "「港」、" * 6, "ja", (Step(size=100, lines=9),)).lines
    assert len(lines) > 2
    assert not [line for line in lines if line[0] in "」、" or line[-1] == "「"]


def test_korean_breaks_between_words():
    assert set(" ".join(lines_of(SCRIPTS["ko"], "ko").lines).split()) == set(SCRIPTS["ko"].split())


def test_thai_breaks_only_between_whole_letters():
    lines = lines_of(SCRIPTS["th"], "th").lines
    assert "".join(lines) == SCRIPTS["th"]
    assert [letter for line in lines for letter in clusters(line)] == clusters(SCRIPTS["th"])


def test_a_word_wider_than_a_line_is_broken_with_a_hyphen_and_an_address_after_its_parts():
    assert [line[-1] for line in lines_of(SCRIPTS["de"]).lines[:-1]] == ["-"]
    lines = lines_of("https://www.port.example/en/news/automation/and/what/follows/from/it").lines
    assert all(line[-1] in "/." for line in lines[:-1])


def test_a_soft_hyphen_shows_only_where_a_line_ends():
    soft = "Hafen\u00adkran\u00adführer\u00adgewerkschaft " * 3
    lines = lines_of(soft, steps=(Step(size=100, lines=9),)).lines
    assert any(line.endswith("-") for line in lines)
    assert "\u00ad" not in "".join(lines)
    assert lines_of("Hafen\u00adkran").lines == ("Hafenkran",)


def test_text_is_clean_and_bounded():
    assert clean("a\x00b\u202ec\nd\u2028e\ud800") == "abc d e"
    assert clean("ab" * LONGEST) == "ab" * (LONGEST // 2) + "…"
    assert clean("Z" + "\u0323" * 900) == clean("Z" + "\u0323" * 4)  # of which one is of the letter
    assert clusters("क्ष👩\u200d🔧🇳🇱e\u0301") == ["क्ष", "👩\u200d🔧", "🇳🇱", "e\u0301"]


def test_without_a_library_arabic_is_joined_and_ordered_all_the_same():
    every = {chr(code) for code in range(0xFE70, 0xFEFF)}
    assert in_order("سلام", "rtl", every) == "\ufee1\ufefc\ufeb3"  # mim alone, lam with alef at an end, sin at a start
    assert in_order("بب", "rtl", every) == "\ufe90\ufe91"
    assert in_order("בית (26)", "rtl", every) == "(26) תיב"
    assert in_order("one two", "ltr", every) == "one two"


# -- colours


def test_the_colours_are_those_of_the_sites_style_sheet():
    assert palette_of(STYLES.read_text(encoding="utf-8")) == COLOURS
    changed = STYLES.read_text(encoding="utf-8").replace("#b0360b", "#005f73")
    assert palette_of(changed) == replace(COLOURS, accent="#005f73")


@pytest.mark.parametrize(
    ("said", "accent"),
    [
        ("#063", "#006633"),
        ("#0063", "#b0360b"),  # so thin that it is hardly seen: see below
        ("#006633ff", "#006633"),
        ("rgb(0, 102, 51)", "#006633"),
        ("RGBA(0 102 51 / 100%)", "#006633"),
        ("rgb(0% 40% 20%)", "#006633"),
        ("light-dark(rgb(0, 102, 51), #fff)", "#006633"),
        ("var(--mine)", "#006633"),
        ("var(--none, #063)", "#006633"),
        ("hsl(150, 100%, 20%)", "#006633"),
        ("darkgreen", "#006400"),
        ("#063 !important", "#006633"),
        ("color-mix(in srgb, red, blue)", "#b0360b"),
        ("rgb(1,2", "#b0360b"),
        ("var(--a)", "#b0360b"),
        ("url(x)", "#b0360b"),
        ("", "#b0360b"),
    ],
)
def test_colours_are_understood_as_they_are_usually_written(said, accent):
    css = f":root {{ --mine: #063; --a: var(--b); --b: var(--a); --byline-accent: {said}; }}"
    if said == "#0063":
        assert palette_of(css).accent == COLOURS.ink
    else:
        assert palette_of(css) == replace(COLOURS, accent=accent)


def test_what_is_said_for_dark_or_in_a_comment_does_not_count():
    css = ":root { --byline-paper: #fff; /* --byline-paper: #eee; */ }"
    css += '[data-md-color-scheme="slate"] { --byline-paper: #000; }'
    css += "@media (prefers-color-scheme: dark) { body { --byline-paper: #111; } }"
    assert palette_of(css).paper == "#ffffff"


@pytest.mark.parametrize(
    "css",
    [
        "",
        "}" * 9999,
        "{" * 9999,
        "/*",
        "--byline-ink:",
        "--byline-ink: #12;}",
        "\0" * 99,
        "a{--byline-ink:light-dark(" * 500,
    ],
)
def test_a_broken_style_sheet_gives_the_colours_that_byline_comes_with(css):
    assert palette_of(css) == COLOURS


@given(st.lists(st.tuples(*[st.integers(0, 255)] * 3), min_size=4, max_size=4))
def test_what_is_read_can_be_read_whatever_the_colours(colours):
    names = ("paper", "ink", "quiet", "accent")
    css = "".join(f"--byline-{name}: rgb{colour};" for name, colour in zip(names, colours, strict=True))
    found = palette_of(f"a {{ {css} }}")
    assert found.paper == "#{:02x}{:02x}{:02x}".format(*colours[0])
    assert contrast(rgb(found.ink), rgb(found.paper)) >= 4.5
    assert contrast(rgb(found.quiet), rgb(found.paper)) >= 4.5
    assert contrast(rgb(found.accent), rgb(found.paper)) >= 3


# -- words and keys


def test_the_words_of_a_card_say_what_it_shows():
    assert alt_of(CARD) == "What the yard cranes tell us. Ana Ruiz. Essay · 4 November 2026. ports."
    assert alt_of(Card(site_name="Ana Ruiz", title="Ana Ruiz", line="What happened.")) == "Ana Ruiz. What happened."
    assert alt_of(Card(site_name="A", title="Why\n  now?")) == "Why now? A."


def test_a_key_changes_with_all_that_changes_the_picture():
    keys = {
        key_of(CARD, COLOURS),
        key_of(replace(CARD, title="Another"), COLOURS),
        key_of(replace(CARD, language="ja"), COLOURS),
        key_of(replace(CARD, site_name=CARD.line, line=CARD.site_name), COLOURS),
        key_of(CARD, replace(COLOURS, accent="#005f73")),
    }
    assert len(keys) == 5
    assert key_of(CARD, COLOURS) == key_of(replace(CARD), COLOURS)
    assert len(key_of(replace(CARD, title="\ud800"), COLOURS)) == 32
