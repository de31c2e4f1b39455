"""Flipped bits, in any file of a registry: seen, or without effect on any tree."""

from pathlib import Path

import numpy as np

from tests.torture.trial import Outcome, Told, in_child
from tests.torture.work import URI, newest
from treemeta.store.read import read_arrays, read_tree
from treemeta.store.registry import open_registry
from treemeta.store.tensors import arrays_sha256

KINDS = ("*.db", "*.json", "*.safetensors")


def read() -> Told:
    """Return the hash of all that is read of the newest tree, tensors included."""
    registry = open_registry(URI)
    tree = newest(registry)
    if tree is None:
        return Told(error="there is no tree")
    whole = read_tree(registry, tree)
    found = [whole.hash(), *(arrays_sha256(read_arrays(registry, one)[0]) for one in whole.nodes)]
    return Told(hash=" ".join([*found, str(whole.test_accuracy), str(whole.summary)]))


def flip(folder: Path, kind: str, wanted: str, rng: np.random.Generator) -> Outcome:
    """Flip a bit of a file of a kind; return what is wrong with what is read then. The bit is
    flipped back."""
    paths = sorted((folder / "registry").rglob(kind))
    path = paths[rng.integers(len(paths))]
    before = path.read_bytes()
    at, bit = rng.integers(len(before)), rng.integers(8)
    content = bytearray(before)
    content[at] ^= 1 << bit
    path.write_bytes(content)
    told = in_child(folder, read)
    for left in (folder / "registry").glob("*-journal"):
        left.unlink()
    path.write_bytes(before)
    where = f"bit {bit} of byte {at} of {path.relative_to(folder)}"
    if told is None or told.trace:
        return Outcome([f"{where}: {told.trace if told else 'killed'}"])
    unseen = not told.error and told.hash != wanted
    return Outcome([f"{where}: read as if nothing were"] if unseen else [])
