import json
from pathlib import Path

import pandas as pd
import pytest

from tests.cli.of_rows import clouds
from tests.conftest import SMALL_SOLVED, Run, flags

QUESTIONS = SMALL_SOLVED | {
    "dataset": "glyphs:families=2,scripts=4,characters=6,drawings=20",
    "questions": "character+style,style",
    "meta_steps": 20,
    "split_every": 10,
    "min_tasks": 2,
}
TINY = [*flags(**QUESTIONS), "--workers=1"]


def test_data_are_told_of_and_nothing_is_stored(workplace: Path, treemeta: Run) -> None:
    before = (workplace / "registry" / "mlflow.db").read_bytes()
    told = treemeta("forecast", *TINY)
    assert told.returncode == 0, told.stderr
    lines = told.stdout.splitlines()
    assert lines[0].startswith("step 10: 12 tasks, ")
    assert "of the work of training the children" in told.stdout
    read = json.loads(treemeta("forecast", *TINY, "--json").stdout)
    assert len({task for group in read["groups"] for task in group}) == 12
    assert lines[-1] == read["verdict"]
    assert (workplace / "registry" / "mlflow.db").read_bytes() == before
    assert [path.name for path in workplace.iterdir()] == ["registry"]


def test_a_tree_is_told_of_at_a_node_with_its_own_groups(workplace: Path, treemeta: Run) -> None:
    made = treemeta("train", *TINY, "--rule=always", "--gate=none", "--max-depth=1")
    assert made.returncode == 0, made.stderr
    shown = json.loads(treemeta("tree", "show", "latest", "--json").stdout)
    leaves = {tuple(one["tasks"]) for one in shown["nodes"] if one["name"] != "r"}
    read = json.loads(treemeta("forecast", "--workers=1", "--json").stdout)
    assert {tuple(group) for group in read["groups"]} == leaves
    assert (read["step"], read["steps"]) == (10, 10)
    leaf = json.loads(treemeta("forecast", "latest", "--node=r0", "--workers=1", "--json").stdout)
    assert (leaf["step"], leaf["steps"]) == (20, 10)
    assert {task for group in leaf["groups"] for task in group} in [{*one} for one in leaves]


def test_a_table_is_told_of_if_it_tells_classes(workplace: Path, treemeta: Run) -> None:
    table = clouds(workplace / "clouds.csv")
    told = treemeta("forecast", *TINY, f"--dataset={table}", "--questions=", "--json")
    assert told.returncode == 0, told.stderr
    assert len({task for group in json.loads(told.stdout)["groups"] for task in group}) == 7
    frame = pd.read_csv(table).rename(columns={"class": "target"})
    frame.assign(target=frame["a"]).to_csv("numbers.csv", index=False)
    told = treemeta("forecast", "--dataset=numbers.csv", "--meta-steps=2", "--workers=1")
    assert (told.returncode, told.stdout) == (2, "")
    assert "tasks that tell numbers have no forecast" in told.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["latest"], 4, "no tree"),
        (["abc", "--seed=1"], 2, "TREE 'abc' says all settings: leave the other options out"),
        (["--learner=reptile", "--dataset=glyphs"], 2, "has no forecast, which is made of"),
        (["--dataset=functions"], 2, "'treemeta train' tries a split and tells what it gains"),
        (["--dataset=nowhere"], 3, "'nowhere'"),
        (["--ways=50"], 3, "--ways"),
        (["--meta-steps=0"], 2, "--meta-steps is 0"),
        (["--seed=1", "--node=r0"], 2, "--node r0 is of a TREE, and options name data"),
        (["--arm=scratch"], 2, "--arm scratch with --split-every 750 of --meta-steps 1500 asks no"),
        (["--meta-steps=9", "--split-every=9"], 2, "asks no node whether to split"),
        (["--seed=1", "--device=tpu"], 2, "--device is 'tpu': choose cpu or cuda"),
    ],
)
def test_bad_input_is_one_sentence(
    workplace: Path, treemeta: Run, arguments: list[str], code: int, said: str
) -> None:
    ended = treemeta("forecast", *arguments)
    assert (ended.returncode, ended.stdout) == (code, "")
    assert said in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1
