import json
from pathlib import Path
from typing import Any

import pytest

from tests.tasks.planted import HOUSES, MIT, write_icons, write_set
from treemeta.errors import DataError
from treemeta.tasks.iconify import Icon, read_set, read_sets

BODY = '<path d="M0 0h9v9z"/>'
ICON = {"prefix": "a", "icons": {"bell": {"body": BODY}}}
DEEP = b'{"prefix": "a", "icons": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
NO_SET = "is no set of Iconify's: it has no plain prefix or no icons"


def sized(**size: object) -> dict[str, object]:
    return {"prefix": "a", "icons": {"bell": {"body": BODY} | size}}


def test_drawings_come_by_name_with_the_box_that_the_file_tells(tmp_path: Path) -> None:
    icons = {"bell": BODY, "axe": {"body": BODY, "left": -1, "top": 2.5, "width": 20, "height": 30}}
    assert read_set(write_set(tmp_path / "a", "ab-1", icons)).icons == (
        Icon("axe", BODY, (-1, 2.5, 20, 30)),
        Icon("bell", BODY, (0, 0, 16, 16)),
    )
    told = {"width": 24, "height": 32, "left": 1, "top": 3}
    one = read_set(write_set(tmp_path / "b", "ab-1", icons, **told))
    assert [icon.box for icon in one.icons] == [(-1, 2.5, 20, 30), (1, 3, 24, 32)]
    assert (one.house, one.height) == ("ab-1", 32)


def test_a_set_without_sizes_is_sixteen_high(tmp_path: Path) -> None:
    assert read_set(write_set(tmp_path / "a", "a", {"bell": BODY})).height == 16


def test_what_is_hidden_or_an_alias_is_no_drawing(tmp_path: Path) -> None:
    icons = {"bell": BODY, "old": {"body": BODY, "hidden": True}}
    aliases = {"ring": {"parent": "bell"}}
    one = read_set(write_set(tmp_path / "a", "a", icons, aliases=aliases))
    assert [icon.name for icon in one.icons] == ["bell"]


@pytest.mark.parametrize(
    ("inside", "beside", "licence"),
    [
        (None, MIT, "MIT, https://a.b/c, A Person"),
        ({"license": {"spdx": "CC0"}, "author": {"name": "B", "url": "d"}}, MIT, "CC0, B, d"),
        ({"license": {"title": "odd"}}, MIT, "licence not stated"),
        (None, None, "licence not stated"),
        (None, {"license": "MIT", "author": [1]}, "licence not stated"),
        ("MIT", None, "licence not stated"),
        (None, {"license": {"spdx": 7, "url": "e"}}, "e"),
    ],
)
def test_a_licence_stands_in_the_set_or_beside_it(
    tmp_path: Path, inside: Any, beside: Any, licence: str
) -> None:
    file = write_set(tmp_path / "a", "a", {"bell": BODY}, **({"info": inside} if inside else {}))
    (tmp_path / "a" / "info.json").unlink()
    if beside:
        (tmp_path / "a" / "info.json").write_text(json.dumps(beside))
    assert read_set(file).licence == licence


def test_sets_are_found_by_file_by_package_and_by_folder_of_packages(tmp_path: Path) -> None:
    folder = write_icons(tmp_path / "all", ["bell"])
    (folder / "empty").mkdir()
    (folder / "README").write_text("not a package")
    other = write_set(tmp_path / "other", "ash", {"bell": BODY})
    named = other.rename(tmp_path / "other" / "ash.json")
    sets = read_sets([folder, named])
    assert [one.house for one in sets] == sorted([*HOUSES, "ash"])
    assert read_sets([named, folder]) == sets
    packages = [folder / house for house in reversed(HOUSES)]
    assert read_sets([*packages, named]) == sets


def test_a_set_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    one, two = (write_set(tmp_path / name, "ash", {"bell": BODY}) for name in ("one", "two"))
    with pytest.raises(DataError) as caught:
        read_sets([one, tmp_path / "two"])
    assert str(caught.value) == f"{one} and {two} both are set 'ash': name one of them"
    with pytest.raises(DataError, match="both are set 'ash'"):
        read_sets([one, one])


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nothing", "is not there"),
        ("empty", "is no JSON file of Iconify's and holds no icons.json"),
        ("deeper", "is no JSON file of Iconify's and holds no icons.json"),
    ],
)
def test_where_no_set_is_a_package_is_asked_for(tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / "empty").mkdir()
    write_set(tmp_path / "deeper" / "still" / "a", "a", {"bell": BODY})
    with pytest.raises(DataError) as caught:
        read_sets([tmp_path / name])
    assert str(caught.value) == (
        f"{tmp_path / name} {said}: name a package such as node_modules/@iconify-json/tabler"
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is no JSON: name a set"),
        (b"<svg/>", "is no JSON: name a set"),
        (b"\xff\xfe\x00", "is no JSON: name a set"),
        (b'{"prefix": "a"', "is no JSON: name a set"),
        (DEEP, "is no JSON: name a set"),
        (b"[]", NO_SET),
        (b"null", NO_SET),
        (b"{}", NO_SET),
        ({"icons": {}}, NO_SET),
        ({"prefix": "a"}, NO_SET),
        ({"prefix": 1, "icons": {}}, NO_SET),
        ({"prefix": "../a", "icons": {}}, NO_SET),
        ({"prefix": "A", "icons": {}}, NO_SET),
        ({"prefix": "a-", "icons": {}}, NO_SET),
        ({"prefix": "a\n", "icons": {}}, NO_SET),
        ({"prefix": "", "icons": {}}, NO_SET),
        ({"prefix": "a", "icons": [{"body": BODY}]}, NO_SET),
        ({"prefix": "a", "icons": {"a/b": {"body": BODY}}}, "names a drawing 'a/b': name a set"),
        ({"prefix": "a", "icons": {"bell": BODY}}, "drawing 'bell' of {file} has no body"),
        ({"prefix": "a", "icons": {"bell": {}}}, "drawing 'bell' of {file} has no body"),
        ({"prefix": "a", "icons": {"bell": {"body": 1}}}, "drawing 'bell' of {file} has no body"),
        (sized(width="24"), "'bell' of {file} has a size of '24': name a set"),
        (sized(height=None), "'bell' of {file} has a size of None: name a set"),
        (sized(top=True), "'bell' of {file} has a size of True: name a set"),
        (sized(left=[1]), "'bell' of {file} has a size of [1]: name a set"),
        (ICON | {"height": "24"}, "of {file} has a size of '24': name a set"),
        (ICON | {"icons": {}, "height": None}, "'a' of {file} has a size of None: name a set"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_is_no_set_is_refused_in_one_sentence(
    tmp_path: Path, content: bytes | dict[str, Any], said: str
) -> None:
    file = tmp_path / "icons.json"
    file.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    with pytest.raises(DataError) as caught:
        read_sets([tmp_path])
    assert said.format(file=file) in str(caught.value)
    assert str(file) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_info_that_is_none_is_refused(tmp_path: Path) -> None:
    file = write_set(tmp_path / "a", "a", {"bell": BODY})
    file.with_name("info.json").write_text("[")
    with pytest.raises(DataError, match=r"a/info\.json is no JSON"):
        read_set(file)


def test_a_file_that_is_too_large_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write_set(tmp_path / "a", "a", {"bell": BODY})
    monkeypatch.setattr("treemeta.tasks.iconify.LARGEST_FILE", 9)
    with pytest.raises(DataError, match=r"icons\.json is over 9 bytes: name a set of Iconify's"):
        read_set(file)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none\.json cannot be read .*: name another"):
        read_set(tmp_path / "none.json")
