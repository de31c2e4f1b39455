"""Omniglot: 50 alphabets, 1,623 characters, 20 drawings each (Lake et al. 2015)."""

import csv
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from importlib.resources import files
from pathlib import Path

import numpy as np

from treemeta.errors import DataError, StorageError
from treemeta.tasks.cache import Pack
from treemeta.tasks.dataset import Dataset
from treemeta.tasks.images import read_image, shrink

SUBSETS = ("images_background", "images_evaluation")
DRAWINGS = 20
LARGEST_FILE = 32 * 2**20  # bytes, unpacked


@dataclass(frozen=True)
class Script:
    """What is known of one alphabet: where it stands in the data, its size, role and descent."""

    alphabet: str
    subset: str
    characters: int
    role: str
    lineage: tuple[str, ...]


def script_rows() -> list[dict[str, str]]:
    """Return the rows of the package's table of scripts, one for each of the 50 alphabets."""
    table = files("treemeta.tasks").joinpath("omniglot_scripts.csv").read_text()
    return list(csv.DictReader(table.splitlines()))


def scripts() -> tuple[Script, ...]:
    """Return the ground truth of the 50 alphabets, from the package's own table."""
    return tuple(
        Script(
            alphabet=row["alphabet"],
            subset=f"images_{row['subset']}",
            characters=int(row["n_chars"]),
            role=row["role"],
            lineage=(row["family"], row["subfamily"]),
        )
        for row in script_rows()
    )


def read_omniglot(path: Path, expected: Iterable[Script] | None = None) -> Pack:
    """Read Omniglot from a folder that holds the published zip files or what came out of them.

    Raises ``DataError`` unless every alphabet has all its characters and 20 drawings of each.
    """
    expected = tuple(scripts() if expected is None else expected)
    if not path.is_dir():
        raise DataError(f"{path} is not a folder: name the one that holds {SUBSETS[0]}.zip")
    classes = []
    for subset in sorted({script.subset for script in expected}):
        known = {script.alphabet: script for script in expected if script.subset == subset}
        drawings: dict[tuple[str, str], list[np.ndarray]] = {}
        for alphabet, character, image in _drawings(path, subset):
            if alphabet in known:
                drawings.setdefault((alphabet, character), []).append(image)
        _check_whole(path / subset, drawings, known)
        classes += [(task, label, np.stack(images)) for (task, label), images in drawings.items()]
    return Pack(
        classes,
        {script.alphabet: script.role for script in expected},
        {script.alphabet: script.lineage for script in expected},
    )


def _drawings(path: Path, subset: str) -> Iterator[tuple[str, str, np.ndarray]]:
    if (path / f"{subset}.zip").is_file():
        yield from _zipped(path / f"{subset}.zip")
    elif (path / subset).is_dir():
        for file in sorted((path / subset).glob("*/*/*.png")):
            yield file.parts[-3], file.parts[-2], read_image(str(file), file.read_bytes, shrink)
    else:
        raise DataError(
            f"{path} holds neither {subset}.zip nor {subset}/: Omniglot needs both "
            f"{SUBSETS[0]} and {SUBSETS[1]}"
        )


def _zipped(path: Path) -> Iterator[tuple[str, str, np.ndarray]]:
    try:
        with zipfile.ZipFile(path) as archive:
            for name in sorted(archive.namelist()):
                parts = name.split("/")
                if len(parts) != 4 or not name.endswith(".png") or "__MACOSX" in parts:
                    continue
                if archive.getinfo(name).file_size > LARGEST_FILE:
                    raise DataError(f"{path}: {name!r} is larger than any image: not Omniglot")
                yield parts[1], parts[2], read_image(name, partial(archive.read, name), shrink)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError) as error:
        raise DataError(f"{path} is not a whole zip file: download it again") from error
    except OSError as error:
        raise StorageError(f"{path} cannot be read: {error}") from error


def _check_whole(
    where: Path, drawings: dict[tuple[str, str], list[np.ndarray]], known: dict[str, Script]
) -> None:
    for name, script in sorted(known.items()):
        counts = [len(images) for (task, _), images in drawings.items() if task == name]
        if len(counts) != script.characters or set(counts) != {DRAWINGS}:
            raise DataError(
                f"{where}: alphabet {name!r} has {len(counts)} characters with {sum(counts)} "
                f"drawings instead of {script.characters} with {DRAWINGS * script.characters}: "
                "unpack or download Omniglot again"
            )


def lake(dataset: Dataset) -> Dataset:
    """Return Omniglot with the published roles: background trains, evaluation tests."""
    roles = {
        script.alphabet: "train" if script.subset == "images_background" else "test"
        for script in scripts()
    }
    return replace(dataset, roles=roles)
