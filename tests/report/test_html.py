import math
from html.parser import HTMLParser

import pytest

from tests.trees import HOSTILE
from treemeta.report.html import Section, page, pairs, picture, table
from treemeta.report.text import printable

# What the page may be made of; anything else would have come out of a name.
TAGS = {
    "html", "head", "meta", "title", "style", "body", "section", "h1", "h2", "p", "code", "figure",
    "img", "div", "dl", "dt", "dd", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
ATTRIBUTES = {"lang", "charset", "http-equiv", "content", "name", "class", "alt", "src"}


class Reader(HTMLParser):
    """Notes every tag, attribute and piece of text, and that what is opened is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.said: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in ("meta", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.said.append(data)


@pytest.mark.parametrize("name", HOSTILE)
def test_names_never_become_markup(name: str) -> None:
    body = table([name], [[name, 1.0]]) + pairs([(name, name)]) + picture(b"<svg/>", name)
    read = Reader(page(name, name, [Section(name, name, body)]))
    assert set(read.tags) <= TAGS
    assert {key for key, _ in read.attributes} <= ATTRIBUTES
    assert read.said.count(printable(name)) == 9
    assert ("alt", printable(name)) in read.attributes


def test_only_what_the_page_holds_is_allowed() -> None:
    read = Reader(page("a", "b", []))
    at = read.attributes.index(("http-equiv", "Content-Security-Policy"))
    key, policy = read.attributes[at + 1]
    assert key == "content"
    assert policy is not None
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["img-src"] == "data:"
    assert set(rules) == {"default-src", "style-src", "img-src", "base-uri", "form-action"}


def test_numbers_are_told_shortly_and_nothing_is_a_dash() -> None:
    read = Reader(table(["n"], [[0.12345, 7, None, math.nan, math.inf, "x"]]))
    assert read.said == ["n", "0.123", "7", "–", "–", "–", "x"]


@pytest.mark.parametrize(("kind", "mime"), [("svg", "image/svg+xml"), ("png", "image/png")])
def test_pictures_are_within_the_page(kind: str, mime: str) -> None:
    assert ("src", f"data:{mime};base64,PHN2Zy8+") in Reader(
        picture(b"<svg/>", "about", kind)
    ).attributes
