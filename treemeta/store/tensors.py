"""Tensors on disk: safetensors, with the sha256 of what they hold kept elsewhere."""

import hashlib
import json
from pathlib import Path

import numpy as np

from treemeta.errors import IntegrityError, unreadable

Arrays = dict[str, np.ndarray]


def arrays_bytes(arrays: Arrays) -> bytes:
    """Return arrays as the bytes of a safetensors file."""
    from safetensors.numpy import save

    return save({name: np.asarray(array, order="C") for name, array in arrays.items()})


def load_arrays(path: Path) -> Arrays:
    """Read arrays from a safetensors file."""
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        return dict(load_file(path))
    except (SafetensorError, OSError, TypeError, AttributeError, MemoryError) as error:
        raise unreadable(path, error) or IntegrityError(
            f"{path.name} is no whole safetensors file ({error}): restore the file"
        ) from error


def arrays_sha256(arrays: Arrays) -> str:
    """Return a digest of names, types, shapes and bytes, in the order of the names."""
    digest = hashlib.sha256()
    for name in sorted(arrays):
        array = np.asarray(arrays[name], order="C")
        digest.update(json.dumps([name, str(array.dtype), array.shape]).encode())
        digest.update(array.tobytes())
    return digest.hexdigest()


def file_sha256(path: Path) -> str:
    """Return the digest of a file's bytes."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def bytes_sha256(content: bytes) -> str:
    """Return the digest of bytes."""
    return hashlib.sha256(content).hexdigest()
