import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch
from matplotlib.text import Text
from PIL import Image

from tests.pictures import SVG, drawn, texts
from tests.report.test_conflict_text import SPLIT, THREE
from tests.trees import HOSTILE, TASKS, leaf_of, make_consensus, make_node, make_tree
from treemeta.defaults import SIDE
from treemeta.errors import printable
from treemeta.report.figures import contact
from treemeta.report.figures.contact import MOST_ROWS, SHOWN, characters, contact_sheet
from treemeta.report.figures.families import COLOURS
from treemeta.report.figures.ink import paint_with
from treemeta.report.figures.title import tree_title
from treemeta.store.records import Node, Tree
from treemeta.tasks.dataset import Dataset, Task


def dataset_of(tasks: tuple[str, ...], classes: int = 10, drawings: int = 2) -> Dataset:
    """Return a data set in which every image of class c of task t is of ink 10 * t + c, plus 100
    for all but the first."""
    count = len(tasks) * classes
    ink = 10 * (np.arange(count) // classes) + np.arange(count) % classes
    images = np.repeat(ink, drawings).astype(np.uint8)
    images[np.arange(len(images)) % drawings > 0] += 100
    return Dataset(
        "made", Path(), np.broadcast_to(images[:, None, None], (len(images), SIDE, SIDE)),
        tuple(range(0, len(images) + 1, drawings)), tuple(map(str, range(count))),
        {t: Task(t, tuple(range(i * classes, (i + 1) * classes))) for i, t in enumerate(tasks)},
        dict.fromkeys(tasks, "train"), {}, "0",
    )  # fmt: skip


def shown(tree: Tree, dataset: Dataset | None = None) -> list[str]:
    """Return what a sheet says below its title."""
    found = texts(drawn(lambda: contact_sheet(tree, dataset, "svg")))
    assert found[-1] == tree_title(tree)
    return found[:-1]


def images(svg: bytes) -> int:
    return len(list(ET.fromstring(svg).iter(f"{SVG}image")))


def test_every_node_and_every_task_of_a_leaf_is_drawn() -> None:
    found = shown(make_tree())
    assert [text for text in found if text in TASKS] == [
        "Alpha",
        "Beta",
        "Delta",
        "Epsilon",
        "Gamma",
    ]
    assert [text for text in found if text.startswith("r")] == ["r", "r0", "r00", "r01", "r1"]
    assert [text for text in found if "task" in text and "support" not in text] == [
        "5 tasks", "3 tasks", "2 tasks", "1 task", "2 tasks"
    ]  # fmt: skip
    assert found.count("accuracy 0.75") == 3
    assert sorted(text for text in found if text.startswith(("0.", "1."))) == [
        "0.75", "0.98", "1.00", "1.00"
    ]  # fmt: skip


def test_characters_are_first_drawings_of_evenly_spaced_classes() -> None:
    found = characters(dataset_of(("a", "b")), "b")
    cells = found.reshape(SIDE, SHOWN, -1)[0, :, SIDE // 2]
    assert (255 - cells).tolist() == [10, 12, 14, 15, 17, 19]
    assert found.dtype == np.uint8
    assert characters(dataset_of(("a",), classes=3), "a").shape[1] == found.shape[1] // 2


def test_each_task_has_its_characters_where_they_are_known() -> None:
    assert images(contact_sheet(make_tree(), dataset_of(TASKS), "svg")) == 5
    assert images(contact_sheet(make_tree(), dataset_of(TASKS[:2]), "svg")) == 2
    assert images(contact_sheet(make_tree(), None, "svg")) == 0


@pytest.mark.parametrize("kind", ["svg", "png", "pdf"])
def test_the_same_tree_is_drawn_alike(kind: str) -> None:
    dataset = dataset_of(TASKS)
    first = contact_sheet(make_tree(), dataset, kind)
    assert first == contact_sheet(make_tree(), dataset, kind)
    assert first != contact_sheet(leaf_of(*TASKS), dataset, kind)


@pytest.mark.filterwarnings("error")
def test_names_are_drawn_as_they_are() -> None:
    found = shown(leaf_of(*HOSTILE))
    assert all(printable(name) in found for name in HOSTILE)
    ET.fromstring(contact_sheet(leaf_of(*HOSTILE), None, "svg"))


def test_a_leaf_of_very_many_tasks_counts_the_rest() -> None:
    many = tuple(f"name {i:03}" for i in range(MOST_ROWS + 7))
    found = shown(leaf_of(*many))
    assert sum(text.startswith("name") for text in found) == MOST_ROWS
    assert "and 7 more" in found
    assert "more" not in " ".join(shown(leaf_of(*many[:MOST_ROWS])))


def test_a_consensus_tells_the_support_of_trees() -> None:
    assert "on a line: support, the share of trees that group the same tasks" in shown(
        make_consensus()
    )


def test_a_node_is_as_wide_as_what_it_says() -> None:
    tree = make_tree()
    root = replace(tree.nodes[0], evidence=(replace(SPLIT, conflicts=THREE),))
    _, figure, _ = paint_with(lambda: (sheet_of(tree, root), None), "png")
    renderer = FigureCanvasAgg(figure).get_renderer()
    boxes = [one.get_window_extent(renderer) for one in figure.findobj(FancyBboxPatch)]
    (text,) = figure.findobj(lambda one: isinstance(one, Text) and "conflicts" in one.get_text())
    said = text.get_window_extent(renderer)
    assert any(box.x0 < said.x0 and said.x1 < box.x1 for box in boxes)


def sheet_of(tree: Tree, root: Node) -> Figure:
    return contact._draw(replace(tree, nodes=(root, *tree.nodes[1:])), None)


def test_what_is_not_finished_says_so_and_keeps_its_tasks() -> None:
    nodes = list(make_tree().nodes)
    nodes[1] = replace(make_node("r0", ()), status="unfinished")
    for kept in (nodes[:3], nodes[:1]):
        found = shown(make_tree(nodes=tuple(kept)))
        assert "unfinished" in found
        assert set(TASKS) <= set(found)
    assert shown(make_tree(nodes=(), status="unfinished")) == ["no node is finished yet"]
    assert "unfinished" in shown(
        make_tree(nodes=(replace(make_node("r", ()), status="unfinished"),))
    )


def test_a_root_alone_and_a_large_tree_fit() -> None:
    alone = Image.open(BytesIO(contact_sheet(leaf_of(*TASKS), dataset_of(TASKS), "png"))).size
    large = Image.open(BytesIO(contact_sheet(make_tree(), dataset_of(TASKS), "png"))).size
    assert alone[0] < large[0] < 2000
    assert alone[1] < large[1] < 1000


def test_leaves_have_colours_unless_families_are_known() -> None:
    def strokes(tree: Tree, dataset: Dataset | None) -> set[str]:
        return set(re.findall(r"stroke: (#\w{6})", contact_sheet(tree, dataset, "svg").decode()))

    dataset = dataset_of(TASKS)
    colours = {colour.lower() for colour in COLOURS}
    for unknown in (None, dataset):
        assert len(strokes(make_tree(), unknown) & colours) == 3
    known = replace(dataset, lineage={TASKS[0]: ("a",)})
    assert not strokes(make_tree(), known) & colours
    assert not strokes(leaf_of(*TASKS), None) & colours
