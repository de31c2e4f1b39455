import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from tests.cli.loaded import loaded
from tests.conftest import Run, flags
from treemeta.config import Config
from treemeta.declared import make_config
from treemeta.defaults import AUTO, AUTO_TEXT
from treemeta.errors import ConfigError
from treemeta.option import is_given
from treemeta.store.registry import Registry


def test_every_field_of_the_config_is_an_option_with_its_default(treemeta: Run) -> None:
    shown = treemeta("train", "--help")
    assert shown.returncode == 0
    words = " ".join(shown.stdout.partition("Given first:")[2].split())
    for field in fields(Config):
        default = str(field.default).lower() if field.type is bool else field.default
        default = "none" if default == "" else AUTO_TEXT[field.name] if default == AUTO else default
        option = f"--{field.name.replace('_', '-')} "
        if not is_given(field):  # the data say it
            assert option not in words
            continue
        assert option in words
        shown_default = re.search(r"\[default: (.*?)\]", words.partition(option)[2])
        assert shown_default is not None
        assert shown_default[1] == str(default)


def chosen(treemeta: Run, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> Config:
    """Return the config that a command line makes, and go no further."""
    made = []

    def make_and_stop(*layers: dict[str, Any]) -> Config:
        made.append(make_config(*layers))
        raise ConfigError("stopped here by the test")

    monkeypatch.setattr("treemeta.declared.make_config", make_and_stop)
    ended = treemeta("train", *arguments)
    assert (ended.returncode, len(made)) == (2, 1), ended.stderr
    return made[0]


def test_auto_leaves_a_value_to_the_learner_whatever_the_file_says(
    tmp_path: Path, treemeta: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.toml"
    file.write_text('learner = "reptile"\nnetwork = "conv4"\nmeta_batch_size = 7\nseed = 3\n')
    kept = chosen(treemeta, monkeypatch, f"--config={file}")
    assert (kept.network, kept.meta_batch_size, kept.meta_step_size) == ("conv4", 7, 1.0)
    autos = [f"--{name.replace('_', '-')}=auto" for name in AUTO_TEXT]
    left = chosen(treemeta, monkeypatch, f"--config={file}", *autos)
    assert left == Config(learner="reptile", seed=3)
    both = chosen(treemeta, monkeypatch, f"--config={file}", "--learner=solved", *autos)
    assert both == Config(seed=3)


def test_values_beside_auto_are_read_as_what_they_are(
    treemeta: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {"meta_batch_size": 8, "meta_step_size": 0.5, "network": "conv2", "gate": "none"}
    found = chosen(treemeta, monkeypatch, *flags(**given))
    assert {name: getattr(found, name) for name in given} == given
    assert isinstance(found.meta_batch_size, int)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--meta-batch-size=few"], "few"),
        (["--meta-batch-size=1.5"], "1.5"),
        (["--meta-step-size=AUTO"], "AUTO"),
        (["--network=conv3"], "conv3"),
        (["--seed=auto"], "--seed"),
    ],
)
def test_what_is_neither_a_value_nor_auto_is_refused(
    workplace: Path, treemeta: Run, arguments: list[str], said: str
) -> None:
    ended = treemeta("train", *arguments)
    assert ended.returncode == 2
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr


def test_help_names_what_each_learner_takes(treemeta: Run) -> None:
    words = " ".join(treemeta("train", "--help").stdout.split())
    for name, text in AUTO_TEXT.items():
        assert re.search(rf"--{name.replace('_', '-')} \S.*?\[default: {re.escape(text)}\]", words)
    assert "auto: 48 with solved, 24 with reptile" in words
    assert "auto: gain with --rule evidence, none with always" in words


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["train", "--help"]])
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    heavy, _ = loaded(arguments, {"torch", "mlflow", "pandas", "matplotlib", "scipy"})
    assert not heavy


def test_showing_a_tree_loads_no_torch(workplace: Path, registry: Registry) -> None:
    from benchmarks.registry import fill

    fill(workplace, 4)
    heavy, said = loaded(["tree", "show"], {"torch", "matplotlib", "networkx"})
    assert not heavy
    assert said.startswith("tree ")
