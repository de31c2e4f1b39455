from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image
from torch import Tensor

from tests.tasks.planted import write_folder
from treemeta.errors import DataError
from treemeta.tasks import embed as module
from treemeta.tasks.embed import embed
from treemeta.tasks.layout import lay_out

SHADES = {"a/x/1": (250, 0, 0), "a/x/2": (200, 9, 0), "a/y/1": (0, 0, 50), "b/x/1": (7, 70, 7)}


def see(image: Image.Image) -> Tensor:
    return torch.from_numpy(np.array(image)).permute(2, 0, 1).float()


def mean_colour(images: Tensor) -> Tensor:
    return images.mean((2, 3))


def write(folder: Path) -> Path:
    """Write images of one colour each."""
    for name, colour in SHADES.items():
        path = folder / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (9, 9), colour).save(path)
    return folder


@pytest.mark.parametrize("batch", [1, 3, 32])
def test_every_image_is_a_row_beside_its_task_and_class(
    tmp_path: Path, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BATCH", batch)
    heard: list[int] = []
    table = embed(lay_out(write(tmp_path)), see, mean_colour, told=heard.append)
    assert list(table.columns) == ["task", "class", "embedding"]
    names = [tuple(name.split("/")[:2]) for name in SHADES]
    assert list(zip(table["task"], table["class"], strict=True)) == names
    assert np.array_equal(np.stack(table["embedding"]), [*SHADES.values()])
    assert (sum(heard), max(heard)) == (4, min(batch, 4))


def test_roles_are_those_of_the_layout(tmp_path: Path) -> None:
    for role, task in (("test", "a"), ("train", "b")):
        write_folder(tmp_path / role, [task])
    table = embed(lay_out(tmp_path), see, mean_colour)
    assert dict(zip(table["task"], table["role"], strict=True)) == {"a": "test", "b": "train"}


def test_images_are_read_as_every_folder_is(tmp_path: Path) -> None:
    folder = write(tmp_path)
    deep = np.linspace(0, 5, 81, dtype=np.float32).reshape(9, 9)
    (folder / "a/x/1.png").unlink()
    Image.fromarray(deep).save(folder / "a/x/1.tif")
    table = embed(lay_out(folder), see, lambda images: images[:, 0].flatten(1))
    values = table["embedding"][0]
    assert np.abs(values - deep.ravel() * 51).max() <= 1  # scaled, not cut off


def test_features_that_are_no_numbers_name_their_image(tmp_path: Path) -> None:
    def broken(images: Tensor) -> Tensor:
        return images.mean((2, 3)) / (images[:, :1, 0, 0] - 200)

    with pytest.raises(DataError, match=r"no finite numbers of image '.*a/x/2\.png'"):
        embed(lay_out(write(tmp_path)), see, broken)


def test_the_table_reads_back(tmp_path: Path) -> None:
    table = embed(lay_out(write(tmp_path / "images")), see, mean_colour)
    table.to_parquet(tmp_path / "t.parquet", index=False)
    back = pd.read_parquet(tmp_path / "t.parquet")
    assert np.array_equal(np.stack(back["embedding"]), np.stack(table["embedding"]))
