import re
from base64 import b64decode
from dataclasses import replace

import pytest

from tests.report.figures.test_contact import dataset_of
from tests.report.test_html import TAGS, Reader
from tests.trees import HOSTILE, TASKS, leaf_of, make_node, make_tree
from treemeta.report.html import Section, table
from treemeta.report.page import tree_page, tree_report
from treemeta.report.text import printable
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
        "r", "2", "no", "too few tasks", "2", "0.100", "0.500", "0.200", "0.250", "–", "19",
        "", "–", "–", "–",
    ] in cells  # fmt: skip
    assert [row[2] for row in cells if len(row) == 15] == ["no", "yes", "no"]


def test_sections_follow_in_order() -> None:
    more = [Section("Heat map", "what it shows", table(["a"], [[1]])), Section("Agreement", "", "")]
    page = tree_page(make_tree(), b"<svg/>", more)
    heads = re.findall(r"<h2>(.*?)</h2>", page)
    assert heads[-3:] == ["Questions whether to split", "Heat map", "Agreement"]
    assert "<p>what it shows</p>" in page


@pytest.mark.parametrize("dataset", [None, dataset_of(TASKS)])
def test_the_page_needs_no_network(dataset: Dataset | None) -> None:
    page = tree_report(make_tree(), dataset)
    [svg] = [b64decode(source.split(",")[1]).decode() for source in sources(page)]
    without = re.sub(r'"data:[^"]*"', '""', page) + re.sub(r'"data:[^"]*"', '""', svg)
    assert "//" not in NAMESPACES.sub("", without).replace("-//W3C//DTD SVG 1.1//EN", "")
    assert not re.search(r"<script|javascript:|@import|url\((?!#)", without)
    assert page == tree_report(make_tree(), dataset)


def test_hostile_names_stay_text() -> None:
    tasks = tuple(HOSTILE)
    tree = replace(
        make_tree(nodes=(make_node("r", tasks),)), test_accuracy=dict.fromkeys(tasks, 0.5),
        config={name: name for name in HOSTILE}, id="<b>", status="<i>",
    )  # fmt: skip
    read = Reader(tree_report(tree, None))
    assert set(read.tags) <= TAGS
    assert {printable(name) for name in HOSTILE} <= set(read.said)


def test_a_page_of_35_tasks_is_small() -> None:
    tasks = tuple(f"Alphabet of some length {i}" for i in range(35))
    assert len(tree_report(leaf_of(*tasks), dataset_of(tasks))) < 2_000_000


@pytest.mark.parametrize(
    "nodes", [(), (replace(make_node("r", ()), status="unfinished"),)], ids=["none", "unfinished"]
)
def test_a_tree_that_has_nothing_yet_has_a_page(nodes: tuple) -> None:  # type: ignore[type-arg]
    tree = make_tree(nodes=nodes, status="unfinished", test_accuracy={}, config={})
    said = Reader(tree_report(tree, None)).said
    assert "? on ?, seed ?" in said
    assert "Held-out tasks" not in said
