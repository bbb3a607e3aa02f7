"""A small site that has some of everything: posts of each kind, a series, topics, facts, feeds, pictures, a form."""

import posixpath
import shutil
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import yaml
from lxml import html as parser
from PIL import Image

from conftest import NOW, VALUES
from pipeline.app import App
from pipeline.cli.init import _new_files, make
from pipeline.settings import load

HERE = Path(__file__).with_name("varied")
HOME = VALUES["url"]
DRAWING = '<svg xmlns="http://www.w3.org/2000/svg" width="320" height="200"><rect width="320" height="200"/></svg>'


def made(folder, **publish):
    """Make the varied site, with other settings of ``publish`` where they are given, and return its app."""
    make(folder, dict(_new_files(VALUES)))
    shutil.copytree(HERE / "content", folder / "content", dirs_exist_ok=True)
    file = folder / "byline.yml"
    settings, more = (yaml.safe_load(path.read_text(encoding="utf-8")) for path in (file, HERE / "byline.yml"))
    for room, values in more.items():
        settings[room] = {**(settings.get(room) or {}), **values}
    settings["publish"] |= publish
    file.write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")
    Image.linear_gradient("L").resize((1800, 1200)).convert("RGB").save(folder / "content/photo.jpg", quality=60)
    (folder / "content/plan.svg").write_text(DRAWING, encoding="utf-8")
    return App(load(folder, {}), NOW)


class Page:
    """A page of a built site, by its address from the root: `posts/2026-05-02-x/`."""

    def __init__(self, site, address):
        self.site, self.address = site, address
        self.root = parser.parse(str(site / unquote(address) / "index.html")).getroot()

    def all(self, xpath, **names):
        """What an XPath finds: elements, or texts with their spaces made single."""
        found = self.root.xpath(xpath, **names)
        return [" ".join(each.split()) if isinstance(each, str) else each for each in found]

    def one(self, xpath, **names):
        [found] = self.all(xpath, **names)
        return found

    def says(self, xpath):
        """The words of each element that an XPath finds."""
        return [" ".join(each.text_content().split()) for each in self.all(xpath)]

    @cached_property
    def text(self):
        return " ".join(self.root.find(".//main").text_content().split())

    def leads(self, link):
        """The address from the root of the site that a link of this page leads to; a whole one if it leads away."""
        whole = urljoin(HOME + self.address, link)
        return whole.removeprefix(HOME)

    def links(self, xpath="//main//a"):
        """The words of each link that an XPath finds, with where it leads."""
        return {" ".join(each.text_content().split()): self.leads(each.get("href")) for each in self.all(xpath)}

    def follows(self, link):
        """The page of the site that a link leads to, and the element that it names there."""
        parts = urlsplit(self.leads(link))
        assert not parts.netloc, link
        page = Page(self.site, posixpath.normpath(parts.path) + "/")
        return page, page.one("//*[@id=$name]", name=unquote(parts.fragment)) if parts.fragment else None


def with_class(name):
    """The XPath of elements that have a class."""
    return f"*[contains(concat(' ', normalize-space(@class), ' '), ' {name} ')]"
