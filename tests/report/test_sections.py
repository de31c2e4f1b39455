import json
import re
from html import unescape

import numpy as np

from tests.trees import leaf_of, make_node, make_tree
from treemeta.analysis.clusters import agreement, measure_candidate, random_tree
from treemeta.analysis.groups import Grouping, grouping_of
from treemeta.measures.similarity import Similarity, named
from treemeta.report.html import page
from treemeta.report.sections import similarity_sections
from treemeta.tasks.truth import of_lineage

LINEAGE = {f"t{i}": (f"family{i % 2}",) for i in range(6)}


NODES = (
    make_node("r", tuple(LINEAGE), groups=(("t0", "t1", "t2"), ("t3", "t4", "t5"))),
    make_node("r0", ("t0", "t1", "t2")),
    make_node("r1", ("t3", "t4", "t5")),
)
GROWN = make_tree(nodes=NODES)


def groups(similarity: Similarity) -> Grouping:
    return grouping_of(GROWN, NODES[len(similarity.tasks) < 6], similarity)


def made(tasks: int = 6) -> Similarity:
    family = np.arange(tasks) % 2
    close = np.where(family[:, None] == family, 0.7, -0.4) + 0.2 * np.eye(tasks)
    return Similarity("direction", "similarity", named(close, list(LINEAGE)[:tasks]), 0.91, 24)


def test_a_page_has_every_picture_and_the_table() -> None:
    truth = of_lineage(LINEAGE, "<b>mine</b>")
    one = agreement(measure_candidate(made(), [2]), truth, "family")
    found = similarity_sections(GROWN, made(), groups(made()), [truth], [one, random_tree(one)])
    assert [section.heading for section in found] == [
        "Groups",
        "How alike the tasks are",
        "The same as a dendrogram",
        "The same as a map",
        "The same map, by leaf",
        "Against the true lineage",
        "Agreement with the truth: <b>mine</b>",
    ]
    assert "reliability 0.910 from 24 episodes" in found[1].text
    text = page("title", "about", [], found)
    assert "<b>" not in text
    assert text.count("data:image/svg+xml") == 5
    spots = [json.loads(unescape(one)) for one in re.findall('data-spots="(.*?)"', text)]
    assert [one["kind"] for one in spots] == ["cells", "points", "points"]
    assert ["t1", "leaf r0", "family1"] in spots[0]["names"]
    assert "random direction" in found[-1].body
    assert "1.00 (0.1" in found[-1].body  # of six tasks a tenth of all dealings agree as well


def test_without_a_truth_there_are_pictures_only() -> None:
    found = similarity_sections(GROWN, made(), groups(made()), [], [])
    assert [section.heading for section in found[-2:]] == [
        "The same as a map",
        "Against the groups",
    ]
    assert "stability" not in found[0].text
    assert "t4" in found[0].body
    flat = leaf_of(*made().tasks)
    one = grouping_of(flat, flat.nodes[0], made())
    assert len(similarity_sections(flat, made(), one, [], [])) == 4


def test_leaves_that_are_the_families_are_drawn_once() -> None:
    half = {f"t{i}": ("low" if i < 3 else "high",) for i in range(6)}
    found = similarity_sections(GROWN, made(), groups(made()), [of_lineage(half, "mine")], [])
    headings = [section.heading for section in found]
    assert "The same as a map" in headings
    assert "The same map, by leaf" not in headings


def test_three_tasks_are_too_few_to_arrange() -> None:
    assert similarity_sections(GROWN, made(3), groups(made(3)), [], []) == []
