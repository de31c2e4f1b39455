from tests.trees import artifact, leaf_of, make_tree, store
from treemeta.store.registry import Registry
from treemeta.store.roots import read_roots


def test_every_tree_has_its_root_as_far_as_it_can_be_read(registry: Registry) -> None:
    tree, leaf = store(registry, make_tree()), store(registry, leaf_of("x", "y"))
    assert read_roots(registry) == {tree.id: tree.nodes[0], leaf.id: leaf.nodes[0]}
    artifact(leaf.nodes[0].run_id, "node.json").write_text("{}")
    assert read_roots(registry) == {tree.id: tree.nodes[0], leaf.id: None}
