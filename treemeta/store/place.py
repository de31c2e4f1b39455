"""Where a registry's files lie: in the folder of artifacts beside its database."""

import re
from pathlib import Path
from urllib.parse import SplitResult, urlsplit
from urllib.request import url2pathname

from treemeta.errors import RegistryError
from treemeta.store.sqlite import SQLITE, sqlite_path

ARTIFACTS = "artifacts"
RUN_ID = re.compile(r"[0-9a-f]{32}")
MODEL_ID = re.compile(r"m-[0-9a-f]{32}")
MODELS = "models"


def folder_beside(uri: str) -> Path | None:
    """Return the folder of artifacts that belongs to a registry in one sqlite file."""
    if not uri.startswith(SQLITE):
        return None
    return sqlite_path(uri).resolve().parent / ARTIFACTS


def local_path(address: str) -> Path | None:
    """Return the path behind the address of a file, if it is one."""
    place = _parsed(address)
    if place.scheme != "file" or place.netloc:
        return None
    return Path(url2pathname(place.path))


def _parsed(address: str) -> SplitResult:
    try:
        return urlsplit(address)
    except ValueError:  # what is no address is not one of a file
        return urlsplit("none:")


def place_beside(uri: str, address: str) -> Path | None:
    """Return where files lie beside the database whose address, an experiment's, a run's or a
    model's, is in the folder of another registry: of the one that this was copied from, or of where
    this one was before it was moved. ``None`` for its own, and for an experiment that was given a
    place elsewhere, which keeps it.
    """
    beside, path = folder_beside(uri), local_path(address)
    if beside is None or path is None:
        return None
    own = _own_parts(path)
    folder = Path(*path.parts[: len(path.parts) - len(own)])
    if folder.name != ARTIFACTS or folder == beside or folder.resolve() == beside:
        return None
    return beside.joinpath(*own)


def is_foreign(uri: str, address: str) -> bool:
    """Whether the address of files is in the folder of another registry."""
    return place_beside(uri, address) is not None


def _own_parts(path: Path) -> tuple[str, ...]:
    """Return what is a run's own of the path of its folder, ``ID/artifacts``, or a model's,
    ``models/ID/artifacts``; nothing of an experiment's."""
    if path.name == ARTIFACTS and RUN_ID.fullmatch(path.parent.name):
        return path.parts[-2:]
    if path.match(f"{MODELS}/*/{ARTIFACTS}") and MODEL_ID.fullmatch(path.parent.name):
        return path.parts[-3:]
    return ()


def check_reach(uri: str, address: str, whose: str) -> None:
    """Raise ``RegistryError`` where a registry in a file would have MLflow call another machine for
    the files of ``whose``: anybody may have written their address."""
    if uri.startswith(SQLITE) and _parsed(address).scheme not in ("", "file"):
        raise RegistryError(
            f"{whose}: its files are said to be at {address!r:.200}, which is not on this machine: "
            "start 'mlflow server' before that registry, and name its address"
        )


def check_place(uri: str, address: str) -> None:
    """Raise ``RegistryError`` where files would be written into another registry."""
    if is_foreign(uri, address):
        raise RegistryError(
            f"the registry at {uri} was copied or moved, and its files are still said to be at "
            f"{local_path(address)}: run 'treemeta registry move --tracking-uri {uri}'"
        )
