import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.trees import HOSTILE
from treemeta.report.cells import FORMULA, cell, csv_text, plain

RUN = ["=cmd|'/c calc'!A1", "+1+1", "-2", "@SUM(A1)", "\t=1", "\r=1", "\uff1d1+1", "'=1", "''=1"]
LEFT = ["a", "", "'", "'quote'", "''", "=", "+", "-", "a=b", " =1", "1-1"]


@pytest.mark.parametrize("text", RUN)
def test_what_a_spreadsheet_would_run_is_text(text: str) -> None:
    assert cell(text) == "'" + text


@pytest.mark.parametrize("text", LEFT)
def test_what_it_would_not_run_is_left_alone(text: str) -> None:
    assert cell(text) == text


@given(st.text() | st.sampled_from(RUN + LEFT + HOSTILE) | st.text(alphabet="'=+-a", max_size=6))
def test_every_text_comes_back(text: str) -> None:
    assert plain(cell(text)) == text
    assert cell(text)[:1] == "'" or not FORMULA.match(cell(text))


def test_in_a_table_only_text_is_changed() -> None:
    table = pd.DataFrame({"task": ["=1+1", "a"], "mark": ["-", None], "gain": [-0.5, float("nan")]})
    assert csv_text(table) == "task,mark,gain\n'=1+1,-,-0.5\na,,\n"
