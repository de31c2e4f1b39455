import re
from base64 import b64decode
from dataclasses import replace

import pytest

from tests.report.figures.test_contact import dataset_of
from tests.report.test_html import TAGS, Reader
from tests.trees import HOSTILE, TASKS, leaf_of, make_node, make_tree
from treemeta.errors import printable
from treemeta.report.figures.contact import contact_sheet
from treemeta.report.html import Section, table
from treemeta.report.page import tree_page
from treemeta.store.evidence import Conflict, Evidence, Forecast, Tried
from treemeta.tasks.dataset import Dataset

NAMESPACES = re.compile(
    r"http://(www\.w3\.org|purl\.org/dc|creativecommons\.org/ns)[\w/.#-]*|https://matplotlib\.org/"
)


def sources(page: str) -> list[str]:
    return [value or "" for key, value in Reader(page).attributes if key == "src"]


def test_the_page_tells_what_is_known() -> None:
    read = Reader(tree_page(make_tree(), b"<svg/>"))
    said = " ".join(read.said)
    assert "tree on glyphs, seed 0" in read.said
    assert f"tree {make_tree().id} finished" in read.said
    assert "Mean accuracy 0.375; too few tasks for an interval" in said
    assert {"inner_lr", "0.001"} <= set(read.said)
    rows = re.findall(r"<tr>(.*?)</tr>", tree_page(make_tree(), b"<svg/>"))
    cells = [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in rows]
    assert ["Zeta", "0.500"] in cells
    assert ["r1", "r", "2", "4", "8", "0.500", "0.750", "–", "0.750", "Epsilon, Gamma"] in cells
    assert [
        "r", "2", "no", "too few tasks", "cut p 0.25, variance p 0.5, of 19 deals", "–", "", "", "",
    ] in cells  # fmt: skip
    assert [row[2] for row in cells if len(row) == 9] == ["no", "2", "no"]


def test_the_page_tells_of_a_trial_as_the_terminal_does() -> None:
    tried = Evidence(
        4, True, "structure", 2, p_cut=0.05, deals=19, stability=0.9, gain=0.1, gain_low=0.05,
        gain_high=0.2, conflicts=(Conflict(0, 1, -0.5, None, None),), forecast=Forecast(0.1, 0, 1),
        tried=(Tried("none", 0.08, 0, 1), Tried("trunk", 0.1, 0, 1)),
    )  # fmt: skip
    page = tree_page(make_tree(nodes=(make_node("r", ("a",), evidence=(tried,)),)), b"<svg/>")
    chance = "cut p &lt;= 0.05, the least that 19 deals can give"
    (row,) = (row for row in re.findall(r"<tr>(.*?)</tr>", page) if chance in row)
    assert re.findall(r"<td[^>]*>(.*?)</td>", row) == [
        "r", "4", "2", "structure", chance, "0.900", "conflict -0.50", "+0.100",
        "+0.100, +0.050 to +0.200; copies +0.080; trunk +0.100",
    ]  # fmt: skip


@pytest.mark.parametrize("targets", ["classes", "numbers"])
def test_below_nodes_and_splits_stands_what_their_columns_mean(targets: str) -> None:
    tree = make_tree(config=make_tree().config | {"targets": targets})
    page = tree_page(tree, b"<svg/>")
    assert f"<th>{tree.metric}</th><th>reliability</th>" in page
    below = [re.findall(r"<li>(\w+):", one) for one in re.findall(r'<ul class="legend">.*', page)]
    assert below == [[tree.metric, "reliability", "support"], ["p", "stability"]]


def test_sections_follow_in_order() -> None:
    more = [Section("Heat map", "what it shows", table(["a"], [[1]])), Section("Agreement", "", "")]
    page = tree_page(make_tree(), b"<svg/>", ["It pays.", "It hurts."], more)
    heads = re.findall(r"<h2><a[^>]*>(.*?)</a></h2>", page)
    assert heads == [
        "The tree", "Heat map", "Agreement", "Held-out tasks", "Nodes",
        "Questions whether to split", "Configuration",
    ]  # fmt: skip
    assert "<p>what it shows</p>" in page
    assert page.index("It pays.") < page.index("It hurts.") < page.index("<h2>")


@pytest.mark.parametrize("dataset", [None, dataset_of(TASKS)])
def test_the_page_needs_no_network(dataset: Dataset | None) -> None:
    page = tree_page(make_tree(), contact_sheet(make_tree(), dataset, "svg"))
    [svg] = [b64decode(source.split(",")[1]).decode() for source in sources(page)]
    own = re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)
    without = re.sub(r'"data:[^"]*"', '""', own) + re.sub(r'"data:[^"]*"', '""', svg)
    assert "//" not in NAMESPACES.sub("", without).replace("-//W3C//DTD SVG 1.1//EN", "")
    assert not re.search(r"<script[ /]|javascript:|@import|url\((?!#)", without)
    assert page == tree_page(make_tree(), contact_sheet(make_tree(), dataset, "svg"))


def test_hostile_names_stay_text() -> None:
    tasks = tuple(HOSTILE)
    tree = replace(
        make_tree(nodes=(make_node("r", tasks),)), test_accuracy=dict.fromkeys(tasks, 0.5),
        config={name: name for name in HOSTILE}, id="<b>", status="<i>",
    )  # fmt: skip
    read = Reader(tree_page(tree, contact_sheet(tree, None, "svg")))
    assert set(read.tags) <= TAGS
    assert {printable(name) for name in HOSTILE} <= set(read.said)


def test_a_page_of_35_tasks_is_small() -> None:
    tasks = tuple(f"Alphabet of some length {i}" for i in range(35))
    tree = leaf_of(*tasks)
    assert len(tree_page(tree, contact_sheet(tree, dataset_of(tasks), "svg"))) < 2_000_000


@pytest.mark.parametrize(
    "nodes", [(), (replace(make_node("r", ()), status="unfinished"),)], ids=["none", "unfinished"]
)
def test_a_tree_that_has_nothing_yet_has_a_page(nodes: tuple) -> None:  # type: ignore[type-arg]
    tree = make_tree(nodes=nodes, status="unfinished", test_accuracy={}, config={})
    said = Reader(tree_page(tree, contact_sheet(tree, None, "svg"))).said
    assert "? on ?, seed ?" in said
    assert "Held-out tasks" not in said
