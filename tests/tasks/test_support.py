from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image

from tests.tasks.planted import png
from tests.trees import sentence
from treemeta.config import Config
from treemeta.errors import DataError
from treemeta.tasks.images import ALONE, shrink
from treemeta.tasks.layout import lay_out_classes
from treemeta.tasks.sources import open_folder
from treemeta.tasks.support import (
    Queries,
    inputs_from,
    labelled,
    not_shown,
    pair_of,
    read_queries,
    read_support,
    support_from,
)
from treemeta.tasks.units import Units

CONFIG = Config()  # of grey images of 28 pixels a side
GREY = np.arange(5 * 28 * 28, dtype=np.uint8).reshape(5, 28, 28)


def lay(folder: Path, greys: dict[str, int]) -> Path:
    for name, grey in greys.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(png(grey))
    return folder


@pytest.fixture
def support(tmp_path: Path) -> Path:
    return lay(tmp_path / "s", {"b/1.png": 0, "a/2.png": 51, "a/1.png": 102, "a/.h.png": 9})


def test_a_support_is_sorted_and_its_classes_may_differ_in_size(support: Path) -> None:
    found, _ = read_support(support, (1, 8))
    assert found.classes == ("a", "b")
    assert found.labels.tolist() == [0, 0, 1]
    assert found.inputs.shape == (3, 1, 8, 8)
    assert [round(float(one.mean()), 4) for one in found.inputs] == [0.6, 0.8, 1.0]


@pytest.mark.parametrize("channels", [1, 3])
def test_images_are_read_as_a_folder_of_tasks_is(tmp_path: Path, channels: int) -> None:
    rng = np.random.default_rng(0)
    for name in ("a/1", "b/1"):
        path = tmp_path / "s" / f"{name}.png"
        path.parent.mkdir(parents=True)
        Image.fromarray(rng.integers(0, 255, (20, 30, 3), dtype=np.uint8)).save(path)
    found, _ = read_support(tmp_path / "s", (channels, 10))
    packed = open_folder(lay_out_classes(tmp_path / "s"), 10, str(channels)).images
    shown = packed[:, None] if channels == 1 else packed.transpose(0, 3, 1, 2)
    assert torch.equal(found.inputs, torch.from_numpy(shown / np.float32(255)))
    assert (shrink(Image.open(tmp_path / "s/a/1.png"), 10, channels) == packed[0]).all()


def test_queries_are_flat_nested_or_one(tmp_path: Path) -> None:
    lay(tmp_path / "q", {"z.png": 0, "deep/er/a.png": 255, "notes/x.txt": 0, ".h/a.png": 0})
    (tmp_path / "q" / "link.png").symlink_to(tmp_path / "q" / "z.png")
    found = read_queries(tmp_path / "q", (1, 8), ALONE)
    assert found.names == ("deep/er/a.png", "z.png")
    assert found.inputs.mean((1, 2, 3)).tolist() == [0.0, 1.0]
    one = read_queries(tmp_path / "q" / "z.png", (1, 8), ALONE)
    assert one.names == ("z.png",)
    assert torch.equal(one.inputs, found.inputs[1:])


def test_a_support_takes_inputs_of_any_shape() -> None:
    found = labelled(torch.arange(6.0).view(3, 2), ["y", "x", "y"])
    assert (found.classes, found.labels.tolist()) == (("x", "y"), [1, 0, 1])


def test_what_is_no_support_is_named(tmp_path: Path, support: Path) -> None:
    (tmp_path / "empty").mkdir()
    lay(tmp_path / "one", {"a/1.png": 0})
    for path, said in (("none", "none"), ("empty", "class/image"), ("one", "1 class ('a')")):
        with pytest.raises(DataError) as caught:
            read_support(tmp_path / path, (1, 8))
        assert said in sentence(caught)
    for path, said in (("none", "no folder and no image"), ("empty", "nothing to tell")):
        with pytest.raises(DataError) as caught:
            read_queries(tmp_path / path, (1, 8), ALONE)
        assert said in sentence(caught)


def test_arrays_are_a_support_as_files_are(tmp_path: Path) -> None:
    for at, name in enumerate("babab"):
        path = tmp_path / "s" / name / f"{at}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(255 - GREY[at]).save(path)
    read, _ = read_support(tmp_path / "s", CONFIG.shape)
    order = [1, 3, 0, 2, 4]
    found = support_from(CONFIG, None, GREY[order], list("aabbb"))
    assert found.classes == read.classes
    assert torch.equal(found.labels, read.labels)
    assert torch.equal(found.inputs, read.inputs)


