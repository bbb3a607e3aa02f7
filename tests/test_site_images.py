"""Images of pages: their size is told, smaller copies are made, and none can stop a build or take its memory."""

import re
import struct
import zlib
from io import BytesIO

import pytest
from lxml import html as parser
from PIL import Image, ImageCms

from pipeline.publish.finish.images import FOLDER, with_images
from pipeline.publish.finish.weights import too_heavy
from pipeline.publish.ground.kept import of_bytes, of_text

ORIENTATION = 0x0112


def picture(width, height, kind="JPEG", mode="RGB", **given):
    """The bytes of an image that is black at its upper left and white at its lower right."""
    data = BytesIO()
    Image.linear_gradient("L").resize((width, height)).convert(mode).save(data, kind, **given)
    return data.getvalue()


def finished(folder, html, **images):
    """What becomes of a page at posts/a/ that holds ``html``: its images, all files, and what was warned of."""
    files = {name.replace("__", "."): of_bytes(data) for name, data in images.items()}
    pieces, unread = with_images({"posts/a/index.html": of_text(f"<body>{html}</body>")} | files, folder)
    page = parser.document_fromstring(pieces["posts/a/index.html"].bytes)
    return page.findall(".//img"), pieces, unread


def tag(name):
    return f'<img src="../../{name}" alt="A">'


def test_an_image_has_its_size_and_copies_for_smaller_screens(tmp_path):
    [image], pieces, unread = finished(tmp_path, tag("wide.jpg"), wide__jpg=picture(1800, 1200))
    assert unread == []
    assert (image.get("width"), image.get("height")) == ("1800", "1200")
    offered = dict(reversed(each.split()) for each in image.get("srcset").split(", "))
    assert [*offered] == ["480w", "960w", "1440w", "1800w"]
    assert offered.pop("1800w") == "../../wide.jpg" == image.get("src")
    for width, link in offered.items():
        assert link.startswith(f"../../{FOLDER}/")
        with Image.open(BytesIO(pieces[link.removeprefix("../../")].bytes)) as copy:
            assert copy.format == "WEBP"
            assert f"{copy.width}w" == width
            assert copy.height == round(copy.width * 2 / 3)


def test_all_but_the_first_image_of_a_page_wait_until_the_reader_comes_near(tmp_path):
    images, _, _ = finished(tmp_path, tag("a.jpg") * 3, a__jpg=picture(40, 30))
    assert [image.get("loading") for image in images] == [None, "lazy", "lazy"]
    assert [image.get("decoding") for image in images] == ["async"] * 3


def test_a_small_image_needs_no_copies(tmp_path):
    [image], pieces, _ = finished(tmp_path, tag("a.png"), a__png=picture(480, 20, "PNG"))
    assert (image.get("width"), image.get("srcset")) == ("480", None)
    assert len(pieces) == 2


@pytest.mark.parametrize("orientation", [3, 6])
def test_a_photo_that_was_taken_sideways_stands_upright(tmp_path, orientation):
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    [image], pieces, _ = finished(tmp_path, tag("a.jpg"), a__jpg=picture(1200, 600, exif=exif))
    upright = (1200, 600) if orientation == 3 else (600, 1200)
    assert (int(image.get("width")), int(image.get("height"))) == upright
    [copy] = [piece for name, piece in pieces.items() if name.endswith("-480.webp")]
    with Image.open(BytesIO(copy.bytes)) as small:
        assert small.size == (480, round(480 * upright[1] / upright[0]))
        light = small.convert("L")
        corner = light.getpixel((5, 5)), light.getpixel((small.width - 5, small.height - 5))
        assert ORIENTATION not in small.getexif()
    assert corner[0] > corner[1] if orientation == 3 else light.getpixel((5, 5)) > light.getpixel((small.width - 5, 5))


def test_copies_have_the_colours_of_the_image(tmp_path):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    _, pieces, _ = finished(tmp_path, tag("a.jpg"), a__jpg=picture(500, 20, icc_profile=profile))
    [copy] = [piece for name, piece in pieces.items() if name.endswith(".webp")]
    with Image.open(BytesIO(copy.bytes)) as small:
        assert small.info["icc_profile"] == profile


