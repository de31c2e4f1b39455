"""Files written whole or not at all."""

from pathlib import Path

from treemeta.errors import ConfigError, StorageError
from treemeta.store.durable import replace_file

ENDINGS = {"nwk": "newick", "nex": "nexus"}  # as phylogenetics writes them


def kind_of(path: Path, kinds: tuple[str, ...]) -> str:
    """Return the format that a file's ending names, or raise ``ConfigError``; raises
    ``StorageError`` already now if there is no folder to write it to."""
    ending = path.suffix.lstrip(".").lower()
    kind = ENDINGS.get(ending, ending)
    if kind not in kinds:
        raise ConfigError(f"file {str(path)!r} ends in none of .{', .'.join(kinds)}: rename it")
    _check_folder(path)
    return kind


def _check_folder(path: Path) -> None:
    if not path.parent.is_dir():
        raise StorageError(f"folder {str(path.parent)!r} does not exist: make it first")


def write_file(path: Path, content: bytes) -> None:
    """Write a file under another name and move it into place, unless it is a pipe or a device."""
    _check_folder(path)
    try:
        if path.exists() and not path.is_file():
            path.write_bytes(content)
        else:
            replace_file(path.resolve(), content)
    except OSError as error:
        raise StorageError(
            f"file {str(path)!r} cannot be written ({error.strerror}): name another"
        ) from error
