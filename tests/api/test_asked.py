"""What a tree that was opened from Python is asked."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import treemeta as api
from tests.conftest import Run
from tests.trees import sentence
from treemeta.report.forecast_text import forecast_json


def test_gains_are_those_of_the_program(tree: api.OpenTree, treemeta: Run) -> None:
    assert treemeta("tree", "gains", "latest", "--tasks=all", "--export=g.csv").returncode == 0
    found = tree.gains("all")
    told = pd.read_csv("g.csv", dtype={"mark": str}).fillna({"mark": ""})
    pd.testing.assert_frame_equal(found, told, check_dtype=False)
    assert {*found["node"]} == {one.name for one in tree.nodes}
    assert len(tree.gains()) == len(tree.nodes) * 2
    with pytest.raises(api.ConfigError, match="choose train, test or all") as caught:
        tree.gains("some")
    sentence(caught)


def test_a_forecast_is_that_of_the_program(tree: api.OpenTree, treemeta: Run) -> None:
    for node in ("r", tree.nodes[-1].name):
        told = treemeta("forecast", "latest", f"--node={node}", "--workers=1", "--json")
        assert json.loads(told.stdout) == json.loads(forecast_json(tree.forecast(node)))
    with pytest.raises(api.RegistryError, match="no finished node 'r9'"):
        tree.forecast("r9")


def test_a_page_is_written_and_its_verdict_told(tree: api.OpenTree, treemeta: Run) -> None:
    told = treemeta("report", "latest", "--output=a.html", "--workers=1")
    assert told.returncode == 0, told.stderr
    assert tree.report("b.html") == "\n\n".join(told.stdout.splitlines())
    assert Path("a.html").read_bytes() == Path("b.html").read_bytes()
    with pytest.raises(api.ConfigError, match=r"b\.doc"):
        tree.report("b.doc")
    assert not Path("b.doc").exists()


def test_clusters_are_those_of_the_program(tree: api.OpenTree, treemeta: Run) -> None:
    told = treemeta("clusters", "latest", "--export=c.csv", "--workers=1")
    assert told.returncode == 0, told.stderr
    found = tree.clusters()
    read = pd.read_csv("c.csv", index_col="task")
    pd.testing.assert_frame_equal(found.fillna(np.nan), read, check_dtype=False, check_exact=False)
    assert {*found.index} == {*tree.nodes[0].tasks}
