"""Cells of csv files: names of tasks are anybody's, and spreadsheets run what looks like a formula.

A cell that does is written with an apostrophe before it, which makes it text (OWASP, *CSV
injection*). ``plain`` takes it away again; in pandas: ``table.rename(index=plain, columns=plain)``.
"""

import re

import pandas as pd

# What would be a formula, or is written as if it were; full-width signs count, one alone does not.
FORMULA = re.compile(r"'*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20].", re.DOTALL)


def cell(text: str) -> str:
    """Return a text as a cell that no spreadsheet runs."""
    return "'" + text if FORMULA.match(text) else text


def plain(cell: str) -> str:
    """Return the text of a cell that ``cell`` has written."""
    return cell[1:] if cell.startswith("'") and FORMULA.match(cell) else cell


def csv_text(table: pd.DataFrame) -> str:
    """Return a table without its index as csv, with cells that no spreadsheet runs."""
    safe = table.map(lambda value: cell(value) if isinstance(value, str) else value)
    return str(safe.to_csv(index=False))
