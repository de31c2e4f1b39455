from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.cases import drawn
from tests.conftest import SMALL, SMALL_SOLVED
from treemeta.config import Config
from treemeta.declared import make_config
from treemeta.engine.local import Engine
from treemeta.errors import ConfigError, DataError, IntegrityError, MachineError
from treemeta.store.find import list_trees
from treemeta.store.read import read_tree
from treemeta.store.registry import Registry
from treemeta.tasks.arrays import pack_arrays
from treemeta.tasks.dataset import Dataset
from treemeta.tasks.packed import text_of
from treemeta.tasks.sources import open_dataset, opened
from treemeta.tree.job import begin, resume
from treemeta.tree.plan import Plan
from treemeta.tree.train import train

CONFIG = make_config(SMALL | {"rule": "always", "min_tasks": 1, "meta_steps": 6})


def test_another_machine_is_refused_unless_allowed(
    registry: Registry, small: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = begin(Plan("", CONFIG), small, registry.uri, "treemeta").tree
    monkeypatch.setattr("treemeta.tree.job.machine_fingerprint", lambda _: {"torch": "99"})
    with pytest.raises(MachineError, match=r"torch changed.*--allow-env-change"):
        resume(registry.uri, tree, allow_env_change=False)
    assert resume(registry.uri, tree, allow_env_change=True).config == CONFIG


def test_of_data_that_show_nothing_no_tree_is_begun(registry: Registry, small: Dataset) -> None:
    blank = replace(small, images=np.zeros_like(small.images))
    with pytest.raises(DataError, match="are one and the same"):
        begin(Plan("", CONFIG), blank, registry.uri, "treemeta")
    assert list_trees(registry) == []


def test_classes_that_turning_makes_others_of_are_not_turned(
    registry: Registry, small: Dataset
) -> None:
    config = make_config(SMALL_SOLVED | {"augment": "rotate", "questions": "style"})
    with pytest.raises(ConfigError, match=r"--augment rotate turns classes .* --questions 'style'"):
        begin(Plan("", config), small, registry.uri, "treemeta")
    assert list_trees(registry) == []
    begin(Plan("", replace(config, questions="character")), small, registry.uri, "treemeta")


def test_another_data_set_is_refused(
    registry: Registry, small: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = begin(Plan("", CONFIG), small, registry.uri, "treemeta").tree
    other = open_dataset("glyphs:families=2,scripts=4,characters=6,drawings=7")
    monkeypatch.setattr("treemeta.tree.stored.dataset_of", lambda *_: other)
    with pytest.raises(IntegrityError, match="is not the one"):
        resume(registry.uri, tree, allow_env_change=False)


def test_what_a_file_held_out_is_held_out_when_a_tree_is_resumed(
    registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TREEMETA_DATA", str(tmp_path / "cache"))
    folder, held = drawn.write(tmp_path / "images", drawn.plain), tmp_path / "held.txt"
    held.write_text("task1\n")
    named = {"dataset": str(folder), "held_out": str(held)}
    config, dataset = opened(make_config(SMALL | named))
    assert [task.name for task in dataset.select("test")] == ["task1"]
    tree = begin(Plan("", config), dataset, registry.uri, "treemeta").tree
    held.write_text("task2\n")
    for _ in range(2):
        again = resume(registry.uri, tree, allow_env_change=False)
        assert (again.config, again.dataset.roles) == (config, dataset.roles)
        held.unlink(missing_ok=True)


def test_a_tree_from_before_an_option_was_added_is_resumed_and_keeps_its_config(
    registry: Registry, small: Dataset, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def older(config: Config) -> dict[str, Any]:
        added = ("transform", "questions")
        return {name: value for name, value in asdict(config).items() if name not in added}

    config = make_config(SMALL | {"meta_steps": 1})
    with monkeypatch.context() as patched:
        patched.setattr("treemeta.tree.plan.asdict", older)
        tree = begin(Plan("", config), small, registry.uri, "treemeta").tree
    again = resume(registry.uri, tree, allow_env_change=False)
    assert again.config == config
    resumed = train(again, lambda _: {}, lambda _: None, engine)
    assert resumed.config == older(config) | {"data": small.fingerprint}
    assert read_tree(registry, tree).hash() == resumed.hash()


@pytest.mark.parametrize(
    ("data", "asked", "called"),
    [
        (
            "glyphs",
            {"questions": "character+style,style"},
            "tree glyphs: character+style,style seed 3",
        ),
        ("glyphs:scripts=9", {}, "tree glyphs:scripts=9 seed 3"),
        ("glyphs", {"transform": "invert"}, "tree glyphs + invert 1 seed 3"),
    ],
)
def test_a_run_is_called_by_what_was_given_and_no_more(
    registry: Registry, data: str, asked: dict[str, Any], called: str
) -> None:
    config, dataset = opened(make_config({"dataset": data, "seed": 3, "arm": "tree", **asked}))
    begin(Plan("", config), dataset, registry.uri, "treemeta")
    (row,) = list_trees(registry)
    assert row["name"] == called


def test_a_run_on_arrays_is_not_called_by_their_digest(registry: Registry) -> None:
    rng = np.random.default_rng(0)
    shown = {t: {c: rng.normal(size=(20, 3)) for c in "abcde"} for t in ("p", "q")}
    config, dataset = opened(make_config({"dataset": text_of(pack_arrays(shown, None))}))
    begin(Plan("", config), dataset, registry.uri, "treemeta")
    (row,) = list_trees(registry)
    assert row["name"] == "tree arrays of 2 tasks seed 0"
