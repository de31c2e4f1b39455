import os
from pathlib import Path

import pytest

from tests.tasks.planted import png, write_folder
from treemeta.errors import DataError
from treemeta.tasks.found import find
from treemeta.tasks.layout import lay_out, lay_out_classes, lay_out_new


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_folder(tmp_path / "images", [f"task{i}" for i in range(4)])


def image_files(path: Path) -> list[Path]:
    return lay_out(path).files


def divide(path: Path, roles: dict[str, str]) -> Path:
    """Move tasks into the folders of splits."""
    for task, split in roles.items():
        (path / split).mkdir(exist_ok=True)
        (path / task).rename(path / split / task)
    return path


@pytest.mark.parametrize(
    "name",
    [
        "task0/class0/notes.txt",
        "task0/class0/.hidden.png",
        "task0/.cache/a.png",
        ".git/class0/a.png",
        "task0/a.png",
        "a.png",
        "task0/class0/deep/a.png",
    ],
)
def test_what_is_no_task_class_image_is_left_out(folder: Path, name: str) -> None:
    before = image_files(folder)
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(png())
    assert image_files(folder) == before


@pytest.mark.parametrize(
    ("made", "said"),
    [("task3/drawn", "class 'task3/drawn'"), ("tasks/class0", "task 'tasks'"), ("t", "task 't'")],
)
def test_a_task_or_class_without_images_is_refused(folder: Path, made: str, said: str) -> None:
    (folder / made).mkdir(parents=True)
    (folder / made / "a.svg").write_text("<svg/>")
    with pytest.raises(DataError, match=said + r" of .* has no image \(.png, "):
        image_files(folder)


@pytest.mark.parametrize("link", ["task0/class0/link.png", "task0/link", "link"])
def test_links_are_not_followed(folder: Path, tmp_path: Path, link: str) -> None:
    elsewhere = write_folder(tmp_path / "elsewhere", ["task"])
    target = elsewhere / ("task/class0/0.png", "task/class0", "task")[2 - link.count("/")]
    assert target.exists()
    before = image_files(folder)
    (folder / link).symlink_to(target)
    assert image_files(folder) == before


def test_a_named_pipe_is_left_out(folder: Path) -> None:
    before = image_files(folder)
    os.mkfifo(folder / "task0" / "class0" / "pipe.png")
    assert image_files(folder) == before


@pytest.mark.parametrize("name", ["missing", "task0/class0/0.png", "x" * 300, "a\0b"])
def test_what_is_no_folder_is_refused(folder: Path, name: str) -> None:
    with pytest.raises(DataError, match="is no folder: name glyphs, omniglot, iconify"):
        image_files(folder / name)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=f"{tmp_path} holds no task/class/image files: lay"):
        image_files(tmp_path)


def test_files_are_sorted_as_their_paths_are(folder: Path) -> None:
    write_folder(folder, ["task1-b", "task1 b", "Task"])
    files = image_files(folder)
    assert files == sorted(folder.glob("*/*/*.png"))
    assert len(files) == 28


def test_the_folders_above_tasks_say_their_roles(folder: Path) -> None:
    divide(folder, {"task0": "Train", "task1": "validation", "task2": "test", "task3": "Train"})
    layout = lay_out(folder)
    assert layout.files == sorted(folder.glob("*/*/*/*.png"))
    assert layout.roles == {"task0": "train", "task1": "test", "task2": "test", "task3": "train"}
    assert layout.told == ("'validation' counts as test",)


def test_train_alone_is_a_split_too(folder: Path) -> None:
    divide(folder, {f"task{number}": "train" for number in range(4)})
    assert set(lay_out(folder).roles.values()) == {"train"}


def test_a_split_among_tasks_is_a_task_with_a_word(folder: Path) -> None:
    (folder / "task0").rename(folder / "train")  # a data set of vehicles
    layout = lay_out(folder)
    assert (layout.roles, len(layout.files)) == ({}, 16)
    assert layout.told == ("'train' is taken for a task, by its place",)


def test_a_task_in_two_splits_is_refused(folder: Path) -> None:
    divide(folder, {"task0": "train", "task1": "test", "task2": "test", "task3": "test"})
    write_folder(folder / "test", ["task0"])
    with pytest.raises(DataError, match=r"task 'task0' of .* lies in 'test' and in 'train', and"):
        lay_out(folder)


def test_a_task_beside_splits_is_refused(folder: Path) -> None:
    divide(folder, {"task0": "train", "task1": "test"})
    with pytest.raises(DataError, match="holds 'task2' beside test and train: move its tasks"):
        lay_out(folder)


def test_a_split_without_tasks_is_refused(folder: Path) -> None:
    divide(folder, {f"task{number}": "train" for number in range(4)})
    (folder / "test").mkdir()
    with pytest.raises(DataError, match=r"split 'test' of .* has no image"):
        lay_out(folder)


@pytest.mark.parametrize(
    ("moved", "said"),
    [
        ("train", "holds test and train with train/class/image, which is one task, its images"),
        ("..", "holds class/image, which is one task, and treemeta compares tasks: give each"),
    ],
)
def test_one_task_is_explained(tmp_path: Path, moved: str, said: str) -> None:
    root = write_folder(tmp_path / "root", ["train", "test"] if moved == "train" else ["one"])
    with pytest.raises(DataError, match=said):
        lay_out(root if moved == "train" else root / "one")


def test_a_folder_of_links_is_told_why_it_is_empty(folder: Path, tmp_path: Path) -> None:
    linked = tmp_path / "linked"
    linked.mkdir()
    for task in folder.iterdir():
        (linked / task.name).symlink_to(task)
    with pytest.raises(DataError, match="no task/class/image files, and its 4 links are not foll"):
        lay_out(linked)
    (linked / "task0").unlink()
    (linked / "task0" / "class0").mkdir(parents=True)
    (linked / "task0" / "class0" / "0.png").symlink_to(folder / "task0" / "class0" / "0.png")
    write_folder(linked, ["task9"])
    with pytest.raises(DataError, match=r"task 'task0' of .* has no image \(.*\) but links: add"):
        lay_out(linked)


def test_loops_of_links_are_links(folder: Path) -> None:
    (folder / "task0" / "self").symlink_to(folder)
    (folder / "task0" / "class0" / "loop.png").symlink_to("loop.png")
    assert lay_out(folder).told == ("2 links left out, as none is followed: copy what is meant",)


def test_a_task_alone_may_be_class_image(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "images", ["a", "b"])
    assert lay_out_new(folder) == lay_out(folder)
    alone = lay_out_new(folder / "a")
    assert alone == lay_out_classes(folder / "a")
    assert alone.files == [file for file in lay_out(folder).files if file.parts[-3] == "a"]
    assert find(folder).images == lay_out(folder).files


def test_new_tasks_are_laid_out_in_one_way_or_refused(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "images", ["a"])
    (folder / "a" / "loose.png").write_bytes(png())
    (tmp_path / "empty").mkdir()
    for lay, path, said in (
        (lay_out_new, folder, "both as"),
        (lay_out_new, tmp_path / "none", "is no folder"),
        (lay_out_classes, tmp_path / "none", "is no folder"),
        (lay_out_classes, tmp_path / "empty", "class/image"),
    ):
        with pytest.raises(DataError, match=said):
            lay(path)
