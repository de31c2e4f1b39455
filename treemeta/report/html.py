"""Parts of a web page that holds everything in itself; names in it are text whatever they say."""

from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from math import isfinite

from treemeta.report.text import printable

# No script, no network, no form: even if a name were taken for markup it could do nothing.
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'"
)
STYLE = """
:root { color-scheme: light; }
body { font: 16px/1.5 system-ui, sans-serif; color: #1d1d1f; background: #fff;
  max-width: 72rem; margin: 2rem auto; padding: 0 1.5rem; }
h1 { font-size: 1.6rem; margin-bottom: 0; }
h2 { font-size: 1.2rem; margin: 2.5rem 0 0.5rem; border-bottom: 1px solid #d5dbe3; }
p { max-width: 46rem; }
code { font: 0.85em ui-monospace, monospace; color: #555; overflow-wrap: anywhere; }
figure { margin: 1rem 0; }
img { max-width: 100%; height: auto; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: 0.85rem; }
th, td { padding: 0.2rem 0.8rem 0.2rem 0; text-align: left; vertical-align: top; }
th { border-bottom: 1px solid #8a97a8; }
td { border-bottom: 1px solid #e6eaf0; }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
dl { columns: 16rem auto; font-size: 0.85rem; }
dl div { break-inside: avoid; display: flex; gap: 0.5rem; }
dt { color: #555; flex: 0 0 9rem; }
dd { margin: 0; overflow-wrap: anywhere; }
"""
Cell = str | float | int | None


@dataclass(frozen=True)
class Section:
    """A part of a page: a heading and a paragraph of text, then html that ``picture``, ``table`` or
    ``pairs`` made."""

    heading: str
    text: str
    body: str


def page(title: str, about: str, sections: Iterable[Section]) -> str:
    """Return a whole page."""
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">',
        '<meta name="viewport" content="width=device-width">',
        f"<title>{text(title)}</title><style>{STYLE}</style></head><body>",
        f"<h1>{text(title)}</h1>",
        f"<p><code>{text(about)}</code></p>",
    ]
    for one in sections:
        parts.append(f"<section><h2>{text(one.heading)}</h2>")
        parts += [f"<p>{text(one.text)}</p>"] if one.text else []
        parts.append(f"{one.body}</section>")
    return "\n".join([*parts, "</body></html>"]) + "\n"


def text(said: str) -> str:
    """Return text as html shows it."""
    return escape(printable(said))


def picture(content: bytes, about: str, kind: str = "svg") -> str:
    """Return an svg or png as an image, which runs no script and shares no ids with the page."""
    mime = {"svg": "image/svg+xml", "png": "image/png"}[kind]
    data = b64encode(content).decode()
    return f'<figure><img alt="{text(about)}" src="data:{mime};base64,{data}"></figure>'


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
        return f"<td>{text(cell)}</td>"
    return f'<td class="number">{_number(cell)}</td>'


def _number(number: float | int | None) -> str:
    if number is None or not isfinite(number):
        return "–"
    return str(number) if isinstance(number, int) else f"{number:.3f}"
