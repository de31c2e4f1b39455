from dataclasses import replace

import pytest

from tests.conftest import SMALL
from tests.trees import artifact, run_of
from treemeta.declared import make_config
from treemeta.engine.local import Engine
from treemeta.errors import IntegrityError, MachineError
from treemeta.store.checkup import Finding, look_over
from treemeta.store.read import read_tree
from treemeta.store.records import Tree
from treemeta.store.registry import Registry
from treemeta.tasks.dataset import Dataset
from treemeta.tree.job import begin
from treemeta.tree.plan import Plan
from treemeta.tree.regrow import Regrown, regrow
from treemeta.tree.train import train

CONFIG = make_config(SMALL | {"rule": "always", "min_tasks": 1, "meta_steps": 6})


@pytest.fixture
def tree(registry: Registry, small: Dataset, engine: Engine) -> Tree:
    job = begin(Plan("", CONFIG), small, registry.uri, "treemeta")
    return train(job, lambda _: {}, lambda _: None, engine)


def again(registry: Registry, engine: Engine) -> Regrown:
    (finding,) = look_over(registry)
    return regrow(registry, finding, lambda _: {}, lambda _: None, engine)


def test_a_lost_leaf_is_grown_again_to_the_same_bits(
    registry: Registry, tree: Tree, engine: Engine
) -> None:
    leaf = tree.leaves()[-1]
    registry.client.delete_run(leaf.run_id)
    regrown = again(registry, engine)
    assert regrown.same
    assert regrown.tree.test_accuracy == tree.test_accuracy
    kept = {node.name: node.run_id for node in regrown.tree.nodes}
    for node in tree.nodes:
        assert (kept[node.name] == node.run_id) == (node.name != leaf.name)
    assert read_tree(registry, tree.id) == regrown.tree
    assert list(look_over(registry)) == []


@pytest.mark.parametrize("file", ["params.safetensors", "node.json"])
def test_a_damaged_root_is_grown_again_with_all_below_it(
    registry: Registry, tree: Tree, engine: Engine, file: str
) -> None:
    artifact(run_of(tree, "r"), file).write_bytes(b"")
    regrown = again(registry, engine)
    assert regrown.same
    assert not {node.run_id for node in tree.nodes} & {node.run_id for node in regrown.tree.nodes}


def test_what_was_known_of_the_end_is_found_again(
    registry: Registry, tree: Tree, engine: Engine
) -> None:
    artifact(tree.id, "tree.json").unlink()
    regrown = again(registry, engine)
    assert (regrown.before, regrown.same) == (None, False)
    assert regrown.tree == tree


def test_where_the_bits_would_be_others_nothing_is_taken(
    registry: Registry, tree: Tree, engine: Engine, small: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry.client.delete_run(tree.leaves()[-1].run_id)
    finding: Finding
    (finding,) = look_over(registry)
    with monkeypatch.context() as patch:
        patch.setattr("treemeta.tree.regrow.machine_fingerprint", lambda _: {"torch": "99"})
        with pytest.raises(MachineError, match="torch changed"):
            again(registry, engine)
    with monkeypatch.context() as patch:
        other = replace(small, fingerprint="0" * 64)
        patch.setattr("treemeta.tree.stored.dataset_of", lambda _: other)
        with pytest.raises(IntegrityError, match="is not the one tree"):
            again(registry, engine)
    assert list(look_over(registry)) == [finding]
