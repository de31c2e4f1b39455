"""Files written whole or not at all."""

import os
import tempfile
from pathlib import Path

from treemeta.errors import ConfigError, StorageError


def kind_of(path: Path, kinds: tuple[str, ...]) -> str:
    """Return the format that a file's ending names, or raise ``ConfigError``."""
    kind = path.suffix.lstrip(".").lower()
    if kind not in kinds:
        raise ConfigError(f"file {str(path)!r} ends in none of .{', .'.join(kinds)}")
    return kind


def write_file(path: Path, content: bytes) -> None:
    """Write a file under another name and move it into place."""
    if not path.parent.is_dir():
        raise StorageError(f"folder {str(path.parent)!r} does not exist: make it first")
    handle, new = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.chmod(new, 0o644)
        os.replace(new, path)
    except OSError as error:
        Path(new).unlink(missing_ok=True)
        raise StorageError(f"{path} cannot be written: {error.strerror}") from error
