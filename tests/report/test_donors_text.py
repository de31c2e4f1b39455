from dataclasses import replace
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.analysis.test_donors import PLANTED, transfer
from tests.trees import HOSTILE
from treemeta.report.donors_text import donors_csv, donors_rows, donors_text

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize(
    ("gained", "golden"), [("accuracy", "donors"), ("mse_saved", "donors_numbers")]
)
def test_the_text_is_as_it_was(gained: str, golden: str) -> None:
    said = donors_text(transfer(PLANTED, gained=gained))
    assert said + "\n" == (GOLDEN / f"{golden}.txt").read_text()


def test_a_row_for_every_pair_says_the_same() -> None:
    rows = donors_rows(transfer(PLANTED))
    table = pd.read_csv(StringIO(donors_csv(transfer(PLANTED))), keep_default_na=False)
    assert len(table) == len(rows) == 16
    for name in rows[0]:
        assert table[name].tolist() == [row[name] for row in rows]
    assert set(table["episodes"]) == {32}


def test_a_task_alone_has_no_donors() -> None:
    assert donors_text(transfer(np.full((1, 1), 0.25))).splitlines()[1].split() == ["a", "+0.250+"]


def test_hostile_names_keep_their_lines() -> None:
    made = transfer(np.zeros((5, 5)))
    names = dict(zip(made.tasks, HOSTILE[-5:], strict=True))
    parts = {k: table.rename(index=names, columns=names) for k, table in made.parts.items()}
    matrix = made.matrix.rename(index=names, columns=names)
    made = replace(made, matrix=matrix, parts=parts)
    assert all(line.isprintable() for line in donors_text(made).split("\n"))