@pytest.mark.parametrize("mode", ["LA", "RGBA", "P"])
def test_what_is_transparent_stays_so(tmp_path, mode):
    drawn = Image.new("RGBA", (600, 300), (0, 0, 0, 0)).convert(mode)
    data = BytesIO()
    drawn.save(data, "PNG", **({"transparency": drawn.getpixel((0, 0))} if mode == "P" else {}))
    _, pieces, _ = finished(tmp_path, tag("a.png"), a__png=data.getvalue())
    [copy] = [piece for name, piece in pieces.items() if name.endswith(".webp")]
    with Image.open(BytesIO(copy.bytes)) as small:
        assert small.convert("RGBA").getpixel((9, 9))[3] == 0


@pytest.mark.parametrize(
    ("kind", "mode"), [("JPEG", "L"), ("JPEG", "CMYK"), ("PNG", "1"), ("PNG", "P"), ("WEBP", "RGB")]
)
def test_any_way_to_write_colours_is_read(tmp_path, kind, mode):
    [image], pieces, unread = finished(tmp_path, tag("a.x"), a__x=picture(600, 300, kind, mode))
    assert (unread, image.get("width")) == ([], "600")
    assert any(name.endswith("-480.webp") for name in pieces)


def test_a_moving_image_is_shown_as_it_is(tmp_path):
    frames = [Image.new("L", (600, 400), shade) for shade in (0, 255)]
    for kind in ("GIF", "WEBP"):
        data = BytesIO()
        frames[0].save(data, kind, save_all=True, append_images=frames[1:])
        [image], pieces, unread = finished(tmp_path / kind, tag("a.x"), a__x=data.getvalue())
        assert (image.get("width"), image.get("height"), image.get("srcset")) == ("600", "400", None)
        assert (len(pieces), unread) == (2, [])


@pytest.mark.parametrize(
    ("svg", "size"),
    [
        ('<svg xmlns="http://www.w3.org/2000/svg" width="320" height="200.4px">', ("320", "200")),
        ("<?xml version='1.0'?>\n<svg viewBox='0 0 1 1' width='12' height='9'>", ("12", "9")),
        ('<svg width="100%" height="9">', (None, None)),
        ('<svg viewBox="0 0 320 200">', (None, None)),
        ("<p>", (None, None)),
    ],
)
def test_a_drawing_has_the_size_that_it_says(tmp_path, svg, size):
    [image], pieces, unread = finished(tmp_path, tag("a.svg"), a__svg=f"{svg}</svg>".encode())
    assert (image.get("width"), image.get("height")) == size
    assert (len(pieces), unread) == (2, [])


def header(width, height):
    """A PNG that says it is of a size, and holds nothing."""
    told = struct.pack(">II5B", width, height, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", len(told)) + b"IHDR" + told + struct.pack(">I", zlib.crc32(b"IHDR" + told))
    return b"\x89PNG\r\n\x1a\n" + chunk + struct.pack(">I", 0) + b"IDAT" + struct.pack(">I", zlib.crc32(b"IDAT"))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "a.jpg is no image that can be read"),
        (b"\x89PNG\r\n\x1a\nnot at all", "a.jpg is no image that can be read"),
        (picture(1200, 800)[:3000], "a.jpg is no image that can be read"),
        (b"<svg onload='alert(1)'>", "a.jpg is no image that can be read"),
        (header(9_000, 9_000), "a.jpg has more than 80,000,000 pixels"),
        (header(10_000, 10_000), "a.jpg has more than 80,000,000 pixels"),
        (header(60_000, 60_000), "a.jpg has more than 80,000,000 pixels"),
    ],
)
def test_an_image_that_is_none_or_far_too_large_is_told_once_and_left_alone(tmp_path, data, said):
    images, pieces, unread = finished(tmp_path, tag("a.jpg") * 2, a__jpg=data)
    assert [said in each for each in unread] == [True]
    assert " at 0x" not in unread[0]
    assert [image.get("width") for image in images] == [None, None]
    assert images[0].get("src") == "../../a.jpg"
    assert len(pieces) == 2
    assert finished(tmp_path, tag("a.jpg"), a__jpg=data)[2] == unread


