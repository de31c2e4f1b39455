from pathlib import Path

from tests.tasks.planted import write_folder
from treemeta.tasks.found import find


def test_what_lies_in_a_folder_is_found_by_its_depth(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "images", ["a", "b"], classes=1, images=2)
    (folder / "link").symlink_to(folder / "a")
    (folder / ".hidden").mkdir()
    found = find(folder)
    assert found.images == found.at(3) == sorted(folder.glob("?/*/*.png"))
    assert [(one.name, found.depth(one)) for one in found.folders if one.parent == folder] == [
        ("a", 1), ("b", 1),
    ]  # fmt: skip
    assert [found.top(file) for file in found.images] == ["a", "a", "b", "b"]
    assert found.links == [folder / "link"]
