import pytest

from tests.trees import artifact, make_tree, run_of, store
from treemeta.errors import RegistryError
from treemeta.store.checkup import END, REGROW, REMOVE, Finding
from treemeta.store.mend import clear, fall_back, mend
from treemeta.store.owner import owned
from treemeta.store.read import read_tree
from treemeta.store.registry import Registry
from treemeta.store.runs import COMMIT


def test_a_tree_that_somebody_trains_is_left_alone(registry: Registry) -> None:
    tree = store(registry, make_tree(), finish=False)
    leaf = (run_of(tree, "r01"),)
    with owned(registry, tree.id):
        with pytest.raises(RegistryError):
            mend(registry, Finding(tree.id, (tree.id,), "so", END))
        with pytest.raises(RegistryError):
            clear(registry, Finding(tree.id, leaf, "so", REGROW))
        with pytest.raises(RegistryError):
            mend(registry, Finding(tree.id, leaf, "so", REMOVE))
    assert registry.client.get_run(tree.id).info.status == "RUNNING"
    assert read_tree(registry, tree.id) == tree


def test_what_is_cleared_is_unfinished_and_lacks_what_was_bad(registry: Registry) -> None:
    tree = store(registry, make_tree())
    clear(registry, Finding(tree.id, (run_of(tree, "r01"),), "so", REGROW))
    left = read_tree(registry, tree.id)
    assert left.status == "unfinished"
    assert [node.name for node in left.nodes] == ["r", "r0", "r1", "r00"]
    assert COMMIT not in registry.client.get_run(tree.id).data.tags
    clear(registry, Finding(tree.id, (), "so", REGROW))  # once more is no error


def test_it_falls_back_on_what_can_be_read_with_all_above_it(registry: Registry) -> None:
    tree = store(registry, make_tree())
    assert fall_back(registry, tree.id) == ()
    assert read_tree(registry, tree.id) == tree
    artifact(run_of(tree, "r0"), "params.safetensors").write_bytes(b"")
    assert fall_back(registry, tree.id) == ("r0", "r00", "r01")
    left = read_tree(registry, tree.id)
    assert [(node.name, node.status) for node in left.nodes] == [
        ("r", "finished"), ("r1", "finished"),
    ]  # fmt: skip
    assert left.status == "unfinished"
