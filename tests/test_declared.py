import re
from pathlib import Path

import pytest

from treemeta.config import Config
from treemeta.declared import make_config, read_config
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


def test_sections_mean_nothing(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_text(
        'seed = 3\n[data]\ndataset = "é"\n[meta]\nmeta_step_size = 1\n[empty]\n', "utf-8"
    )
    assert read_config(file) == {"seed": 3, "dataset": "é", "meta_step_size": 1}


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
    with pytest.raises(ConfigError, match=r"cannot be read: (No such|Is a)"):
        read_config(tmp_path / name)
