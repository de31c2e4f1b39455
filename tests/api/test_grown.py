import json
import warnings
from pathlib import Path
from typing import Any

import pytest

import treemeta as api
from tests.api.functions import OPTIONS
from tests.conftest import Run, flags
from tests.trees import sentence
from treemeta.declared import make_config
from treemeta.tasks.dataset import Dataset
from treemeta.tasks.packed import text_of
from treemeta.tree.deliver import figures_of


def test_what_is_grown_of_arrays_is_what_the_program_grows(
    tree: api.OpenTree, data: Dataset, treemeta: Run
) -> None:
    made = treemeta("train", f"--dataset={text_of(data)}", *flags(**OPTIONS), "--json")
    assert made.returncode == 0, made.stderr
    assert json.loads(made.stdout)["hash"] == tree.stored.hash()
    config = make_config({"dataset": text_of(data)}, OPTIONS)
    assert api.grow(data, config, workers=2).stored.hash() == tree.stored.hash()


def test_a_page_is_logged_with_a_tree_as_the_program_writes_it(
    tree: api.OpenTree, treemeta: Run
) -> None:
    assert treemeta("report", tree.id).returncode == 0
    files = figures_of(tree.registry, tree.id)
    assert files["report.html"] == Path("report.html").read_text()
    assert "tree.dot" in files


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"meta_stepz": 3}, "the config sets 'meta_stepz', which is no option: did you mean 'meta"),
        ({"features": 3}, "the config sets 'features', which is no option"),
        ({"dataset": "omniglot"}, "names the data set 'omniglot', and 'glyphs' is to be grown on"),
        (make_config({"dataset": "functions"}), "names the data set 'functions'"),
        ({"meta_steps": 0}, "--meta-steps is 0"),
        ([1], r"the config is \[1\]: give a treemeta.Config, or a dict of options"),
    ],
)
def test_a_config_that_makes_no_sense_grows_nothing(
    config: Any, said: str, workplace: Path
) -> None:
    with pytest.raises(api.ConfigError, match=said) as caught:
        api.grow("glyphs", config)
    sentence(caught)
    assert not (workplace / "registry" / "artifacts").exists()


def test_a_few_integers_to_tell_are_warned_of(cache: Path) -> None:
    rows = {f"t{i}": [[float(j), i] for j in range(6)] for i in range(3)}
    told = {name: (x, [0, 1] * 3) for name, x in rows.items()}
    with pytest.warns(UserWarning, match="targets are a few different integers") as caught:
        api.dataset(told)
    assert len(caught) == 1
    many = {name: (x, [i * 6 + j for j in range(6)]) for i, (name, x) in enumerate(rows.items())}
    floats = {name: (x, [0.0, 1.0] * 3) for name, x in rows.items()}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for others in (many, floats, {name: {"a": x} for name, x in rows.items()}):
            api.dataset(others)
