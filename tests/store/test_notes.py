from dataclasses import replace

import pytest

from tests.trees import HOSTILE, leaf_of, make_tree
from treemeta.store.notes import MODE, code, node_note, tree_note, version_note
from treemeta.store.records import Tree


def numbered(tree: Tree) -> Tree:
    """Return a tree whose runs are called after its nodes."""
    return replace(tree, nodes=tuple(replace(one, run_id=f"id-{one.name}") for one in tree.nodes))


TREE = numbered(make_tree())


def test_a_node_links_to_its_tree_its_parent_and_its_children() -> None:
    note = node_note(TREE.nodes[1], TREE, "7")
    assert note.splitlines()[0] == "3 tasks, accuracy 0.750, support 0.980"
    assert f"tree [its run](#/experiments/7/runs/{TREE.id}?{MODE})" in note
    assert f"parent [r](#/experiments/7/runs/id-r?{MODE})" in note
    below = [f"[{one}](#/experiments/7/runs/id-{one}?{MODE})" for one in ("r00", "r01")]
    assert f"children {', '.join(below)}" in note
    assert "parent" not in node_note(TREE.nodes[0], TREE, "7")
    assert "children" not in node_note(TREE.nodes[2], TREE, "7")


def test_a_node_tells_its_evidence_for_and_against() -> None:
    note = node_note(TREE.nodes[0], TREE, "7")
    assert "- step 2: not split, `too few tasks` (cut p 0.25)" in note
    assert "- step 4: split into 2, `structure beyond that of dealt classes` (cut p 0.05)" in note


def test_a_tree_tells_its_verdict_its_picture_and_its_nodes() -> None:
    note = tree_note(TREE, "7", "It pays.", pictured=True)
    verdict, picture, nodes, runs = note.split("\n\n")
    assert verdict == "It pays."
    assert picture == f"![tree](get-artifact?path=figures/tree.svg&run_uuid={TREE.id})"
    assert nodes.count("\n- [r") == len(TREE.nodes) - 1
    assert runs == f"[All runs, nested](#/experiments/7/runs?{MODE}&viewStateShareKey=treemeta)"
    assert "![" not in tree_note(TREE, "7", "", pictured=False)


@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_no_markup(name: str) -> None:
    shown = code(name)
    assert shown[0] == shown[-1] == "`"
    assert "`" not in shown[1:-1]
    assert shown.isprintable()
    tree = numbered(leaf_of(name))
    assert shown in node_note(tree.nodes[0], tree, "7")


def test_a_version_leads_to_its_node_and_its_tree() -> None:
    node = TREE.nodes[1]
    note = version_note(node, TREE.id, "7")
    assert note.startswith(f"Node [r0](#/experiments/7/runs/{node.run_id}?{MODE}) of [its tree](#/")
    assert f"/runs/{TREE.id}?" in note
    assert note.endswith("3 tasks: `Alpha`, `Beta`, `Delta`.")


def test_many_tasks_are_counted() -> None:
    tree = numbered(leaf_of(*(f"t{i:03}" for i in range(50))))
    assert "`t039` and 10 more" in node_note(tree.nodes[0], tree, "7")
