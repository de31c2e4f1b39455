import json
from dataclasses import fields, replace
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.analysis.test_gains import NODES, planted
from tests.trees import HOSTILE
from treemeta.analysis.gains import Cell, gains_of
from treemeta.report.exports import GAINS, export_gains
from treemeta.report.gains_text import gains_csv, gains_json, gains_text
from treemeta.report.text import WIDTH

GOLDEN = Path(__file__).parent / "golden"


def test_gains_are_printed_like_this() -> None:
    expected = (GOLDEN / "gains.txt").read_text(encoding="utf-8")
    assert gains_text(planted()) + "\n" == expected


def test_many_tasks_are_rows() -> None:
    names = [f"a task of some length {i}" for i in range(12)]
    lines = gains_text(gains_of(NODES, names, np.ones((3, 12, 2)))).splitlines()
    assert lines[0].split() == ["r", "r0", "r1"]
    assert [line[:24].strip() for line in lines[1:13]] == names
    assert max(map(len, lines)) <= WIDTH


def test_a_tree_that_is_one_node_says_so() -> None:
    text = gains_text(gains_of([replace(NODES[0], groups=())], ("Alpha",), np.ones((1, 1, 2))))
    assert text.endswith("no node has a parent; 2 episodes of each task")


def test_csv_reads_back_equal() -> None:
    found = planted()
    read = pd.read_csv(StringIO(gains_csv(found)), keep_default_na=False, na_values=[""])
    assert read.columns.tolist() == [*(one.name for one in fields(Cell)), "mark"]
    records = read.drop(columns="mark").to_dict("records")
    cells = [Cell(**{k: None if v != v else v for k, v in row.items()}) for row in records]
    assert tuple(cells) == found.cells
    assert read["mark"].fillna("").tolist() == [cell.mark for cell in found.cells]


def test_json_says_everything() -> None:
    told = json.loads(gains_json(planted(), {"tree": "f" * 32, "which": "test"}))
    assert told["tree"] == "f" * 32
    assert told["cells"] == planted().rows()
    assert (told["nodes"], told["leaves"]) == (["r", "r0", "r1"], ["r0", "r1"])


def test_of_numbers_columns_are_called_after_their_error() -> None:
    found = gains_of(NODES[:2], ("Alpha",), np.array([[[4.0, 4.2]], [[2.0, 2.4]]]), "mse")
    head = gains_csv(found).splitlines()[0]
    assert head == "node,task,own,mse,parent_mse,gain,low,high,mark"
    told = json.loads(gains_json(found, {}))
    assert told["metric"] == "mse"
    child = told["cells"][1]
    assert (child["mse"], child["parent_mse"]) == pytest.approx((2.2, 4.1))


@pytest.mark.parametrize("name", HOSTILE)
def test_names_stay_names(name: str) -> None:
    found = gains_of(NODES, (name, "other"), np.ones((3, 2, 2)))
    assert gains_text(found).replace("\n", "").isprintable()
    content = {kind: export_gains(found, {}, kind) for kind in GAINS if kind != "png"}
    assert json.loads(content["json"])["tasks"] == [name, "other"]
    read = pd.read_csv(
        StringIO(content["csv"].decode(), newline=""), keep_default_na=False, lineterminator="\n"
    )
    assert len(read) == 6
