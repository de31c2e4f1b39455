import json
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import treemeta as api
from tests.api.functions import OPTIONS, arrays_of
from tests.conftest import Run, flags
from tests.trees import sentence
from treemeta.api.grown import config_of
from treemeta.declared import make_config
from treemeta.tasks.dataset import Dataset
from treemeta.tasks.packed import text_of


def test_what_is_grown_of_arrays_is_what_the_program_grows(
    tree: api.OpenTree, data: Dataset, treemeta: Run
) -> None:
    made = treemeta("train", f"--dataset={text_of(data)}", *flags(**OPTIONS), "--json")
    assert made.returncode == 0, made.stderr
    assert json.loads(made.stdout)["hash"] == tree.stored.hash()
    config, said = make_config({"dataset": text_of(data)}, OPTIONS), list[str]()
    assert api.grow(data, config, workers=2, say=said.append).stored.hash() == tree.stored.hash()
    assert said[0].startswith("tree ")
    assert "resume() goes on" in said[0]
    begun, *lines = made.stderr.splitlines()
    assert begun.startswith("tree ")
    assert lines == said[1:]


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"meta_stepz": 3}, "the config sets 'meta_stepz', which is no option: did you mean 'meta"),
        ({"features": 3}, "the config sets 'features', which is no option"),
        ({"dataset": "omniglot"}, "names the data set 'omniglot', and 'glyphs' is to be grown on"),
        (make_config({"dataset": "functions"}), "names the data set 'functions'"),
        ({"meta_steps": 0}, "--meta-steps is 0"),
        ({"dataset": np.arange(3)}, "names the data set array"),
        ({3: 3}, "the config sets 3, which is no option"),
        ({"meta_steps": np.arange(3)}, "--meta-steps is .*: it takes one value"),
        (make_config({"dataset": "x" * 999}), "data set 'xxx.* name it in the Config, or give a d"),
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


@pytest.mark.parametrize(
    "data", [{"t": {"c": np.eye(99)}}, np.eye(9), pd.DataFrame(np.eye(9)), None, 3]
)
def test_what_is_no_data_is_told_of_dataset(data: Any, workplace: Path) -> None:
    for ask in (api.grow, api.forecast, api.compare):
        with pytest.raises(api.ConfigError, match=r"data is a .*, or what treemeta\.dataset") as of:
            ask(data)
        sentence(of)


def test_a_path_is_the_text_of_it() -> None:
    assert config_of(Path("photos"), {"seed": 1}) == config_of("photos", {"seed": 1})


def test_what_is_held_out_is_said_once(small: Dataset, packs: Path) -> None:
    tasks = {name: arrays_of(small, name) for name in small.tasks}
    with pytest.raises(api.ConfigError, match=r"holds out '0.5', and dataset.. was told") as caught:
        config_of(api.dataset(tasks, 0.1), {"held_out": 0.5})
    sentence(caught)
    assert config_of(api.dataset(tasks), {"held_out": 0.5}).held_out == "0.5"
    assert config_of(api.dataset(tasks, 0.1), None).held_out == ""


def test_a_few_integers_to_tell_are_warned_of(packs: Path) -> None:
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


UNGUARDED = """
import numpy as np, treemeta
drawn = np.random.default_rng(0).normal
rows = {f"t{i}": {c: drawn(size=(12, 2)) for c in "abcde"} for i in range(4)}
treemeta.grow(treemeta.dataset(rows, 0), {"meta_steps": 10}, workers=2)
"""


def test_a_script_that_its_workers_would_run_stores_nothing(packs: Path, workplace: Path) -> None:
    Path("script.py").write_text(UNGUARDED)
    ended = subprocess.run([sys.executable, "script.py"], capture_output=True, text=True)
    assert ended.returncode == 1
    assert "comes to what the script runs: keep that behind if __name__" in ended.stderr
    assert ended.stderr.splitlines()[-1].startswith(
        "treemeta.errors.MachineError: a worker process ended before it answered: let a script"
    )
    ended = subprocess.run([sys.executable, "-"], input=UNGUARDED, capture_output=True, text=True)
    assert "the script is read from <stdin>, where other processes" in ended.stderr
    assert ended.stderr.splitlines()[-1].startswith("treemeta.errors.ConfigError")
    with pytest.raises(api.RegistryError, match="no tree in"):
        api.open_tree()
