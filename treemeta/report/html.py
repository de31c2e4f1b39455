"""Parts of a web page that holds everything in itself; names in it are text whatever they say."""

import json
import re
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from html import escape
from importlib.resources import files
from math import isfinite
from typing import Any

from treemeta.errors import printable

# No network, no form, and no script but the page's own, by its digest: even if a name were taken
# for markup it could do nothing.
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; img-src data:; "
    "base-uri 'none'; form-action 'none'"
)
Cell = str | float | int | None
SHORT = 14  # characters of a cell that stays in one line, however narrow the window


@dataclass(frozen=True)
class Section:
    """A part of a page: a heading and a paragraph of text, then html that ``picture``, ``table`` or
    ``pairs`` made, and below it a line of ``legend`` for each word that needs one."""

    heading: str
    text: str
    body: str
    legend: Sequence[str] = ()

    @property
    def anchor(self) -> str:
        """What a link to it ends in."""
        return re.sub(r"[^a-z0-9]+", "-", self.heading.lower()).strip("-")


def page(title: str, about: str, lead: Iterable[str], sections: Sequence[Section]) -> str:
    """Return a whole page: what a reader came for, paragraphs of text that ``lead``, then sections,
    with their contents at the side."""
    digest = b64encode(sha256(_own("page.js").encode()).digest()).decode()
    policy = escape(POLICY.format(digest=digest))
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        '<meta name="viewport" content="width=device-width">',
        f"<title>{text(title)}</title><style>{_own('page.css')}</style></head><body>",
        "<nav><ul>",
        *(f'<li><a href="#{one.anchor}">{text(one.heading)}</a></li>' for one in sections),
        "</ul></nav><main>",
        f"<h1>{text(title)}</h1>",
        f"<p><code>{text(about)}</code></p>",
        *(f'<p class="lead">{text(said)}</p>' for said in lead),
    ]
    for one in sections:
        heading = f'<a href="#{one.anchor}">{text(one.heading)}</a>'
        parts.append(f'<section id="{one.anchor}"><h2>{heading}</h2>')
        parts += [f"<p>{text(one.text)}</p>"] if one.text else []
        parts.append(one.body)
        if one.legend:
            lines = "".join(f"<li>{text(said)}</li>" for said in one.legend)
            parts.append(f'<ul class="legend">{lines}</ul>')
        parts.append("</section>")
    return "\n".join([*parts, f"</main><script>{_own('page.js')}</script></body></html>"]) + "\n"


@cache
def _own(name: str) -> str:
    """Return a file beside this module."""
    return (files("treemeta.report") / name).read_text(encoding="utf-8")


def text(said: str) -> str:
    """Return text as html shows it."""
    return escape(printable(said))


def picture(content: bytes, about: str, spots: Mapping[str, Any] | None = None) -> str:
    """Return an svg as an image, which runs no script and shares no ids with the page; ``spots``
    say what stands where in it, for the pointer."""
    data = b64encode(content).decode()
    live = f' data-spots="{escape(json.dumps(spots))}"' if spots else ""
    image = f'<img alt="{text(about)}" src="data:image/svg+xml;base64,{data}">'
    return f"<figure{live}>{image}</figure>"


def table(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """Return a table; numbers stand right, what is not known is a dash."""
    lines = ['<div class="wide"><table><thead><tr>']
    lines += [f"<th>{text(name)}</th>" for name in head]
    lines.append("</tr></thead><tbody>")
    lines += [f"<tr>{''.join(_cell(cell) for cell in row)}</tr>" for row in rows]
    return "".join([*lines, "</tbody></table></div>"])


def pairs(known: Iterable[tuple[str, object]]) -> str:
    """Return names and what they stand for, in columns."""
    rows = (f"<div><dt>{text(k)}</dt><dd>{text(str(v))}</dd></div>" for k, v in known)
    return f"<dl>{''.join(rows)}</dl>"


def _cell(cell: Cell) -> str:
    if isinstance(cell, str):
        short = ' class="short"' if len(cell) <= SHORT else ""
        return f"<td{short}>{text(cell)}</td>"
    return f'<td class="number">{_number(cell)}</td>'


def _number(number: float | int | None) -> str:
    if number is None or not isfinite(number):
        return "–"
    return str(number) if isinstance(number, int) else f"{number:.3f}"
