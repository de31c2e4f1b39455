import json
import math
import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser

import pytest

from tests.trees import HOSTILE
from treemeta.errors import printable
from treemeta.report.html import Section, page, pairs, picture, table

# What the page may be made of; anything else would have come out of a name.
TAGS = {
    "html", "head", "meta", "title", "style", "body", "section", "h1", "h2", "p", "code", "figure",
    "img", "div", "dl", "dt", "dd", "table", "thead", "tbody", "tr", "th", "td", "nav", "main",
    "ul", "li", "a", "script", "details", "summary", "input",
}  # fmt: skip
ATTRIBUTES = {
    "lang", "charset", "http-equiv", "content", "name", "class", "alt", "src", "href", "id",
    "data-spots",
}  # fmt: skip


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
        if tag not in ("meta", "img", "input"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.said.append(data)


@pytest.mark.parametrize("name", HOSTILE)
def test_names_never_become_markup(name: str) -> None:
    body = table([name], [[name, 1.0]]) + pairs([(name, name)])
    body += picture(b"<svg/>", name, {"names": [[name]]})
    read = Reader(page(name, name, [name], [Section(name, name, body)]))
    assert set(read.tags) <= TAGS
    assert {key for key, _ in read.attributes} <= ATTRIBUTES
    assert read.said.count(printable(name)) == 11
    assert ("alt", printable(name)) in read.attributes
    spots = next(value for key, value in read.attributes if key == "data-spots")
    assert json.loads(spots or "") == {"names": [[name]]}


def test_only_what_the_page_holds_is_allowed() -> None:
    text = page("a", "b", [], [])
    read = Reader(text)
    at = read.attributes.index(("http-equiv", "Content-Security-Policy"))
    key, policy = read.attributes[at + 1]
    assert key == "content"
    assert policy is not None
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["img-src"] == "data:"
    assert set(rules) == {
        "default-src", "style-src", "script-src", "img-src", "base-uri", "form-action",
    }  # fmt: skip
    [script] = re.findall("<script>(.*?)</script>", text, re.DOTALL)
    digest = b64encode(sha256(script.encode()).digest()).decode()
    assert rules["script-src"] == f"'sha256-{digest}'"


def test_every_section_is_linked_to() -> None:
    parts = [Section("How alike the tasks are", "", ""), Section("A: b & c!", "", "")]
    read = Reader(page("a", "b", ["It pays."], parts))
    ids = [value for key, value in read.attributes if key == "id"]
    assert ids == ["how-alike-the-tasks-are", "a-b-c"]
    links = [value for key, value in read.attributes if key == "href"]
    assert links == [f"#{one}" for one in ids] * 2
    assert read.said.index("It pays.") < read.said.index("A: b & c!", read.said.index("b"))


def test_a_legend_stands_below_what_it_explains() -> None:
    parts = [Section("A", "about", table(["p"], [[1]]), ("p: <b>", "q: so")), Section("B", "", "")]
    shown = page("title", "about", [], parts)
    assert shown.index("</table>") < shown.index('<ul class="legend">')
    assert "<li>p: &lt;b&gt;</li><li>q: so</li>" in shown
    assert shown.count('class="legend"') == 1


def test_a_short_cell_stays_in_one_line() -> None:
    (row,) = re.findall(r"<tbody>(.*?)</tbody>", table(["a", "b"], [["0.52 (0.001)", "a" * 15]]))
    assert row == f'<tr><td class="short">0.52 (0.001)</td><td>{"a" * 15}</td></tr>'


def test_numbers_are_told_shortly_and_nothing_is_a_dash() -> None:
    read = Reader(table(["n"], [[0.12345, 7, None, math.nan, math.inf, "x"]]))
    assert read.said == ["n", "0.123", "7", "–", "–", "–", "x"]


def test_pictures_are_within_the_page() -> None:
    told = ("src", "data:image/svg+xml;base64,PHN2Zy8+")
    assert told in Reader(picture(b"<svg/>", "about")).attributes
