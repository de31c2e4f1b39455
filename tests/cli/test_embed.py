from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image

from tests.conftest import Run
from tests.learn.test_backbone import SMALL, saved
from treemeta.learn.backbone import backbone
from treemeta.tasks.table import read_table

EMBED = ("data", "embed", "images", f"--backbone={SMALL}", "--weights=w.pth")


@pytest.fixture
def laid(workplace: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Six tasks of three classes, each a colour with noise, beside weights."""
    monkeypatch.setenv("TREEMETA_DATA", str(workplace / "cache"))
    rng = np.random.default_rng(0)
    for task in range(6):
        for label in range(3):
            folder = Path(f"images/t{task}/c{label}")
            folder.mkdir(parents=True)
            for number in range(4):
                pixels = rng.integers(label * 60, label * 60 + 90, (40, 30 + task, 3), np.uint8)
                Image.fromarray(pixels).save(folder / f"{number}.png")
    saved(Path("w.pth"))
    return workplace


def test_a_folder_becomes_a_table_that_is_trained_on(laid: Path, treemeta: Run) -> None:
    made = treemeta(*EMBED, "--output=t.parquet")
    assert (made.returncode, made.stdout) == (0, "")
    assert made.stderr == "wrote t.parquet: 72 images, 1024 features each\n"
    table = pd.read_parquet("t.parquet")
    assert table.columns.tolist() == ["task", "class", "embedding"]
    found = backbone(SMALL, Path("w.pth"))
    first = found.see(Image.open("images/t0/c0/0.png"))
    alone = found.network(first[None])[0].numpy()
    assert np.allclose(table["embedding"][0], alone, atol=1e-4)
    assert len(read_table(Path("t.parquet")).classes) == 18
    again = treemeta(*EMBED, "--output=u.parquet")
    assert again.returncode == 0
    assert Path("u.parquet").read_bytes() == Path("t.parquet").read_bytes()
    trained = treemeta(
        "train", "--dataset=t.parquet", "--ways=2", "--shots=1", "--queries=1", "--workers=1",
        "--meta-steps=2", "--test-episodes=2", "--gate=none", "--filters=8",
    )  # fmt: skip
    assert trained.returncode == 0, trained.stderr


def test_an_output_that_is_there_is_replaced(laid: Path, treemeta: Run) -> None:
    Path("t.parquet").write_text("old")
    assert treemeta(*EMBED, "--output=t.parquet").returncode == 0
    assert len(pd.read_parquet("t.parquet")) == 72


def spoil_image() -> None:
    path = Path("images/t3/c1/2.png")
    path.write_bytes(path.read_bytes()[:40])


def spoil_weights() -> None:
    torch.save({"conv1.0.weight": torch.zeros(1)}, "w.pth")


@pytest.mark.parametrize(
    ("change", "code", "said", "spoil"),
    [
        ({3: "--backbone=resnet81"}, 2, "'resnet81' is no classifier of torchvision's: did", None),
        ({2: "nothing"}, 3, "'nothing' is no folder", None),
        ({2: "w.pth"}, 3, "'w.pth' is no folder", None),
        ({4: "--weights=no.pth"}, 3, "weights 'no.pth' cannot be read", None),
        ({4: "--weights=images"}, 3, "weights 'images' cannot be read", None),
        ({5: "--output=t.csv"}, 2, "'t.csv' ends in none of .parquet", None),
        ({5: "--output=no/t.parquet"}, 7, "folder 'no' does not exist", None),
        ({}, 3, "2.png' cannot be decoded", spoil_image),
        ({}, 3, "are not of shufflenet_v2_x0_5", spoil_weights),
    ],
)
def test_a_mistake_is_one_sentence_and_leaves_nothing(
    laid: Path,
    treemeta: Run,
    change: dict[int, str],
    code: int,
    said: str,
    spoil: Callable[[], None] | None,
) -> None:
    if spoil:
        spoil()
    before = sorted(laid.rglob("*"))
    command = [*EMBED, "--output=t.parquet"]
    for place, word in change.items():
        command[place] = word
    ended = treemeta(*command)
    assert (ended.returncode, ended.stdout) == (code, "")
    assert said in ended.stderr
    assert ended.stderr.count("\n") == 1
    assert sorted(laid.rglob("*")) == before
