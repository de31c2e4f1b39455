from typing import Any

import pytest

from tests.trees import artifact, leaf_of, make_tree, store
from treemeta.errors import RegistryError
from treemeta.store.read import read_node
from treemeta.store.records import Node
from treemeta.store.registry import Registry
from treemeta.store.roots import read_roots


def test_every_tree_has_its_root_as_far_as_it_can_be_read(registry: Registry) -> None:
    tree, leaf = store(registry, make_tree()), store(registry, leaf_of("x", "y"))
    assert read_roots(registry) == {tree.id: tree.nodes[0], leaf.id: leaf.nodes[0]}
    artifact(leaf.nodes[0].run_id, "node.json").write_text("{}")
    assert read_roots(registry) == {tree.id: tree.nodes[0], leaf.id: None}


def test_a_tree_whose_files_are_elsewhere_hides_no_other(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree, far = store(registry, make_tree()), store(registry, leaf_of("x", "y"))

    def read(registry: Registry, run: Any) -> Node:
        if run.info.run_id == far.nodes[0].run_id:
            raise RegistryError("its files are on a server")
        return read_node(registry, run)

    monkeypatch.setattr("treemeta.store.roots.read_node", read)
    assert read_roots(registry) == {tree.id: tree.nodes[0], far.id: None}
