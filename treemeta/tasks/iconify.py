"""Iconify's JSON files: one a set of drawings, each the inside of an svg image."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from treemeta.errors import DataError
from treemeta.tasks.svg import LONGEST, Box

SUCH = "node_modules/@iconify-json/tabler"
LARGEST_FILE = 32 * 2**20  # bytes
SIZE = 16  # of a drawing whose file tells none (Iconify's rule)
SIDES = ("left", "top", "width", "height")  # of what is seen of a drawing
NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")  # of sets and drawings (Iconify's rule)


@dataclass(frozen=True)
class Icon:
    """A drawing: its name in its set, what is drawn, and the part of the plane that is seen."""

    name: str
    body: str
    box: Box


@dataclass(frozen=True)
class IconSet:
    """A house's drawings, the height that most of them have, and the licence they come with."""

    house: str
    icons: tuple[Icon, ...]
    height: float
    licence: str


def read_sets(paths: Sequence[Path]) -> list[IconSet]:
    """Return the sets in files, in packages of npm, or in folders of these, sorted by house.

    Raises ``DataError`` for what is no set of Iconify's, and for a set that is there twice.
    """
    found: dict[str, tuple[Path, IconSet]] = {}
    for file in (file for path in paths for file in _files(path)):
        one = read_set(file)
        if one.house in found:
            twice = f"{found[one.house][0]} and {file}"
            raise DataError(f"{twice} both are set {one.house!r}: name one of them")
        found[one.house] = file, one
    return [one for _, (_, one) in sorted(found.items())]


def _files(path: Path) -> list[Path]:
    try:
        if not path.exists():
            raise DataError(f"{path} is not there: name a package such as {SUCH}")
        if path.is_file():
            return [path]
        if (path / "icons.json").is_file():
            return [path / "icons.json"]
        if files := sorted(path.glob("*/icons.json")):
            return files
    except OSError as error:
        raise DataError(f"{str(path)!r:.200} cannot be read: name another") from error
    said = f"{path} is no JSON file of Iconify's and holds no icons.json"
    raise DataError(f"{said}: name a package such as {SUCH}")


def read_set(file: Path) -> IconSet:
    """Return the set in a file; its licence may stand in ``info.json`` beside it."""
    told = _json(file)
    house, icons = told.get("prefix"), told.get("icons")
    if not isinstance(house, str) or not NAME.fullmatch(house) or not isinstance(icons, dict):
        raise DataError(f"{file} is no set of Iconify's: it has no plain prefix or no icons")
    beside = file.with_name("info.json")
    info = told.get("info") or (_json(beside) if beside.is_file() else {})
    height = told.get("height", SIZE)
    drawings = tuple(_icons(file, told, icons))
    return IconSet(house, drawings, _number(file, house, height), _licence(info))


def _json(file: Path) -> dict[str, Any]:
    try:
        if file.stat().st_size > LARGEST_FILE:
            raise DataError(f"{file} is over {LARGEST_FILE} bytes: name a set of Iconify's")
        told = json.loads(file.read_bytes())
    except OSError as error:
        raise DataError(f"{file} cannot be read ({error}): name another") from error
    except (ValueError, RecursionError) as error:
        raise DataError(f"{file} is no JSON: name a set of Iconify's") from error
    if not isinstance(told, dict):
        raise DataError(f"{file} is no set of Iconify's: it has no plain prefix or no icons")
    return told


def _icons(file: Path, told: dict[str, Any], icons: dict[str, Any]) -> Iterator[Icon]:
    """Yield a file's drawings by name; aliases and those that are hidden are none of their own."""
    for name, icon in sorted(icons.items()):
        if not NAME.fullmatch(name):
            raise DataError(f"{file} names a drawing {name!r}: name a set of Iconify's")
        if not isinstance(icon, dict) or not isinstance(icon.get("body"), str):
            raise DataError(f"drawing {name!r} of {file} has no body: name a set of Iconify's")
        if icon.get("hidden"):
            continue
        usual = [(key, 0 if key in ("left", "top") else SIZE) for key in SIDES]
        box = [_number(file, name, icon.get(key, told.get(key, value))) for key, value in usual]
        yield Icon(name, icon["body"], (box[0], box[1], box[2], box[3]))


def _number(file: Path, name: str, value: Any) -> float:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not abs(value) <= LONGEST:
        raise DataError(f"{name!r} of {file} has a size of {value!r:.40}: name a set of Iconify's")
    return float(value)


def _licence(info: Any) -> str:
    """Return what a set says of its licence and author, in one line."""
    said = []
    for key, inner in (("license", ("spdx", "url")), ("author", ("name", "url"))):
        part = info.get(key) if isinstance(info, dict) else None
        if isinstance(part, dict):
            words = [part[name].split() for name in inner if isinstance(part.get(name), str)]
            said += [" ".join(some) for some in words]
    return ", ".join(said) or "licence not stated"
