import json
import math
import shutil
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import networkx as nx
import pytest
from hypothesis import example, given

from tests.trees import (
    HOSTILE,
    TASKS,
    leaf_of,
    make_consensus,
    make_node,
    make_tree,
    random_trees,
    sentence,
)
from treemeta.errors import MachineError, printable
from treemeta.report.export import (
    DRAWN,
    FORMATS,
    SHOWN_TASKS,
    WRITTEN,
    draw,
    export,
    figures,
    tree_dict,
    tree_dot,
    tree_graphml,
    tree_json,
    tree_newick,
    tree_nexus,
)
from treemeta.store.records import Tree

GOLDEN = Path(__file__).parent / "golden"
needs_dot = pytest.mark.skipif(not shutil.which("dot"), reason="Graphviz is not installed")


@pytest.mark.parametrize("kind", ["dot", "newick", "nexus"])
def test_a_tree_is_exported_like_this(kind: str) -> None:
    expected = (GOLDEN / f"{kind}.txt").read_text(encoding="utf-8")
    assert export(make_tree(), kind).decode() == expected


@pytest.mark.parametrize("kind", ["dot", "newick", "nexus"])
def test_a_consensus_is_exported_like_this(kind: str) -> None:
    expected = (GOLDEN / f"consensus-{kind}.txt").read_text(encoding="utf-8")
    assert export(make_consensus(), kind).decode() == expected


# json


def test_the_json_contract() -> None:
    found = json.loads(tree_json(make_tree()))
    assert list(found) == [
        "tree",
        "hash",
        "machine",
        "nodes",
        "splits",
        "refused",
        "metric",
        "test_accuracy",
        "routes",
        "curve",
    ]
    assert found["tree"] == make_tree().id
    assert found["hash"] == make_tree().hash()
    assert found["test_accuracy"] == {"Zeta": 0.5, "Eta": 0.25}
    assert [node["name"] for node in found["nodes"]] == ["r", "r0", "r1", "r00", "r01"]
    assert found["nodes"][1] == {
        "name": "r0",
        "parent": "r",
        "children": ["r00", "r01"],
        "depth": 1,
        "tasks": ["Alpha", "Beta", "Delta"],
        "meta_steps": 4,
        "reliability": None,
        "support": 0.98,
        "accuracy": 0.75,
        "share": "none",
        "trunk": "",
        "run_id": "",
        "status": "finished",
    }
    assert found["nodes"][0]["parent"] is None
    assert [(one["node"], one["step"]) for one in found["refused"]] == [("r", 2), ("r1", 8)]
    assert found["refused"][0]["reason"] == "too few tasks"


@given(random_trees())
def test_json_reads_back_whatever_the_names(tree: Tree) -> None:
    text = tree_json(tree)
    assert json.loads(text) == tree_dict(tree)
    assert text.replace("\n", "").isprintable()


@pytest.mark.parametrize("number", [math.nan, math.inf])
def test_json_knows_no_nan(number: float) -> None:
    node = make_node("r", ("a",), accuracy=number, reliability=number, support=number)
    evidence = replace(make_tree().nodes[0].evidence[0], variance=number)
    nodes = (replace(node, evidence=(evidence,)),)
    text = tree_json(make_tree(nodes=nodes, test_accuracy={"a": number}))
    found = json.loads(text, parse_constant=pytest.fail)
    assert found["nodes"][0]["accuracy"] is None
    assert found["refused"][0]["variance"] is None
    assert found["test_accuracy"] == {"a": None}


# GraphML


@given(random_trees())
@example(make_tree())
def test_graphml_reads_back_to_the_same_graph(tree: Tree) -> None:
    graph = nx.parse_graphml(tree_graphml(tree))
    assert nx.is_arborescence(graph)
    assert (graph.graph["tree"], graph.graph["metric"]) == (tree.id, "accuracy")
    assert set(graph.nodes) == {node.name for node in tree.nodes}
    for node in tree.nodes:
        found = dict(graph.nodes[node.name])
        assert json.loads(found.pop("tasks")) == list(node.tasks)
        told = {
            "name": node.name, "depth": node.depth, "meta_steps": node.meta_steps,
            "reliability": node.reliability, "support": node.support, "accuracy": node.accuracy,
            "share": node.share, "status": node.status,
        }  # fmt: skip
        assert found == {key: value for key, value in told.items() if value is not None}
    assert {(a, b, about.get("support")) for a, b, about in graph.edges(data=True)} == {
        (node.parent, node.name, node.support) for node in tree.nodes if node.parent
    }


