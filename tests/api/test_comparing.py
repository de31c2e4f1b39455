"""Comparisons from Python: the arms of the program, over the same trees."""

import json
from pathlib import Path
from typing import Any

import pytest

import treemeta as api
from tests.api.functions import OPTIONS
from tests.conftest import Run, flags
from tests.trees import sentence
from treemeta.tasks.dataset import Dataset
from treemeta.tasks.packed import text_of

SHORT = OPTIONS | {"gate": "none"}


@pytest.fixture
def compared(data: Dataset, workplace: object) -> api.Comparison:
    return api.compare(data, SHORT, ["tree", "joint", "ensemble"], seeds=2)


def test_a_comparison_is_the_program_s(
    compared: api.Comparison, data: Dataset, treemeta: Run
) -> None:
    assert list(compared.arms) == ["joint", "ensemble", "tree"]
    options = [*flags(**SHORT), f"--dataset={text_of(data)}", "--eval-every=0", "--workers=1"]
    arms = ("--arms=joint,ensemble,tree", "--seeds=2")
    told = treemeta("compare", *options, *arms, "--json")
    assert told.returncode == 0, told.stderr
    assert "trained" not in told.stderr  # those that Python has stored
    read = json.loads(told.stdout)
    assert read["trees"] == compared.trees
    assert read["arms"]["tree"]["mean"] == compared.arms["tree"].mean
    verdicts = [*Path("registry").rglob("figures/verdict.md")]  # of both trees, by what is beside
    assert len(verdicts) == 2
    assert all("from one shared init" in one.read_text(encoding="utf-8") for one in verdicts)


def test_a_tree_that_was_grown_before_is_not_trained_again(
    tree: api.OpenTree, data: Dataset
) -> None:
    said: list[str] = []
    found = api.compare(data, OPTIONS, "tree", say=said.append)
    assert said == [f"1/1  seed 0  tree: tree {tree.id[:8]} stored"]
    assert found.trees == {"tree": [tree.id]}
    assert found.table.loc["tree", "accuracy"] == pytest.approx(found.arms["tree"].mean)


def test_other_tasks_are_held_out_in_each_split(data: Dataset, workplace: object) -> None:
    found = api.compare(data, SHORT | {"seed": 3}, task_splits=2)
    assert (found.task_splits, found.seeds) == ((0, 1), (3,))


@pytest.mark.parametrize(
    ("config", "more", "said"),
    [
        ({}, {"arms": "tree,reptile"}, "'reptile', which is none"),
        ({"arm": "joint"}, {}, "arm 'joint' is one of what compare compares: name it in arms"),
        ({"seed": 1}, {"seeds": 2}, "leave --seed out"),
        ({}, {"arms": 3}, "--arms is 3: give names, as A,B or a list of them"),
        ({}, {"seeds": "x"}, "--seeds is 'x': give a whole number, 1 or more"),
        ({}, {"task_splits": 0}, "--task-splits is 0: give a whole number, 1 or more"),
        ({"meta_stepz": 1}, {}, "'meta_stepz', which is no option"),
    ],
)
def test_bad_input_is_one_sentence(
    data: Dataset, workplace: object, config: dict[str, Any], more: dict[str, Any], said: str
) -> None:
    with pytest.raises(api.ConfigError, match=said) as caught:
        api.compare(data, config, **more)
    sentence(caught)


def test_without_held_out_tasks_there_is_nothing_to_compare_on(workplace: object) -> None:
    rows = {f"t{i}": {c: [[i, j] for j in range(20)] for c in "abcde"} for i in range(4)}
    whole = api.dataset(rows, 0)
    with pytest.raises(api.DataError, match="holds no tasks out to compare on: add some"):
        api.compare(whole, {"meta_steps": 2})
