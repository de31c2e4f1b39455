import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import treemeta as api
from tests.conftest import SMALL_SOLVED, Run, flags
from tests.tree.test_place import write_tasks
from tests.trees import sentence
from treemeta.declared import make_config
from treemeta.store.registry import Registry
from treemeta.tasks.dataset import Dataset
from treemeta.tasks.packed import text_of
from treemeta.tree.job import begin
from treemeta.tree.plan import Plan

OPTIONS = {name: value for name, value in SMALL_SOLVED.items() if name != "dataset"}
OPTIONS |= {"rule": "always", "max_depth": 1}
RNG = np.random.default_rng(0)
ROWS = RNG.normal(size=(6, 8, 1))
NUMBERS = {f"t{i}": (x, 50 + 9 * (i % 3 - 1) * x[:, 0]) for i, x in enumerate(ROWS)}
OF_NUMBERS = OPTIONS | {"ways": "auto", "meta_steps": 40, "split_every": 20}


def arrays_of(dataset: Dataset, name: str) -> dict[str, np.ndarray]:
    """Return the classes of a task as they were given."""
    return {
        dataset.class_names[at].rpartition("/")[2]: np.array(
            dataset.images[slice(*dataset.starts[at : at + 2])]
        )
        for at in dataset.tasks[name].classes
    }


@pytest.fixture
def data(small: Dataset) -> Dataset:
    tasks = {name: arrays_of(small, name) for name in small.tasks}
    return api.dataset(tasks, [task.name for task in small.select("test")])


@pytest.fixture
def tree(data: Dataset, workplace: Path) -> api.OpenTree:
    return api.grow(data, OPTIONS)


def test_what_is_grown_of_arrays_is_what_the_program_grows(
    tree: api.OpenTree, data: Dataset, treemeta: Run
) -> None:
    made = treemeta("train", f"--dataset={text_of(data)}", *flags(**OPTIONS), "--json")
    assert made.returncode == 0, made.stderr
    assert json.loads(made.stdout)["hash"] == tree.stored.hash()
    config = make_config({"dataset": text_of(data)}, OPTIONS)
    assert api.grow(data, config, workers=2).stored.hash() == tree.stored.hash()


def test_a_tree_is_opened_as_it_was_grown(tree: api.OpenTree) -> None:
    opened = api.open_tree(tree.id[:8])
    assert opened.nodes == api.open_tree().nodes == tree.nodes
    assert set(opened.graph.edges) == {(one.parent, one.name) for one in tree.nodes if one.parent}
    assert list(opened.table.index) == list(opened.graph) == [one.name for one in tree.nodes]


def test_similarity_is_what_the_program_prints(tree: api.OpenTree, treemeta: Run) -> None:
    told = json.loads(treemeta("similarity", "latest", "--measure=direction", "--json").stdout)
    found = tree.measure("direction")
    assert found.reliability == pytest.approx(told["reliability"])
    assert found.low is not None
    assert found.high is not None
    assert (found.low <= found.high).all(axis=None)
    pd.testing.assert_frame_equal(tree.similarity(), found.matrix)
    assert list(found.matrix.index) == told["tasks"]
    np.testing.assert_allclose(found.matrix, told["matrix"], rtol=1e-6)
    assert len(tree.similarity("pixels", tasks="all")) == len(found.matrix) + 2


def test_predictions_are_those_of_the_program(
    tree: api.OpenTree, small: Dataset, workplace: Path, treemeta: Run
) -> None:
    name = small.select("test")[0].name
    classes = arrays_of(small, name)
    write_tasks(workplace, small, [name], images=3)
    (workplace / name).rename("s")
    write_tasks(workplace / "q", small, [name])
    said = treemeta("predict", "latest", "--support=s", "--query=q", "--json")
    told = json.loads(said.stdout)
    support = {label: images[:3] for label, images in classes.items()}
    predictor = tree.adapt(np.concatenate(list(support.values())), np.repeat(list(support), 3))
    assert predictor.route.weights == told["weights"]
    assert tree.route(support) == predictor.route
    asked = np.concatenate(list(classes.values()))
    expected = pd.DataFrame([one["probabilities"] for one in told["answers"]])
    pd.testing.assert_frame_equal(
        predictor.probabilities(asked), expected, check_dtype=False, check_exact=False
    )
    assert list(predictor.predict(asked)) == [one["class"] for one in told["answers"]]


def test_numbers_are_told_in_the_units_of_the_data(workplace: Path) -> None:
    tree = api.grow(api.dataset(NUMBERS, 0), OF_NUMBERS)
    assert "mse" in tree.table.columns
    x = np.array([[-1.0], [0.0], [1.0]])
    told = tree.adapt(*NUMBERS["t0"]).predict(x)
    assert told.name == "number"
    np.testing.assert_allclose(told, 50 - 9 * x[:, 0], atol=4)
    assert tree.route(NUMBERS["t0"]) == tree.adapt(*NUMBERS["t0"]).route


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"meta_stepz": 3}, "the config sets 'meta_stepz', which is no option: did you mean 'meta"),
        ({"features": 3}, "the config sets 'features', which is no option"),
        ({"dataset": "omniglot"}, "names the data set 'omniglot', and 'glyphs' is to be grown on"),
        (make_config({"dataset": "functions"}), "names the data set 'functions'"),
        ({"meta_steps": 0}, "--meta-steps is 0"),
    ],
)
def test_a_config_that_makes_no_sense_grows_nothing(
    config: Any, said: str, workplace: Path
) -> None:
    with pytest.raises(api.ConfigError, match=said) as caught:
        api.grow("glyphs", config)
    sentence(caught)
    assert not (workplace / "registry" / "artifacts").exists()


def test_what_is_not_there_is_named(workplace: Path, data: Dataset, registry: Registry) -> None:
    with pytest.raises(api.RegistryError, match="no tree in"):
        api.open_tree()
    with pytest.raises(api.ConfigError, match="--device is 'tpu'"):
        api.open_tree(device="tpu")
    config = make_config(OPTIONS, {"dataset": text_of(data)})
    begin(Plan("", config), data, registry.uri, "treemeta")
    with pytest.raises(api.RegistryError, match="no finished node 'r'"):
        api.open_tree().route({"a": data.images[:2], "b": data.images[2:4]})
