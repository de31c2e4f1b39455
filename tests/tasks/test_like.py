from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.tasks.tables import write_table as write
from treemeta.errors import DataError
from treemeta.tasks.like import Like, like
from treemeta.tasks.sources import open_dataset, open_new_table
from treemeta.tasks.units import Units

UNITS = Units((10.0, 0.0), (2.0, 0.5), 100.0, 4.0)
NUMBERS = Like(UNITS, True)
XY = pd.DataFrame({"x": [10, 12, 8.0], "y": [0, 1, -0.5]})
SCALED = [[0, 0], [1, 2], [-1, -1]]


pytestmark = pytest.mark.usefixtures("packs")


def test_new_tasks_are_packed_in_the_trees_units(tmp_path: Path) -> None:
    path = write(XY.assign(task=["a", "b", "a"], target=[100, 108, 96]), tmp_path / "t.csv")
    dataset = open_new_table(path, NUMBERS)
    assert dataset.images.tolist() == [SCALED[0], SCALED[2], SCALED[1]]
    assert dataset.targets is not None
    assert (dataset.targets.tolist(), dataset.unit) == ([0, -1, 2], 16)
    other = Like(Units((0.0, 0.0), (1.0, 1.0)), True)
    assert np.array_equal(open_new_table(path, other).images[2], [12, 1])


def test_a_tree_wants_rows_like_its_own(tmp_path: Path) -> None:
    path = write(XY.assign(task=["a", "b", "a"], target=[100, 108, 96]), tmp_path / "t.csv")
    grown = open_dataset(str(path))
    wanted = like(grown)
    assert (wanted.units, wanted.numbers) == (grown.units, True)
    assert np.array_equal(open_new_table(path, wanted).images, grown.images)


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".npz"])
def test_features_in_another_order_are_the_same(tmp_path: Path, suffix: str) -> None:
    frame = XY.assign(task=["a", "b", "a"], target=[100, 108, 96])
    grown = open_dataset(str(write(frame, tmp_path / f"t{suffix}")))
    turned = write(frame[["y", "target", "x", "task"]], tmp_path / f"u{suffix}")
    assert np.array_equal(open_new_table(turned, like(grown)).images, grown.images)
    other = write(frame.rename(columns={"x": "z"}), tmp_path / f"v{suffix}")
    with pytest.raises(DataError, match=r"features called 'z', where those of .* are 'x': give"):
        open_new_table(other, like(grown))


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"class": ["p", "q", "p"]}, "has the column class, and the tree tells numbers"),
        ({"target": [1, 2, 3], "z": [0, 1, 2]}, "has 3 features, and the rows that .* have 2"),
    ],
)
def test_other_rows_are_refused(
    tmp_path: Path, columns: dict[str, list[object]], said: str
) -> None:
    path = write(XY.assign(task=["a", "b", "a"], **columns), tmp_path / "t.csv")
    with pytest.raises(DataError, match=said):
        open_new_table(path, NUMBERS)
