from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.tasks.planted import make_pack
from treemeta.errors import DataError
from treemeta.tasks.cache import Pack, reopen, write_pack
from treemeta.tasks.copies import add_copies
from treemeta.tasks.dataset import Dataset
from treemeta.tasks.questions import parse_questions
from treemeta.tasks.relabel import relabelled
from treemeta.tasks.transform import Transform, parse_transform

SIZES = {("a", "x"): 3, ("a", "y/z"): 2, ("b", "x"): 1, ("a b", "x"): 2}


def packed(tmp_path: Path, pack: Pack, name: str = "base") -> Dataset:
    return reopen(write_pack(tmp_path / name, name, pack))


def by_class(pack: Pack) -> dict[tuple[str, str], bytes]:
    return {(task, label): images.tobytes() for task, label, images in pack.classes}


def test_every_task_has_a_copy_in_its_role_and_the_lineage_begins_with_it(tmp_path: Path) -> None:
    pack = make_pack(SIZES)
    pack.roles["b"] = "test"
    del pack.lineage["a b"]
    made = add_copies(packed(tmp_path, pack), Transform("invert", 1))
    assert made.roles == {
        "a": "train",
        "a (invert 1)": "train",
        "a b": "train",
        "a b (invert 1)": "train",
        "b": "test",
        "b (invert 1)": "test",
    }
    assert made.lineage == {
        "a": ("as drawn", "root", "a"),
        "a (invert 1)": ("invert 1", "root", "a"),
        "a b": ("as drawn",),
        "a b (invert 1)": ("invert 1",),
        "b": ("as drawn", "root", "b"),
        "b (invert 1)": ("invert 1", "root", "b"),
    }
    drawn, both = by_class(pack), by_class(made)
    assert len(made.classes) == len(both) == 2 * len(drawn)
    for (task, label), images in drawn.items():
        assert both[task, label] == images
        inverted = (255 - np.frombuffer(images, np.uint8)).tobytes()
        assert both[f"{task} (invert 1)", label] == inverted


@pytest.mark.parametrize("text", ["thick", "rotate:30", "reflect:0.5"])
def test_copies_are_the_same_bits_whatever_the_order(tmp_path: Path, text: str) -> None:
    pack = make_pack(SIZES)
    turned = Pack(pack.classes[::-1], pack.roles, pack.lineage)
    one, other = (
        add_copies(packed(tmp_path, some, name), parse_transform(text))
        for name, some in (("one", pack), ("other", turned))
    )
    assert by_class(one) == by_class(other)


def test_reflect_counts_the_classes_of_each_task(tmp_path: Path) -> None:
    pack = make_pack({(task, label): 1 for task in "ab" for label in "wxyz"})
    drawn = {(task, label): images for task, label, images in pack.classes}
    made = add_copies(packed(tmp_path, pack), Transform("reflect", 0.5))
    for task, label, images in made.classes:
        of = drawn[task[0], label]
        mirrored = task.endswith("(reflect 0.5)") and label in "wx"
        assert np.array_equal(images, of[:, :, ::-1] if mirrored else of)


def test_a_task_named_like_a_copy_is_not_overwritten(tmp_path: Path) -> None:
    base = packed(tmp_path, make_pack({("a", "x"): 1, ("a (thick 1)", "x"): 1}))
    with pytest.raises(DataError, match=r"base has a task 'a \(thick 1\)' already, so its copy of"):
        add_copies(base, Transform("thick", 1))
    assert "a (thick 1) (thick 2)" in add_copies(base, Transform("thick", 2)).roles


@pytest.mark.parametrize("text", ["invert:0.5", "thin:3"])
def test_a_transform_that_leaves_nothing_to_see_is_refused(tmp_path: Path, text: str) -> None:
    pack = make_pack(SIZES)
    for _, _, images in pack.classes:
        images[:, :, :12] = images[:, :, 14:] = 0
    pack.classes[0][2][0] = 7  # nothing was there to see
    with pytest.raises(DataError) as caught:
        add_copies(packed(tmp_path, pack), parse_transform(text))
    assert str(caught.value) == (
        f"--transform {text} leaves nothing to see in 7 of the 8 images of base: "
        "take another strength"
    )


def test_copies_and_questions_keep_the_licences(tmp_path: Path) -> None:
    licences = {"elm": "MIT, A Person"}
    base = packed(tmp_path, replace(make_pack({("a", "x"): 20}), licences=licences))
    assert base.licences == licences
    made = (
        add_copies(base, Transform("invert", 1)),
        relabelled(base, parse_questions("style"), None),
    )
    for number, pack in enumerate(made):
        assert packed(tmp_path, pack, f"made{number}").licences == licences
