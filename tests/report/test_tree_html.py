from tests.report.test_html import Reader
from tests.trees import HOSTILE, leaf_of, make_tree
from treemeta.errors import printable
from treemeta.report.tree_html import tree_html


def test_nodes_hold_their_children_and_leaves_their_tasks() -> None:
    text = tree_html(make_tree())
    read = Reader(text)
    assert read.tags.count("details") == 5
    first = text.index("<summary>r0 ")
    assert first < text.index("<summary>r00 ") < text.index("<summary>r1 ")
    assert [v for k, v in read.attributes if k == "data-name"] == [
        "Alpha", "Beta", "Delta", "Epsilon", "Gamma",
    ]  # fmt: skip


def test_what_is_not_stored_yet_is_there_with_its_tasks() -> None:
    nodes = make_tree().nodes
    text = tree_html(make_tree(nodes=(nodes[0], nodes[2]), status="unfinished"))
    assert "<summary>r0  3 tasks  unfinished</summary>" in text
    assert [v for k, v in Reader(text).attributes if k == "data-name"] == [
        "Alpha", "Beta", "Delta", "Epsilon", "Gamma",
    ]  # fmt: skip


def test_hostile_names_are_text() -> None:
    read = Reader(tree_html(leaf_of(*HOSTILE)))
    assert set(read.tags) == {"input", "div", "details", "summary", "ul", "li"}
    named = [value for key, value in read.attributes if key == "data-name"]
    assert named == [printable(name) for name in HOSTILE]
