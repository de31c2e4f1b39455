"""Files written whole or not at all."""

import os
import tempfile
from pathlib import Path

from treemeta.errors import ConfigError, StorageError


def kind_of(path: Path, kinds: tuple[str, ...]) -> str:
    """Return the format that a file's ending names, or raise ``ConfigError``; raises
    ``StorageError`` already now if there is no folder to write it to."""
    kind = path.suffix.lstrip(".").lower()
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
            _replace(path.resolve(), content)
    except OSError as error:
        raise StorageError(
            f"file {str(path)!r} cannot be written ({error.strerror}): name another"
        ) from error


def _mode(path: Path) -> int:
    """Return the mode of a file that is there, or the one that a new file would have."""
    if path.exists():
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _replace(path: Path, content: bytes) -> None:
    handle, new = tempfile.mkstemp(dir=path.parent, prefix=".treemeta.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.chmod(new, _mode(path))
        os.replace(new, path)
    except BaseException:
        Path(new).unlink(missing_ok=True)
        raise
