"""Trees that the program stored at commit 5de7292 are read, shown, measured and resumed for good.

``tests/fixtures/make_registry.py`` tells how they were made. What is said of them may grow: keys
and lines that were not there then are not looked at.
"""

import json
import sqlite3
import tarfile
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import SMALL, SMALL_SOLVED, Run
from tests.tree.test_place import write_tasks
from tests.trees import sentence
from treemeta.config import Config
from treemeta.declared import make_config
from treemeta.engine.local import Engine
from treemeta.errors import DataError
from treemeta.learn.machine import changed, machine_fingerprint
from treemeta.store.read import read_arrays, read_started, read_tree
from treemeta.store.registry import Registry, open_registry
from treemeta.store.tensors import arrays_sha256
from treemeta.tasks.sources import open_dataset
from treemeta.tree.job import resume
from treemeta.tree.stored import config_of, grown_on
from treemeta.tree.train import train

CONFIG = make_config(SMALL | {"rule": "always", "min_tasks": 1, "meta_steps": 6})


SOLVED = make_config(
    SMALL_SOLVED
    | {"rule": "always", "min_tasks": 1, "max_depth": 2, "meta_steps": 6, "eval_every": 1}
)


LATER = ("learner", "gate", "route", "mix", "candidates", "augment", "eval_every")


FIXTURE = Path(__file__).parents[1] / "fixtures" / "registry-5de7292"
SAID = json.loads(FIXTURE.with_suffix(".json").read_text(encoding="utf-8"))
TREES: dict[str, Any] = SAID["trees"]


@pytest.fixture
def old_registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Registry:
    """The stored registry, where commands look for it; MLflow knows its files by absolute paths."""
    with tarfile.open(FIXTURE.with_suffix(".tar.xz")) as archive:
        archive.extractall(tmp_path, filter="data")
    with closing(sqlite3.connect(tmp_path / "mlflow.db")) as database, database:
        for table, column in (("experiments", "artifact_location"), ("runs", "artifact_uri")):
            place = f"update {table} set {column} = replace({column}, ?, ?)"
            database.execute(place, (SAID["prefix"], tmp_path.as_uri()))
    uri = f"sqlite:///{tmp_path / 'mlflow.db'}"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    return open_registry(uri)


def id_of(name: str) -> str:
    return str(TREES[name]["show"]["tree"])


def known_then(now: Any, then: Any) -> Any:
    """Return a document without the keys that it did not have."""
    if isinstance(then, dict) and isinstance(now, dict):
        return {key: known_then(now[key], then[key]) for key in then if key in now}
    if isinstance(then, list) and isinstance(now, list) and len(then) == len(now):
        return [known_then(a, b) for a, b in zip(now, then, strict=True)]
    return now


def rounded(document: Any) -> Any:
    """Return a document with its fractions as wide as another machine's last bits may be."""
    if isinstance(document, dict):
        return {key: rounded(one) for key, one in document.items()}
    if isinstance(document, list):
        return [rounded(one) for one in document]
    return pytest.approx(document, abs=1e-5) if isinstance(document, float) else document


def test_only_what_was_not_there_is_left_out() -> None:
    then = {"a": 1, "b": [{"c": 2.0}]}
    assert known_then({"a": 1, "b": [{"c": 2.0, "new": 3}], "new": 4}, then) == then
    for other in ({"a": 1}, {"a": 2, "b": [{"c": 2.0}]}, {"a": 1, "b": [{"c": 2.0}, {}]}):
        assert known_then(other, then) != then
    assert rounded(then) == {"a": 1, "b": [{"c": 2.000001}]}
    assert rounded(then) != {"a": 1, "b": [{"c": 2.0001}]}


def test_all_trees_are_listed_under_their_ids_and_names(
    old_registry: Registry, treemeta: Run
) -> None:
    listed = treemeta("tree", "list", "--json")
    assert listed.returncode == 0, listed.stderr
    assert len(SAID["list"]) == len(TREES)
    assert known_then(json.loads(listed.stdout), SAID["list"]) == SAID["list"]


def test_a_tree_is_shown_as_it_was(old_registry: Registry, treemeta: Run) -> None:
    for name, then in TREES.items():
        shown = treemeta("tree", "show", id_of(name), "--json")
        assert shown.returncode == 0, shown.stderr
        assert known_then(json.loads(shown.stdout), then["show"]) == then["show"], name
        # In brackets stands how sure it is, which is said in other words now; of what is not
        # finished there are branches now.
        shown_now = treemeta("tree", "show", id_of(name)).stdout.splitlines()
        now, told = (
            [line.partition(" (")[0].lstrip(" │├└─") for line in text]
            for text in (shown_now, then["text"])
        )
        lines = iter(now)
        missing = [line for line in told if line not in lines]  # in this order
        assert not missing, name


