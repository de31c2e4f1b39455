import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.trees import sentence
from treemeta.config import Config
from treemeta.declared import KNOWN, SECTIONS, config_text, make_config, read_config
from treemeta.defaults import AUTO
from treemeta.errors import ConfigError


def test_a_later_layer_may_leave_it_to_the_learner_again() -> None:
    config = make_config({"probe_episodes": 7, "split_every": 3}, {"probe_episodes": AUTO})
    assert (config.probe_episodes, config.split_every) == (48, 3)
    layers = {"learner": "reptile", "probe_episodes": AUTO}, {"probe_episodes": 7}
    assert make_config(*layers).probe_episodes == 7


def test_a_file_may_leave_a_value_to_the_learner(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_text('learner = "reptile"\n[meta]\nprobe_episodes = "auto"\nsplit_every = 250\n')
    config = make_config(read_config(file))
    assert (config.probe_episodes, config.split_every) == (24, 250)


def test_a_later_layer_wins_and_none_means_not_given() -> None:
    config = make_config({"seed": 1, "ways": 3}, {"seed": 2, "ways": None}, {"shots": None})
    assert config == Config(seed=2, ways=3)


def test_numbers_of_numpy_are_python_s() -> None:
    given = {"meta_steps": np.int64(30), "inner_lr": np.float32(0.5), "held_out": np.float64(0.3)}
    config = make_config({"dataset": "photos", "transductive": np.bool_(True)}, given)
    assert config == make_config(
        {"dataset": "photos", "transductive": True},
        {"meta_steps": 30, "inner_lr": 0.5, "held_out": 0.3},
    )
    assert type(config.meta_steps) is int


@pytest.mark.parametrize("value", [np.arange(2), np.zeros((1, 1)), pd.Series([1]), pd.NA])
def test_what_is_not_one_value_is_none(value: Any) -> None:
    with pytest.raises(ConfigError, match=r"--meta-steps is .*: it takes one value, and no") as of:
        make_config({"meta_steps": value})
    sentence(of)


def test_every_option_belongs_to_one_section() -> None:
    assert sorted(name for names in SECTIONS.values() for name in names) == sorted(KNOWN)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"learner": "reptile", "inner_lr": 1e-12, "transductive": True, "seed": 2**70},
        {"dataset": "functions", "meta_steps": 7},
        {"dataset": "photos"},  # which have yet to say what they hold
        {"dataset": 'a "b"\\\t\x7f\n[é]', "held_out": "'x*'", "channels": "3"},
    ],
)
def test_a_config_reads_back_from_its_file(tmp_path: Path, options: dict[str, Any]) -> None:
    file, config = tmp_path / "a.toml", Config(**options)
    file.write_text(config_text(config), "utf-8")
    assert make_config(read_config(file)) == config


def test_sections_mean_nothing(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_text(
        'seed = 3\n[data]\ndataset = "é"\n[meta]\nmeta_step_size = 1\n[empty]\n', "utf-8"
    )
    assert read_config(file) == {"seed": 3, "dataset": "é", "meta_step_size": 1}


@pytest.mark.parametrize("text", ["0.3", '"0.3"', "1", '"hindi*"'])
def test_a_share_may_be_a_number(tmp_path: Path, text: str) -> None:
    file = tmp_path / "a.toml"
    file.write_text(f'dataset = "folder"\nheld_out = {text}\n')
    assert make_config(read_config(file)).held_out == text.strip('"')
    assert make_config({"dataset": "folder", "held_out": 0.25}).held_out == "0.25"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"meta_step = 3", "sets 'meta_step', which is no option: did you mean 'meta_steps'"),
        (b"[a]\nqwertyuiop = 3", "sets 'qwertyuiop', .*: see treemeta train --help"),
        (b"[a.b]\nseed = 3", "sets 'b', which is no option"),
        (b"seed = 1\n[a]\nseed = 1", "sets 'seed' twice: keep one"),
        (b"[a]\nseed = 1\n[b]\nseed = 2", "sets 'seed' twice: keep one"),
        (b"seed = 1\nseed = 2", "is not TOML: "),
        (b"seed =", "is not TOML: "),
        (b"\x80\x00\xff\xfe garbage", "is not TOML: "),
        (b"seed = " + b"[" * 100_000, "is not TOML: "),
        (b"seed = " + b"1" * 5_000, "is not TOML: "),
        (b'ways = "five"', ": --ways is 'five': it takes a value of type int"),
        (b'[a]\nshots = "auto"', ": --shots is 'auto': it takes a value of type int"),
        (b"dataset = 3", ": --dataset is 3: it takes a value of type str, in quotes"),
        (b"held_out = true", ": --held-out is True: it takes a value of type str, in quotes"),
        (b"rule = 3", ": --rule is 3: choose evidence or always"),
        (b"shots = 0", ": --shots is 0: it must be at least 1"),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_a_file_that_makes_no_sense_is_refused(tmp_path: Path, text: bytes, message: str) -> None:
    file = tmp_path / "a.toml"
    file.write_bytes(text)
    with pytest.raises(ConfigError) as caught:
        read_config(file)
    assert re.fullmatch(f"config {re.escape(str(file))} ?{message}.*", str(caught.value))


@pytest.mark.parametrize("name", ["missing.toml", "."])
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match=r"cannot be read \((No such|Is a)"):
        read_config(tmp_path / name)
