import json
from pathlib import Path

import pandas as pd
import pytest

from tests.conftest import Run
from tests.trees import make_consensus
from treemeta.store.registry import Registry, experiment_id
from treemeta.store.write_consensus import store_consensus


def test_gains_are_printed_json_and_written(tree: Path, treemeta: Run) -> None:
    said = treemeta("tree", "gains", "--workers=1")
    assert (said.returncode, said.stderr) == (0, "")
    assert "leaf cells: " in said.stdout
    shown = treemeta("tree", "gains", "latest", "--tasks=all", "--workers=1", "--json")
    assert shown.returncode == 0, shown.stderr
    told = json.loads(shown.stdout)
    assert len(told["nodes"]) > 1
    assert len(told["cells"]) == len(told["nodes"]) * len(told["tasks"])
    assert len(told["tasks"]) == 8
    wrote = treemeta("tree", "gains", "--tasks=all", "--workers=1", "--export=g.csv")
    assert (wrote.returncode, wrote.stdout, wrote.stderr) == (0, "", "wrote g.csv\n")
    assert pd.read_csv("g.csv")["accuracy"].tolist() == [c["accuracy"] for c in told["cells"]]
    assert treemeta("tree", "gains", "--workers=1", "--export=g.svg").returncode == 0
    assert Path("g.svg").read_text().startswith("<?xml")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--tasks=some"], 2, "choose train, test or all"),
        (["--export=g.doc"], 2, "ends in none of .csv, .json, .svg, .png"),
        (["--export=no/g.csv"], 7, "does not exist"),
        (["ffff"], 4, "'ffff'"),
        (["--device=gpu"], 2, "choose cpu or cuda"),
    ],
)
def test_bad_input_is_told_in_a_sentence(
    tree: Path, treemeta: Run, arguments: list[str], code: int, said: str
) -> None:
    ended = treemeta("tree", "gains", *arguments)
    assert (ended.returncode, ended.stdout) == (code, "")
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_consensus_has_no_nodes_to_ask(registry: Registry, treemeta: Run) -> None:
    where = experiment_id(registry, "treemeta")
    made = store_consensus(registry, where, make_consensus(), lambda tree: {})
    ended = treemeta("tree", "gains", made.id)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "Traceback" not in ended.stderr
