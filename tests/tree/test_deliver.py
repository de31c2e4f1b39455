from dataclasses import replace
from pathlib import Path

import pytest

from tests.conftest import SMALL, Run
from treemeta.declared import make_config
from treemeta.engine.local import Engine
from treemeta.errors import IntegrityError, RegistryError
from treemeta.store.owner import owned
from treemeta.store.read import read_tree
from treemeta.store.records import Tree
from treemeta.store.registry import Registry, open_registry
from treemeta.store.runs import BOUND
from treemeta.tasks.dataset import Dataset
from treemeta.tree.deliver import bound, deliver, figures_of, learned, missing
from treemeta.tree.job import begin
from treemeta.tree.plan import Plan
from treemeta.tree.train import train

CONFIG = make_config(SMALL | {"rule": "always", "min_tasks": 1, "meta_steps": 4})


@pytest.fixture
def there(workplace: Path, registry_template: Path) -> Registry:
    (workplace / "far").mkdir()
    (workplace / "far" / "mlflow.db").write_bytes(registry_template.read_bytes())
    return open_registry("sqlite:///far/mlflow.db")


@pytest.fixture
def tree(registry: Registry, small: Dataset, engine: Engine) -> Tree:
    job = begin(Plan("", CONFIG), small, registry.uri, "treemeta")
    return train(job, lambda _: {"tree.dot": "digraph {}"}, lambda _: None, engine)


def wanted(there: Registry, dataset: Dataset, seed: int = 0) -> str:
    plan = Plan("", replace(CONFIG, seed=seed))
    return begin(plan, dataset, there.uri, "elsewhere").tree


def test_what_is_delivered_is_what_is_here(
    registry: Registry, there: Registry, tree: Tree, small: Dataset
) -> None:
    done = deliver(registry, tree.id, there, wanted(there, small))
    assert done.nodes == len(tree.nodes)
    assert done.tree.hash() == tree.hash()
    figures = figures_of(there, done.tree.id)
    assert figures == figures_of(registry, tree.id)
    assert figures.keys() == {"tree.dot", "task_accuracy.json"}
    for one, other in zip(tree.nodes, done.tree.nodes, strict=True):
        own, theirs = learned(registry, one, CONFIG), learned(there, other, CONFIG)
        assert (own.losses, own.began, own.shared) == (theirs.losses, theirs.began, theirs.shared)
        assert {*own.params} == {*theirs.params}
        assert {*own.extra} == {*theirs.extra}
        assert replace(one, run_id="") == replace(other, run_id="")
    assert there.client.get_run(done.tree.id).info.status == "FINISHED"


def test_a_tree_of_other_settings_is_not_overwritten(
    registry: Registry, there: Registry, tree: Tree, small: Dataset
) -> None:
    other = wanted(there, small, seed=1)
    with pytest.raises(IntegrityError, match="was begun with other settings than tree"):
        deliver(registry, tree.id, there, other)
    assert read_tree(there, other).nodes == ()


def test_other_parameters_of_one_node_are_named(
    registry: Registry, there: Registry, tree: Tree, small: Dataset
) -> None:
    target = wanted(there, small)
    stored = deliver(registry, tree.id, there, target).tree
    assert stored.nodes[0].tensors_sha256 == tree.nodes[0].tensors_sha256
    other = replace(tree, nodes=(replace(tree.nodes[0], tensors_sha256="0" * 64), *tree.nodes[1:]))
    with pytest.raises(IntegrityError, match=r"node 'r' of tree .* has other parameters"):
        missing(other, stored)


def test_a_tree_that_is_trained_on_either_side_is_left_alone(
    registry: Registry, there: Registry, tree: Tree, small: Dataset
) -> None:
    target = wanted(there, small)
    for side, held in ((registry, tree.id), (there, target)):
        with owned(side, held), pytest.raises(RegistryError, match="is being trained by another"):
            deliver(registry, tree.id, there, target)
    assert read_tree(there, target).nodes == ()


def test_registry_sync_delivers_once_and_says_so(
    registry: Registry, there: Registry, tree: Tree, small: Dataset, treemeta: Run
) -> None:
    far = ("--tracking-uri", "sqlite:///far/mlflow.db")
    none = treemeta("registry", "sync", *far)
    assert none.stdout == "nothing to do: no tree here is bound for another registry\n"
    target = wanted(there, small)
    registry.client.set_tag(tree.id, BOUND, target)
    assert [*bound(registry)] == [(tree.id, target)]
    ended = treemeta("registry", "sync", *far)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout == (
        f"tree {tree.id[:8]}: {len(tree.nodes)} nodes delivered to {target[:8]}, finished\n"
    )
    assert treemeta("registry", "sync", *far).stdout == none.stdout
    assert read_tree(there, target).hash() == tree.hash()


@pytest.mark.parametrize(
    ("place", "code", "said"),
    [
        ((), 2, "is the registry here: name the one to deliver to with --tracking-uri"),
        (("--tracking-uri=sqlite:///none/mlflow.db",), 4, "no registry at none/mlflow.db"),
        (("--tracking-uri=sqlite:///far/mlflow.db",), 4, "f" * 32),  # it never was there
    ],
)
def test_a_place_that_it_cannot_be_delivered_to_is_named(
    registry: Registry,
    there: Registry,
    tree: Tree,
    treemeta: Run,
    place: tuple[str, ...],
    code: int,
    said: str,
) -> None:
    registry.client.set_tag(tree.id, BOUND, "f" * 32)
    ended = treemeta("registry", "sync", *place)
    assert (ended.returncode, ended.stdout) == (code, "")
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr
