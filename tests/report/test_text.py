from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.trees import HOSTILE, leaf_of, make_consensus, make_node, make_tree
from treemeta.errors import printable
from treemeta.report.text import (
    WIDTH,
    evidence_text,
    machine_text,
    node_line,
    routes_text,
    tree_text,
)
from treemeta.store.evidence import Evidence, Forecast, Moved, Tried
from treemeta.store.records import Routed

GOLDEN = Path(__file__).parent / "golden"


def test_a_tree_is_printed_like_this() -> None:
    assert tree_text(make_tree()) + "\n" == (GOLDEN / "text.txt").read_text(encoding="utf-8")


def test_an_unfinished_tree_is_printed_like_this() -> None:
    tree = make_tree()
    unfinished = replace(make_node("r1", ()), status="unfinished")
    nodes = (tree.nodes[0], tree.nodes[1], unfinished, tree.nodes[4])
    text = tree_text(make_tree(nodes=nodes, status="unfinished", test_accuracy={}))
    assert text + "\n" == (GOLDEN / "unfinished.txt").read_text(encoding="utf-8")


def test_a_machine_is_told_as_far_as_it_is_known() -> None:
    gpu = {"device": "NVIDIA <b>", "cpu": "AVX512", "torch": "2.10.0"}
    said = "in the bits of NVIDIA <b>, AVX512, torch 2.10.0"
    assert machine_text(make_tree(machine=gpu)) == said
    assert machine_text(make_tree(machine={})) == ""
    assert "in the bits" not in tree_text(make_tree(machine={}))


def test_a_name_is_told_that_somebody_has_given() -> None:
    def heading(name: str) -> str:
        return tree_text(make_tree(name=name)).split("\n")[0]

    plain = tree_text(make_tree()).split("\n")[0]
    assert heading("tree glyphs seed 0") == heading("") == plain
    assert "  mine of seed 0  " in heading("mine of seed 0")
    assert heading("two scripts\x1b") == plain.replace("  finished", "  two scripts�  finished")


def test_few_held_out_tasks_tell_little_of_others() -> None:
    told = " (95 % interval 0.500 to 0.500, n = {} tasks{})"
    few, many = told.format(4, ": rough"), told.format(8, "")
    for count, sure in ((3, ""), (4, few), (8, many)):
        text = tree_text(make_tree(test_accuracy=dict.fromkeys("stuvwxyz"[:count], 0.5)))
        assert text.endswith(f"\n\nheld-out tasks: {count}, accuracy 0.500{sure}")


def test_a_consensus_is_printed_like_this() -> None:
    expected = (GOLDEN / "consensus.txt").read_text(encoding="utf-8")
    assert tree_text(make_consensus()) + "\n" == expected


@pytest.mark.parametrize("trees", [None, "abc", 7, ["\x1b[31m\n", None]])
def test_a_consensus_may_name_anything_as_its_trees(trees: object) -> None:
    config = {"arm": "consensus", "dataset": "x", "trees": trees}
    heading = tree_text(make_tree(config=config)).split("\n")[1]
    assert heading.isprintable()
    assert heading.startswith("consensus o")


def test_a_tree_without_nodes_has_its_heading() -> None:
    bare = make_tree(nodes=(), status="unfinished", test_accuracy={}, config={}, machine={})
    text = tree_text(bare)
    assert text.split("\n")[1:] == ["? on ?, seed ?", ""]


@given(st.text())
def test_printable_text_stays_and_nothing_else_does(text: str) -> None:
    shown = printable(text)
    assert shown.isprintable()
    assert len(shown) == len(text)
    assert all(b in (a, "\N{REPLACEMENT CHARACTER}") for a, b in zip(text, shown, strict=True))
    if text.isprintable():
        assert shown == text


@pytest.mark.parametrize("name", HOSTILE)
def test_names_reach_the_terminal_as_names(name: str) -> None:
    plain = tree_text(leaf_of("plain", "x"))
    text = tree_text(leaf_of("plain", name))
    assert text.replace("\n", "").isprintable()
    assert text.count("\n") == plain.count("\n")
    assert f"plain, {printable(name)}" in text