def test_hashes_and_parameters_are_what_they_were(old_registry: Registry) -> None:
    for name, then in TREES.items():
        tree = read_tree(old_registry, id_of(name))
        assert tree.hash() == then["show"]["hash"], name
        stored = [node for node in tree.nodes if node.status == "finished"]
        assert {node.name: node.tensors_sha256 for node in stored} == then["tensors"], name
        if name == "consensus":  # which holds no model
            continue
        arrays = {node.name: read_arrays(old_registry, node) for node in stored}
        assert {n: arrays_sha256(params) for n, (params, _) in arrays.items()} == then["tensors"]
        forked = {n for n, (_, fork) in arrays.items() if fork is not None}
        assert forked == {node.name for node in stored if node.groups}


@pytest.mark.parametrize("asked", SAID["similarity"], ids=lambda asked: asked["said"]["measure"])
def test_tasks_are_as_alike_at_a_stored_init_as_they_were(
    old_registry: Registry, treemeta: Run, asked: dict[str, Any]
) -> None:
    then = asked["said"]
    found = treemeta("similarity", then["tree"], *asked["arguments"])
    assert found.returncode == 0, found.stderr
    assert known_then(json.loads(found.stdout), then) == rounded(then)


def test_a_tree_from_before_an_option_has_its_default(old_registry: Registry) -> None:
    stored = read_started(old_registry, id_of("older")).config
    assert "transform" not in stored
    assert config_of(stored).transform == ""


def test_an_unfinished_tree_goes_on_to_the_bits_it_would_have_had(
    old_registry: Registry, engine: Engine
) -> None:
    tree = id_of("unfinished")
    assert [node.name for node in read_tree(old_registry, tree).nodes] == ["r"]
    if changed(read_started(old_registry, tree).machine, machine_fingerprint()):
        pytest.skip("the tree was begun on a machine whose bits are not this one's")
    job = resume(old_registry.uri, tree, allow_env_change=False)
    whole = train(job, lambda _: {}, lambda _: None, engine)
    then = TREES["always"]
    assert {node.name: node.tensors_sha256 for node in whole.nodes} == then["tensors"]
    assert whole.hash() == then["show"]["hash"]
    assert whole.test_accuracy == then["show"]["test_accuracy"]
    assert read_tree(old_registry, tree) == whole


@pytest.mark.parametrize(
    ("arm", "rule"),
    [("tree", "evidence"), ("tree", "always"), ("reptile", "evidence"), ("scratch", "evidence")],
)
def test_a_config_from_before_there_were_learners_means_what_it_meant(arm: str, rule: str) -> None:
    expected = make_config(
        {"learner": "reptile", "gate": "none", "arm": "joint" if arm == "reptile" else arm,
         "rule": rule, "direction": "displacement"}
    )  # fmt: skip
    stored = {name: value for name, value in asdict(expected).items() if name not in LATER}
    stored |= {"arm": arm, "data": "f" * 64}
    found = config_of(stored)
    assert found == expected
    assert (found.learner, found.gate, found.route) == ("reptile", "none", "direction")
    assert (found.mix, found.augment, found.eval_every) == ("hard", "none", 0)


def test_a_config_from_now_reads_as_it_is() -> None:
    for config in (Config(), SOLVED, CONFIG, Config(arm="joint", route="loo", mix="soft")):
        assert config_of(asdict(config) | {"data": "f" * 64, "cuts": "x"}) == config


def test_data_are_found_from_here_or_beside_the_registry(
    tmp_path: Path, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = open_dataset("glyphs:families=1,scripts=3,characters=2,drawings=2")
    write_tasks(Path("own"), drawn, sorted(drawn.tasks))
    settings = {"dataset": "own", "data": open_dataset("own").fingerprint}
    afar = open_registry(f"sqlite:///{tmp_path}/registry/mlflow.db")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert grown_on(afar, "f" * 32, settings).fingerprint == settings["data"]
    (tmp_path / "own").rename(tmp_path / "moved")
    at_the_root = replace(afar, uri="sqlite:////mlflow.db")
    for text in ("x" * 5000, "a\0b"):  # of a stranger's registry
        for where in (afar, at_the_root):
            with pytest.raises(DataError, match="which is not there: go to the folder"):
                grown_on(where, "f" * 32, settings | {"dataset": text})
    said = "tree ffffffff was grown on 'own', which is not there: go to the folder"
    with pytest.raises(DataError, match=said) as caught:
        grown_on(afar, "f" * 32, settings)
    sentence(caught)
