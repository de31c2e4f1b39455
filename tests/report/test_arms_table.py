import json
from dataclasses import replace
from io import BytesIO, StringIO

import pandas as pd

from tests.analysis.planted import TRUTH, cut_entry, make_entry
from treemeta.analysis.comparison import Comparison, compare
from treemeta.report.arms_table import arms_json, arms_table
from treemeta.report.exports import export_comparison

ENTRIES = [
    make_entry("joint", {"c/x": 0.4, "d/y": 0.5}),
    make_entry("joint-equal-compute", {"c/x": 0.5, "d/y": 0.7}),
    cut_entry("tree"),
    cut_entry("best-leaf"),
]


def whole() -> Comparison:
    return compare(ENTRIES, TRUTH, {"oracle": "no truth tells"})


def test_json_holds_everything() -> None:
    read = json.loads(arms_json(whole()))
    assert list(read) == [
        "metric", "task_splits", "seeds", "arms", "differences", "cuts", "routing", "trees",
        "absent", "groups", "compute",
    ]  # fmt: skip
    assert read["metric"] == "accuracy"
    assert read["arms"]["joint"].keys() == {"mean", "low", "high", "tasks"}
    assert read["arms"]["joint"]["tasks"] == {"c/x": 0.4, "d/y": 0.5}
    first, by_group, *_ = read["differences"]
    assert first.keys() == {"arm", "against", "mean", "low", "high"}
    assert by_group.keys() - first.keys() == {"group"}
    assert read["cuts"][0]["ari"] == 1
    assert read["routing"] == {"right": 17, "episodes": 20}
    assert read["groups"]["tree"] == {"x": 0.7, "y": 0.6}
    assert read["absent"] == {"oracle": "no truth tells"}


def test_of_numbers_the_column_is_their_error() -> None:
    entry = make_entry("joint", {"c/x": 4.2})
    config = entry.tree.config | {"targets": "numbers"}
    table = arms_table([replace(entry, tree=replace(entry.tree, config=config))], {})
    assert table["mse"].tolist() == [4.2]
    assert "accuracy" not in table


def test_tables_read_back_equal() -> None:
    table = arms_table(ENTRIES, TRUTH)
    assert len(table) == 8
    assert table[table["arm"] == "best-leaf"]["accuracy"].tolist() == [0.75, 0.6]
    read = pd.read_csv(StringIO(export_comparison(ENTRIES, TRUTH, "csv").decode()))
    pd.testing.assert_frame_equal(read, table)
    read = pd.read_parquet(BytesIO(export_comparison(ENTRIES, TRUTH, "parquet")))
    pd.testing.assert_frame_equal(read, table)
