"""Trees whose network is a class that somebody handed over."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import treemeta as api
from tests.api.functions import OPTIONS
from tests.conftest import Run
from tests.networks import Blocks, Curve, Others
from tests.trees import sentence
from treemeta.api.network import options_of
from treemeta.learn.module import module_of
from treemeta.tasks.dataset import Dataset
from treemeta.tree import arrays

GROWN = {name: value for name, value in OPTIONS.items() if name not in ("network", "filters")}
RNG = np.random.default_rng(0)
ROWS = RNG.normal(size=(6, 8, 1))
NUMBERS = {f"t{i}": (x, (i % 2 * 2 - 1) * x[:, 0]) for i, x in enumerate(ROWS)}
OF_NUMBERS = GROWN | {"ways": "auto", "meta_steps": 20, "split_every": 10}


@pytest.fixture
def tree(data: Dataset, workplace: Path) -> api.OpenTree:
    return api.grow(data, GROWN | {"network": Blocks})


def support_of(data: Dataset) -> tuple[np.ndarray, list[int]]:
    return np.array(data.images[:4]), [0, 0, 1, 1]


def test_it_is_recorded_by_name_and_source_and_grows_the_same_in_processes(
    tree: api.OpenTree, data: Dataset
) -> None:
    config = tree.stored.config
    assert (config["network"], config["norm"]) == ("own", "batch")
    assert config["module"].startswith("tests.networks.Blocks@")
    again = api.grow(data, GROWN | {"network": Blocks}, workers=2)
    assert again.stored.hash() == tree.stored.hash()


def test_a_stored_tree_answers_once_the_class_is_handed_over(
    tree: api.OpenTree, data: Dataset
) -> None:
    opened = api.open_tree("latest", network=Blocks)
    assert opened.route(support_of(data)) == tree.route(support_of(data))
    assert opened.resume().nodes == tree.nodes
    for name in ("direction", "task2vec", "transfer"):
        assert len(opened.measure(name, workers=2).matrix) == len(tree.nodes[0].tasks)


def test_another_class_is_refused(tree: api.OpenTree) -> None:
    with pytest.raises(api.ConfigError, match=r"grown with network tests\.networks\.Blocks@") as of:
        api.open_tree("latest", network=Others)
    assert "tests.networks.Others@" in sentence(of)


def test_a_class_is_not_for_a_tree_of_another_kind(data: Dataset, workplace: Path) -> None:
    api.grow(data, OPTIONS)
    with pytest.raises(api.ConfigError, match="which is treemeta's: leave network out") as caught:
        api.open_tree("latest", network=Blocks)
    sentence(caught)


def test_the_program_shows_it_and_says_who_can_answer(
    tree: api.OpenTree, treemeta: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("treemeta.learn.module._KNOWN", {})  # the program runs in this process here
    module_of.cache_clear()
    arrays._network.cache_clear()
    assert json.loads(treemeta("tree", "show", "latest", "--json").stdout)["hash"]
    for command in (
        ("similarity", "latest", "--measure=direction"),
        ("forecast", "latest"),
        ("tree", "register", "latest", "r", "--name=n"),
    ):
        told = treemeta(*command)
        assert told.returncode == 2, told.stderr
        assert "treemeta.open_tree(..., network=Blocks)" in told.stderr


def test_it_goes_on_from_where_it_was_interrupted(
    data: Dataset, workplace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = api.grow(data, GROWN | {"network": Blocks})
    with monkeypatch.context() as patched:
        patched.setattr("treemeta.tree.train._whole", _interrupted)
        with pytest.raises(KeyboardInterrupt):
            api.grow(data, GROWN | {"network": Blocks})
    left = api.open_tree("latest", network=Blocks)
    assert left.stored.status != "finished"
    said: list[str] = []
    assert left.resume(say=said.append).stored.hash() == whole.stored.hash()
    assert said[0].startswith(f"tree {left.id}")


def _interrupted(*_: Any) -> None:
    raise KeyboardInterrupt


def test_numbers_are_told_by_it(workplace: Path) -> None:
    tree = api.grow(api.dataset(NUMBERS, 0), OF_NUMBERS | {"network": Curve})
    assert tree.stored.config["norm"] == "none"
    told = tree.adapt(*NUMBERS["t1"]).predict(np.array([[-1.0], [1.0]]))
    assert told[0] < 0 < told[1]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"network": Curve, "filters": 3}, "sets 'filters', and the network is a class that"),
        ({"network": Curve(), "ways": 3}, "network is a Curve, which is no class"),
        ({"network": "own"}, "only Python can give: treemeta.grow"),
        ({"network": Blocks, "share": "trunk"}, "--share trunk is for networks whose"),
        ({"network": Curve}, r"network Curve does not take the data's inputs, of shape \(n, 1, 28"),
    ],
)
def test_what_does_not_go_with_it_is_named(
    options: dict[str, Any], said: str, workplace: Path
) -> None:
    with pytest.raises(api.ConfigError, match=said) as caught:
        api.grow("glyphs", options)
    sentence(caught)
    assert not (workplace / "registry" / "artifacts").exists()


def test_options_without_a_class_are_as_they_were() -> None:
    assert options_of({"network": "conv2", "filters": 3}) == {"network": "conv2", "filters": 3}
    assert options_of({}) == {}
