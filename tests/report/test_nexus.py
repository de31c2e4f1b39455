import pytest
from hypothesis import given

from tests.report.clades import assume_told_apart, check_clades, read
from tests.trees import HOSTILE, leaf_of, make_consensus, make_tree, random_trees
from treemeta.errors import printable
from treemeta.report.nexus import tree_nexus
from treemeta.store.records import Tree


@given(random_trees())
def test_a_tree_reads_back(tree: Tree) -> None:
    assume_told_apart(tree)
    text = tree_nexus(tree)
    assert text.replace("\n", "").isprintable()
    found = read(text, "nexus")
    assert [taxon.label for taxon in found.taxon_namespace] == [
        printable(task) for task in tree.nodes[0].tasks
    ]
    check_clades(found, tree)


@pytest.mark.parametrize("tree", [make_tree(), make_consensus()], ids=["grown", "consensus"])
def test_support_and_accuracy_stand_beside_a_node(tree: Tree) -> None:
    check_clades(read(tree_nexus(tree), "nexus"), tree)


@pytest.mark.parametrize("name", HOSTILE)
def test_any_name_is_a_taxon(name: str) -> None:
    tree = leaf_of(name, "other")
    check_clades(read(tree_nexus(tree), "nexus"), tree)