# Nothing yet


@pytest.mark.parametrize(
    "nodes", [(), (replace(make_node("r", ()), status="unfinished"),)], ids=["none", "unfinished"]
)
def test_a_tree_that_has_nothing_yet_can_be_exported(nodes: tuple) -> None:  # type: ignore[type-arg]
    tree = make_tree(nodes=nodes, status="unfinished")
    assert tree_newick(tree) == ";\n"
    assert "NTAX=0;" in tree_nexus(tree)
    assert nx.parse_graphml(tree_graphml(tree)).number_of_nodes() == len(nodes)
    assert ("unfinished" in tree_dot(tree)) == bool(nodes)


# dot


def drawn_lines(dot: str) -> list[str]:
    """Return the text in a drawing that Graphviz makes."""
    root = ET.fromstring(draw(dot, "svg"))
    # Graphviz draws blanks as no-break spaces where svg would swallow them.
    texts = root.iter("{http://www.w3.org/2000/svg}text")
    return ["".join(text.itertext()).replace("\xa0", " ").strip() for text in texts]


@needs_dot
@pytest.mark.parametrize("name", HOSTILE)
def test_dot_draws_names_as_they_are(name: str) -> None:
    tasks = (name, *TASKS[1:])
    shown = drawn_lines(tree_dot(make_tree(tasks)))
    boxes = ["r: 5 tasks, accuracy 0.75", "r0: 3 tasks, accuracy 0.75"]
    boxes += ["r1: 2 tasks, accuracy 0.75", "r00: 2 tasks, accuracy 0.50", "r01: 1 tasks"]
    support = ["0.98", "0.75", "1.00", "1.00"]
    assert sorted(shown) == sorted([*boxes, *support, printable(name), *TASKS[1:]])


@needs_dot
def test_dot_draws_every_node_and_edge() -> None:
    root = ET.fromstring(draw(tree_dot(make_tree()), "svg"))
    kinds = [group.get("class") for group in root.iter("{http://www.w3.org/2000/svg}g")]
    assert kinds.count("node") == 5
    assert kinds.count("edge") == 4


@pytest.mark.parametrize("more", [0, 1, 30])
def test_a_box_lists_only_so_many_tasks(more: int) -> None:
    names = [f"task {i}" for i in range(SHOWN_TASKS + more)]
    dot = tree_dot(leaf_of(*names))
    assert dot.count("task ") == SHOWN_TASKS
    assert (f"and {more} more" in dot) == bool(more)


# Drawings


@needs_dot
@pytest.mark.parametrize(
    ("kind", "starts"), [("png", b"\x89PNG"), ("pdf", b"%PDF"), ("svg", b"<?xml")]
)
def test_drawings_are_what_they_say(kind: str, starts: bytes) -> None:
    assert export(make_tree(), kind).startswith(starts)


@needs_dot
def test_figures_are_the_source_and_its_drawing() -> None:
    found = figures(make_tree())
    assert found.keys() == {"tree.dot", "tree.svg"}
    assert found["tree.dot"] == tree_dot(make_tree())
    assert "Epsilon" in "".join(ET.fromstring(found["tree.svg"].encode()).itertext())


@pytest.fixture(params=["missing", "failing", "not executable"])
def no_dot(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Graphviz is not there, or does not work."""
    if request.param != "missing":
        program = tmp_path / "dot"
        program.write_text(
            "#!/nowhere\n" if request.param != "failing" else "#!/bin/sh\necho no >&2\nexit 1\n"
        )
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    return str(request.param)


@pytest.mark.parametrize("kind", DRAWN)
def test_without_dot_drawings_are_a_machine_error(
    no_dot: str, kind: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(MachineError) as caught:
        export(make_tree(), kind)
    said = sentence(caught)
    assert caught.value.exit_code == 6
    assert f"format {kind}" in said
    assert said.endswith("or export dot, json, graphml, newick or nexus")
    assert capfd.readouterr() == ("", "")


def test_without_dot_everything_else_works(no_dot: str) -> None:
    tree = make_tree()
    assert figures(tree) == {"tree.dot": tree_dot(tree)}
    assert set(FORMATS) == {*DRAWN, *WRITTEN}
    for kind, written in WRITTEN.items():
        assert export(tree, kind) == written(tree).encode()
