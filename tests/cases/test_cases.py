"""What people have is read right, refused, or told of: never taken otherwise without a word."""

import json
import re
import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.cases import drawn
from tests.conftest import SMALL_SOLVED, Run, flags
from treemeta.tasks.dataset import Dataset
from treemeta.tasks.images import shrink
from treemeta.tasks.sources import open_dataset

EPISODE = {"ways": 3, "shots": 2, "queries": 2, "meta_steps": 1, "arm": "joint"}


@pytest.fixture(autouse=True)
def here(workplace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TREEMETA_DATA", str(workplace / "cache"))


@pytest.fixture
def plain() -> Dataset:
    return open_dataset(str(drawn.write(Path("plain"), drawn.plain)))


def train(treemeta: Run, dataset: str, *more: str) -> tuple[int, str]:
    settings = flags(**SMALL_SOLVED | EPISODE | {"dataset": dataset})
    ended = treemeta("train", "--workers=1", *settings, *more)
    return ended.returncode, ended.stderr


def noted(ended: subprocess.CompletedProcess[str]) -> str:
    """Return what was said of the images, without the note that there are few of them."""
    lines = ended.stderr.splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith("too small for an episode of"))


@pytest.mark.parametrize(
    ("store", "said"),
    [
        (drawn.lying, "40 x 40 pixels, 8 bits, shrunk to 28 x 28 grey"),
        (drawn.twelve_in_sixteen, "16 bits, shrunk to 28 x 28 grey; integers .* from 0 to 4095"),
        (drawn.big_endian, "16 bits, shrunk to 28 x 28 grey; integers .* from 0 to 65535"),
        (drawn.integers, "32 bits, shrunk to 28 x 28 grey; integers .* from 0 to 1048575"),
        (drawn.floats, "floats, shrunk to 28 x 28 grey; floats are scaled from -0.1 to 0.2"),
        (drawn.white_on_nothing, "light drawings on a transparent ground are made dark ones"),
        (drawn.black_on_nothing, "8 bits, shrunk to 28 x 28 grey"),
    ],
)
def test_a_drawing_is_the_same_however_it_is_stored(
    treemeta: Run, plain: Dataset, store: drawn.Store, said: str
) -> None:
    dataset = open_dataset(str(drawn.write(Path("stored"), store)))
    assert np.abs(dataset.images.astype(int) - plain.images).max() <= 1
    told = treemeta("data", "info", "stored")
    assert (told.returncode, noted(told)) == (0, "")
    assert re.search(said, told.stdout.splitlines()[1])


def test_a_huge_photo_is_read(treemeta: Run) -> None:
    dataset = open_dataset(str(drawn.write(Path("photo"), drawn.photo, tasks=1)))
    for number, image in enumerate(dataset.images):
        page = Image.fromarray(drawn.bytes_of(drawn.ink(0, *divmod(number, drawn.IMAGES))))
        whole = shrink(page.resize((4608, 3456), Image.Resampling.NEAREST)).astype(int)
        assert np.abs(image - whole).max() <= 16  # of 255, as a photo is compressed
    told = treemeta("data", "info", "photo").stdout.splitlines()[1]
    assert "4608 x 3456 pixels, 8 bits, shrunk to 28 x 28 grey; what is not square is s" in told


def test_hues_are_kept_or_missed_in_words(treemeta: Run) -> None:
    drawn.hues(Path("hues"))
    said = "hues: images of different classes differ in colour alone, which --channels 1 takes"
    kept, lost = (treemeta("data", "info", "hues", f"--channels={n}") for n in ("auto", "1"))
    assert "shrunk to 28 x 28 in colour\n" in kept.stdout
    assert said not in kept.stderr
    assert "28 x 28 grey; colour is lost: --channels 3 keeps it\n" in lost.stdout
    assert said in lost.stderr
    assert said in train(treemeta, "hues", "--channels=1")[1]
    assert said not in train(treemeta, "hues")[1]


def test_nothing_drawn_is_named_and_leaves_nothing(treemeta: Run) -> None:
    drawn.write(Path("blank"), drawn.nothing)
    code, said = train(treemeta, "blank")
    assert code == 3
    assert said.splitlines()[-1].startswith("treemeta: all images of task 'task0' of blank are one")
    assert json.loads(treemeta("tree", "list", "--json").stdout) == []
    told = treemeta("data", "info", "blank")
    assert told.returncode == 0
    assert "48 images are blank, such as 'task0/class0/0.png'" in told.stderr


def test_links_are_counted(treemeta: Run) -> None:
    root = drawn.write(Path("linked"), drawn.plain)
    (root / "task3").rename("aside")
    (root / "task3").symlink_to(Path("aside").resolve())
    for image in root.glob("task[0-2]/*/3.png"):
        image.unlink()
        image.symlink_to("2.png")
    (root / "task0" / "notes.txt").symlink_to("/etc/hostname")  # is no image
    (root / "task0" / "gone").symlink_to("nowhere")
    said = "linked: 10 links left out, as none is followed: copy what is meant\n"
    told = treemeta("data", "info", "linked")
    assert (told.returncode, noted(told)) == (0, said)
    assert "linked: 3 tasks, 9 classes, 27 images" in told.stdout
    assert train(treemeta, "linked", "--queries=1")[1].count(said) == 1


