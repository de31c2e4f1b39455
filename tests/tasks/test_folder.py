import os
from pathlib import Path

import numpy as np
import pytest

from tests.tasks.planted import png, write_folder
from treemeta.errors import DataError
from treemeta.tasks.folder import image_files, listing, read_folder
from treemeta.tasks.images import LARGEST_FILE


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_folder(tmp_path / "images", [f"task{i}" for i in range(10)])


def test_images_keep_their_class_and_their_order(folder: Path) -> None:
    pack = read_folder(folder)
    assert len(pack.classes) == 20
    for _, label, images in pack.classes:
        greys = [10 * int(label[-1]), 10 * int(label[-1]) + 1]
        assert [set(np.unique(image)) for image in images] == [{255 - grey} for grey in greys]
    assert list(pack.roles.values()).count("test") == 3
    assert pack.lineage == {}


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


@pytest.mark.parametrize("change", ["add", "remove", "rename", "edit", "touch"])
def test_a_changed_folder_has_another_listing(folder: Path, change: str) -> None:
    file = folder / "task0" / "class0" / "0.png"
    before = listing(folder)
    assert listing(folder) == before
    if change == "add":
        (file.parent / "2.png").write_bytes(png())
    elif change == "remove":
        file.unlink()
    elif change == "rename":
        file.rename(file.parent / "9.png")
    elif change == "edit":
        seen = file.stat()
        file.write_bytes(png(77) + b" ")
        os.utime(file, ns=(seen.st_atime_ns, seen.st_mtime_ns))
    else:
        os.utime(file, ns=(1, 1))
    assert listing(folder) != before


@pytest.mark.parametrize("content", [b"", b"text", png()[:50]])
def test_a_corrupt_image_is_named(folder: Path, content: bytes) -> None:
    file = folder / "task1" / "class1" / "0.png"
    file.write_bytes(content)
    with pytest.raises(DataError, match=f"image '{file}' cannot be .*: replace"):
        read_folder(folder)


def test_a_file_over_the_limit_is_not_read(folder: Path) -> None:
    file = folder / "task1" / "class1" / "0.png"
    os.truncate(file, LARGEST_FILE + 1)
    with pytest.raises(DataError, match=f"image '{file}' is over .* bytes: shrink or remove"):
        read_folder(folder)


@pytest.mark.parametrize("name", [b"task\xff/class", b"task/class\xff"])
def test_a_name_that_is_not_utf8_is_refused(folder: Path, name: bytes) -> None:
    path = os.path.join(os.fsencode(folder), name)
    os.makedirs(path)
    Path(os.fsdecode(path), "a.png").write_bytes(png())
    with pytest.raises(DataError, match="whose name is not UTF-8: rename it") as caught:
        read_folder(folder)
    assert str(caught.value).encode()  # can be printed


@pytest.mark.parametrize("name", ["missing", "task0/class0/0.png", "x" * 300, "a\0b"])
def test_what_is_no_folder_is_refused(folder: Path, name: str) -> None:
    with pytest.raises(DataError, match="is no folder: name glyphs, omniglot or a folder"):
        image_files(folder / name)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=f"{tmp_path} holds no task/class/image files: lay"):
        image_files(tmp_path)