def test_labels_are_one_for_each_input_and_are_kept() -> None:
    found = support_from(CONFIG, None, GREY, [10, 9, 10, 9, 9])
    assert (found.classes, found.labels.tolist()) == ((9, 10), [1, 0, 1, 0, 0])
    with pytest.raises(DataError, match="5 inputs of a support have 4 labels") as caught:
        support_from(CONFIG, None, GREY, list("abab"))
    sentence(caught)


def test_one_input_stands_along_an_axis_too() -> None:
    with pytest.raises(DataError, match=r"is one input, of shape \(28, 28\), .*: give x\[None\]"):
        inputs_from(CONFIG, None, GREY[0])
    config = Config(dataset="a.csv", features=2, targets="classes")
    for row in (np.ones(2), pd.Series([1.0, 2.0])):
        with pytest.raises(DataError, match=r"give X\[:1\] in the place of X\[0\]") as caught:
            inputs_from(config, None, row)
        sentence(caught)


@pytest.mark.parametrize("wrong", [GREY[:, :8, :8], np.stack([GREY] * 3, -1), GREY[:, 0]])
def test_inputs_have_the_shape_that_the_tree_was_grown_on(wrong: np.ndarray) -> None:
    said = r"the tree is shown is \w+\[5, .*grown on uint8\[n, 28, 28\]: give such"
    with pytest.raises(DataError, match=said) as caught:
        inputs_from(CONFIG, None, wrong)
    sentence(caught)


@pytest.mark.filterwarnings("error")
def test_inputs_are_taken_whatever_order_they_lie_in_and_who_may_write_them() -> None:
    locked = GREY.copy()
    locked.flags.writeable = False
    assert torch.equal(inputs_from(CONFIG, None, locked), inputs_from(CONFIG, None, GREY))
    turned = inputs_from(CONFIG, None, GREY[:, ::-1])
    assert torch.equal(turned, inputs_from(CONFIG, None, GREY).flip(2))


def test_columns_of_a_pandas_table_are_found_by_their_names() -> None:
    config = Config(dataset="a.csv", features=2, targets="classes")
    units = Units((0.0, 0.0), (1.0, 1.0), names=("mass", "ratio"))
    rows = pd.DataFrame({"mass": [1.0, 2.0], "ratio": [3.0, 4.0]})
    expected = torch.tensor([[1.0, 3.0], [2.0, 4.0]])
    for shown in (rows, rows[["ratio", "mass"]], rows.to_numpy()):
        assert torch.equal(inputs_from(config, units, shown), expected)
    said = "has the columns 'size', and not 'ratio': give them the same names"
    with pytest.raises(DataError, match=said):
        inputs_from(config, units, rows.rename(columns={"ratio": "size"}))
    pair = pair_of({"a": rows, "b": rows[["ratio", "mass"]]})
    assert torch.equal(inputs_from(config, units, pair[0]), expected.repeat(2, 1))
    assert pair[1] == ["a", "a", "b", "b"]
    for beside in (
        {"a": rows.to_numpy(), "b": rows[["ratio", "mass"]]},
        {"a": rows[["ratio", "mass"]]},
    ):
        shown = inputs_from(config, units, pair_of(beside, units.names)[0])
        assert torch.equal(shown, expected.repeat(len(beside), 1))


@pytest.mark.parametrize("wrong", [None, [1, 2], 3, (GREY,), (GREY, [1], 1)])
def test_what_is_laid_out_otherwise_is_no_support(wrong: Any) -> None:
    with pytest.raises(DataError, match=r"the support is .*: give .label: inputs., or a pair"):
        pair_of(wrong)


def test_of_a_tuple_its_length_is_told() -> None:
    with pytest.raises(DataError, match="the support is a tuple of 3: give") as caught:
        pair_of((GREY, [1], 1))  # type: ignore[arg-type]
    sentence(caught)


def test_a_support_may_be_laid_out_by_labels() -> None:
    inputs, labels = pair_of({7: GREY[:2], "b": GREY[2:]})
    assert (inputs == GREY).all()
    assert labels == [7, 7, "b", "b", "b"]
    assert pair_of((inputs, labels)) == (inputs, labels)
    for support in ({}, {"a": GREY, "b": GREY[:, :9, :9]}):
        with pytest.raises(DataError, match="the classes of a support have inputs") as caught:
            pair_of(support)
        sentence(caught)


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["q/a/1.png", "q/c/1.png", "b/2.png"], ["c"]),
        (["a/1.png", "b/2.png"], []),
        (["x/1.png", "y/2.png"], []),  # folders that are called like no class at all say nothing
        (["1.png"], []),
        ([1, 2], []),
    ],
)
def test_queries_of_classes_that_are_not_shown_are_known_by_their_folders(
    names: list[str], found: list[str]
) -> None:
    assert not_shown(Queries(names, torch.zeros(0)), ("a", "b")) == found