@pytest.mark.parametrize(
    "src",
    [
        "https://elsewhere.example/a.jpg",
        "//elsewhere.example/a.jpg",
        "data:image/gif;base64,R0lGODlhAQABAAAAACw=",
        "/a.jpg",
        "../../../../a.jpg",
        "gone.jpg",
        "http://[",
    ],
)
def test_an_image_of_elsewhere_is_left_alone(tmp_path, src):
    [image], pieces, unread = finished(tmp_path, f'<img src="{src}" alt="">', a__jpg=picture(900, 600))
    assert (image.get("src"), image.get("width"), image.get("srcset")) == (src, None, None)
    assert (len(pieces), unread) == (2, [])


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ('width="90"', {"width": "90", "height": None}),
        ("height=60", {"height": "60", "width": None}),
        ('srcset="b.jpg 2x"', {"srcset": "b.jpg 2x", "width": "900"}),
        ('loading="eager"', {"loading": "eager", "decoding": None}),
        ('alt="more > less"', {"alt": "more > less", "width": "900"}),
        ("alt='a \"b\" > c' class=x", {"alt": 'a "b" > c', "class": "x", "height": "600"}),
        ('title="width=3" /', {"title": "width=3", "width": "900"}),
    ],
)
def test_what_the_author_says_of_an_image_counts(tmp_path, given, kept):
    [image], _, _ = finished(tmp_path, f'<img src="../../a.jpg" {given}>', a__jpg=picture(900, 600))
    assert {name: image.get(name) for name in kept} == kept


def test_names_with_spaces_and_signs_are_found_and_written_as_addresses(tmp_path):
    html = '<img src="../../le%20quai%20%26%20l\'eau%2C%20%C3%A9t%C3%A9.jpg">'
    pieces = {"posts/a/index.html": of_text(html), "le quai & l'eau, été.jpg": of_bytes(picture(500, 50))}
    made, unread = with_images(pieces, tmp_path)
    image = parser.document_fromstring(made["posts/a/index.html"].bytes).find(".//img")
    assert unread == []
    for link in re.split(r", (?=\.\./)", image.get("srcset")):
        assert re.fullmatch(r"\.\./\.\./[\w/.%'-]+ \d+w", link), link


def test_copies_are_made_once_and_forgotten_with_their_image(tmp_path):
    _, pieces, _ = finished(tmp_path, tag("a.jpg"), a__jpg=picture(900, 600))
    [copy] = tmp_path.glob("*.webp")
    made = copy.stat().st_mtime_ns
    _, again, _ = finished(tmp_path, tag("a.jpg"), a__jpg=picture(900, 600))
    assert copy.stat().st_mtime_ns == made
    assert {name: piece.bytes for name, piece in again.items()} == {name: piece.bytes for name, piece in pieces.items()}
    copy.unlink()
    _, mended, _ = finished(tmp_path, tag("a.jpg"), a__jpg=picture(900, 600))
    assert {name: piece.bytes for name, piece in mended.items()} == {
        name: piece.bytes for name, piece in pieces.items()
    }
    finished(tmp_path, "<p>None.</p>")
    assert [*tmp_path.glob("*.webp")] == []


def test_an_image_is_loaded_in_the_size_in_which_it_is_shown(tmp_path):
    html = tag("a.jpg") + '<img class="u-photo" src="../../a.jpg" alt="A"><img src="../../a.jpg" alt="A" width="200">'
    images, _, _ = finished(tmp_path, html, a__jpg=picture(1000, 800))
    text, photo, given = (image.get("sizes") for image in images)
    assert text.startswith("(min-width: 42rem) 38.2rem, ")
    assert (photo, given) == ("7.5rem", "200px")


def test_of_the_authors_picture_the_copy_counts_that_is_shown(tmp_path):
    html = '<img class="u-photo" src="../../a.jpg" alt="A">'
    _, pieces, _ = finished(tmp_path, html, a__jpg=picture(1800, 1200, quality=95))
    sizes = {name[-8:-5]: piece.size for name, piece in pieces.items() if name.endswith(".webp")}
    weighed = too_heavy(pieces, 0, tmp_path / "weights")[0]
    own = len(zlib.compress(pieces["posts/a/index.html"].bytes, 1))
    assert f" weighs {(own + sizes['480']) / 1000:.0f} KB" in weighed
    assert round((own + sizes["480"]) / 1000) != round((own + sizes["960"]) / 1000)