def test_nothing_from_a_registry_reaches_the_terminal_unchecked() -> None:
    bad = "\x1b[31m\n"
    tried = (Tried(bad, 0.1, 0.0, 0.2), Tried("none", 0.1, 0.0, 0.2))
    no = replace(make_tree().nodes[0].evidence[0], reason=bad, tried=tried)
    node = replace(make_node("r", ("a",), trunk=bad), evidence=(no,))
    config = {"arm": bad, "dataset": bad, "seed": bad}
    machine = {"device": bad, "python": bad}
    text = tree_text(make_tree(id=bad, status=bad, config=config, nodes=(node,), machine=machine))
    assert text.replace("\n", "").isprintable()
    assert text.count("\n") == 11


def test_long_lists_of_tasks_are_wrapped_between_names() -> None:
    names = [f"task-{i:03}" for i in range(60)]
    lines = tree_text(leaf_of(*names)).split("\n")
    assert max(map(len, lines)) <= WIDTH
    listed = " ".join(line.strip() for line in lines if "task-" in line)
    assert listed.split(", ") == names


GAINED = Evidence(6, True, "so", 2, gain=0.05, gain_low=0.01, gain_high=0.09)


def test_a_leaf_says_whose_convolutions_it_shares() -> None:
    holder, other = (make_node(name, ("a",), trunk="r0") for name in ("r0", "r1"))
    assert "convolutions" not in node_line(holder)
    assert node_line(other).endswith("convolutions of r0")


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        (Evidence(2, False, "too few tasks"), "step 2: not split, too few tasks"),
        (Evidence(4, True, "rule always", 3), "step 4: split into 3, rule always"),
        (
            Evidence(6, True, "structure", 2, 0.5, 0.05, 0.25, 0.1, 0.875, 19),
            "step 6: split into 2, structure (cut p 0.1, variance p <= 0.05 "
            "(the least that 19 deals can give); stability 0.88)",
        ),
        (
            replace(GAINED, tried=(Tried("trunk", 0.05, 0.01, 0.09), Tried("none", 0.06, 0, 0.1))),
            "step 6: split into 2, so (gain +0.050, +0.010 to +0.090; trunk +0.050; copies +0.060)",
        ),
        (
            replace(GAINED, tried=(Tried("none", 0.05, 0.01, 0.09),)),
            "step 6: split into 2, so (gain +0.050, +0.010 to +0.090)",
        ),
        (
            replace(GAINED, forecast=Forecast(0.04, -0.01, 0.09)),
            "step 6: split into 2, so (forecast +0.040; gain +0.050, +0.010 to +0.090)",
        ),
        (
            replace(GAINED, moved=(Moved("a", "r0", "r1"),)),
            "step 6: split into 2, so (gain +0.050, +0.010 to +0.090; 1 moved by likelihood)",
        ),
    ],
)
def test_evidence_is_a_phrase(evidence: Evidence, said: str) -> None:
    assert evidence_text(evidence) == said


def test_a_reliability_below_0_is_explained_beside_it() -> None:
    line = node_line(make_node("r", ("a",), reliability=-0.25))
    assert line.endswith("reliability -0.25 (below 0: these tasks differ by noise only)")
    assert node_line(make_node("r", ("a",), reliability=0.0)).endswith("reliability 0.00")


def test_what_a_share_is_of_depends_on_how_nodes_are_mixed() -> None:
    routes = {"a": Routed(0.5, {"r0": 0.75, "r1": 0.25})}
    for mix, of in (("hard", "them"), ("soft", "their weight")):
        tree = make_tree(routes=routes, config={**make_tree().config, "mix": mix})
        first, _, legend = routes_text(tree).splitlines()
        assert first == "a  accuracy 0.500  r0 75%  r1 25%"
        assert legend.endswith(f"%: the share of {of} that a node answered")
    assert routes_text(make_tree(routes={})).startswith("no routes")
