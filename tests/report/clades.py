"""Trees that DendroPy has read, held against those that were written."""

import dendropy
from hypothesis import assume

from treemeta.errors import printable
from treemeta.store.records import ROOT, Tree


def read(text: str, schema: str) -> dendropy.Tree:
    return dendropy.Tree.get(data=text, schema=schema, case_sensitive_taxon_labels=True)


def told(value: float | None) -> str | None:
    return None if value is None else f"{value:.4g}"


def assume_told_apart(tree: Tree) -> None:
    """Leave out trees whose tasks differ by what no terminal may show, as two taxa of one name are
    one, and those named by a mark alone, which DendroPy takes for the mark even in quotes."""
    names = {printable(task) for task in tree.nodes[0].tasks}
    assume(len(names) == len(tree.nodes[0].tasks))
    assume(not names & set("(),:;=[]{}&"))


def check_clades(found: dendropy.Tree, tree: Tree) -> None:
    """Hold names, tips, lengths, supports and accuracies against the tree's own."""
    nodes = {node.name: node for node in tree.nodes}

    def check(clade: dendropy.Node, name: str) -> None:
        node = nodes[name]
        beside = clade.annotations.values_as_dict()
        assert beside.pop("name") == name
        assert clade.label == beside.get("support") == told(node.support)
        assert beside.get(tree.metric) == told(node.accuracy)
        assert set(beside) <= {"support", tree.metric}
        assert clade.edge_length == (None if tree.is_consensus else node.meta_steps)
        below = clade.child_nodes()
        if node.groups:
            assert len(below) == len(node.groups)
            for child, its_name in zip(below, node.children, strict=True):
                check(child, its_name)
        else:
            assert [tip.taxon.label for tip in below] == [printable(task) for task in node.tasks]
            assert {tip.edge_length for tip in below} == {None if tree.is_consensus else 0}

    check(found.seed_node, ROOT)