def test_splits_are_read_with_their_roles(treemeta: Run) -> None:
    drawn.write(Path("plain"), drawn.plain)
    for split in ("train", "val", "test"):
        (Path("whole") / split).mkdir(parents=True)
    for task, split in enumerate(("train", "train", "val", "test")):
        (Path("plain") / f"task{task}").rename(Path("whole") / split / f"task{task}")
    told = treemeta("data", "info", "whole")
    assert noted(told) == "whole: 'val' counts as test\n"
    roles = [line.split()[:2] for line in told.stdout.splitlines()[2:]]
    expected = ("train", "train", "test", "test")
    assert roles == [[f"task{task}", role] for task, role in enumerate(expected)]


@pytest.mark.parametrize(
    ("layout", "said"),
    [
        ("{split}/class{kind}", "holds test, train and val with val/class/image, which is one"),
        ("class{split}{kind}", "holds class/image, which is one task, and treemeta compares"),
    ],
)
def test_what_is_one_task_is_explained(treemeta: Run, layout: str, said: str) -> None:
    for split in ("train", "val", "test"):
        for kind in range(3):
            folder = Path("one") / layout.format(split=split, kind=kind)
            folder.mkdir(parents=True)
            drawn.plain(folder / "0", drawn.ink(0, kind, 0))
    for ended in (treemeta("data", "info", "one"), treemeta("train", "--dataset=one")):
        assert ended.returncode == 3
        assert said in ended.stderr
        assert "task/class/image" in ended.stderr.split(said)[1]


def test_what_lies_elsewhere_is_counted(treemeta: Run) -> None:
    root = drawn.write(Path("deep"), drawn.plain)
    (root / "task0" / "class0" / "more").mkdir()
    for name in ("task0/class0/more/0", "task0/class0/more/1", "task1/cover"):
        drawn.plain(root / name, drawn.ink(0, 0, 0))
    told = treemeta("data", "info", "deep")
    assert noted(told).splitlines() == [
        "deep: 2 images left out, deeper than task/class/image, such as 'task0/class0/more/0.png'",
        "deep: 1 image left out, higher than task/class/image, such as 'task1/cover.png'",
    ]


def test_pages_are_counted(treemeta: Run) -> None:
    def several(path: Path, page: np.ndarray) -> None:
        first = Image.fromarray(drawn.bytes_of(page))
        first.save(f"{path}.tif", save_all=True, append_images=[first, first])

    drawn.write(Path("pages"), several)
    told = treemeta("data", "info", "pages")
    assert "96 pages or frames left out, as of 48 files with several the first alone" in told.stderr


def test_names_that_are_fine(treemeta: Run) -> None:
    names = [
        "-dash", "a,b", "[x]", "\"it's\"", "<b>&amp;", "$HOME", "l" * 200, "back\\slash",
        "new\nline", "caf\u00e9", "cafe\u0301", "trainer",
    ]  # fmt: skip
    root = drawn.write(Path("names"), drawn.plain, tasks=len(names))
    for task, name in enumerate(names):
        (root / f"task{task}").rename(root / name)
    told = treemeta("data", "info", "names", "--json")
    assert (told.returncode, noted(told)) == (0, "")
    assert [one["task"] for one in json.loads(told.stdout)["tasks"]] == sorted(names)
    assert train(treemeta, "names", "--held-out=[[]x]")[0] == 0


def coloured(path: Path, page: np.ndarray) -> None:
    """Store a drawing as a photograph that is no square: its ink red on green."""
    red = np.stack([255 * (1 - page), 180 * page, 0 * page], axis=-1).astype(np.uint8)
    Image.fromarray(red[:, :32]).save(path.with_suffix(".jpg"), quality=95)


def test_a_folder_of_photographs_comes_from_data_to_predictions(treemeta: Run) -> None:
    drawn.write(Path("photos"), coloured, tasks=8)
    settings = SMALL_SOLVED | {"dataset": "photos", "ways": 3, "queries": 2, "held_out": "task[67]"}
    settings |= {"rule": "always", "max_depth": 1, "size": 32, "norm": "batch", "min_tasks": 2}
    settings |= {"probe_episodes": 4}
    made = treemeta("train", "--workers=1", *flags(**settings), "--json")
    assert made.returncode == 0, made.stderr
    assert "in colour" in treemeta("data", "info", "photos", "--size=32").stdout
    told = json.loads(treemeta("clusters", "--json", "--workers=1").stdout)
    members = [one["task"] for group in told["groups"] for one in group["members"]]
    assert sorted(members) == [f"task{n}" for n in range(6)]
    (placed,) = json.loads(treemeta("route", "latest", "photos/task6", "--json").stdout)["tasks"]
    assert placed["task"] == "task6"
    asked = treemeta(
        "predict", "latest", "--support=photos/task6", "--query=photos/task6", "--json"
    )
    answers = json.loads(asked.stdout)["answers"]
    assert len(answers) == 12
    right = sum(one["file"].startswith(f"{one['class']}/") for one in answers)
    assert right > 8  # it has seen each of them
