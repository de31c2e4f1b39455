"""Parameters and checkpoints that are not what a tree has learned."""

import os
import pickle
import struct
from pathlib import Path

import numpy as np

from tests.bad.made import Bad, checkpoint, checkpoint_tag, each, forged, in_its_place, one

SIMILARITY = ("similarity", "--measure=direction")
NOT_OURS = "holds no parameters of the network that the tree's config describes"
BAD: dict[str, Bad] = {
    "a pickle": Bad(SIMILARITY, 5, "no whole safetensors", forged(lambda _: pickle.dumps(print))),
    "an endless header": Bad(
        SIMILARITY, 5, "no whole safetensors", forged(lambda _: struct.pack("<Q", 2**63) + b"{}")
    ),
    "a header beyond its file": Bad(
        SIMILARITY, 5, "no whole safetensors", forged(lambda _: struct.pack("<Q", 10**6) + b"{}")
    ),
    "an empty file": Bad(SIMILARITY, 5, "no whole safetensors", forged(lambda _: b"")),
    "no numbers": Bad(SIMILARITY, 5, NOT_OURS, forged(each(lambda a: np.full_like(a, np.nan)))),
    "an endless number": Bad(
        SIMILARITY, 5, NOT_OURS, forged(one(lambda a: np.full_like(a, np.inf)))
    ),
    "another shape": Bad(SIMILARITY, 5, NOT_OURS, forged(one(lambda a: a[:1]))),
    "no entries": Bad(SIMILARITY, 5, NOT_OURS, forged(one(lambda a: a[:0]))),
    "doubles": Bad(SIMILARITY, 5, NOT_OURS, forged(each(lambda a: a.astype(np.float64)))),
    "whole numbers": Bad(SIMILARITY, 5, NOT_OURS, forged(each(lambda a: a.astype(np.int32)))),
    "a layer less": Bad(
        SIMILARITY, 5, NOT_OURS,
        forged(lambda whole: {k: a for k, a in whole.items() if k != "conv1.weight"}),
    ),
    "a layer more": Bad(
        SIMILARITY, 5, NOT_OURS,
        forged(lambda whole: whole | {"conv9.weight": np.zeros(3, np.float32)}),
    ),
    "a pipe": Bad(SIMILARITY, 5, "is missing", in_its_place(os.mkfifo)),
    "a device": Bad(SIMILARITY, 5, "is missing", in_its_place(lambda p: p.symlink_to("/dev/zero"))),
    "a folder": Bad(SIMILARITY, 5, "is missing", in_its_place(Path.mkdir)),
    "a link to nowhere": Bad(
        SIMILARITY, 5, "is missing", in_its_place(lambda p: p.symlink_to("no"))
    ),
    "another file": Bad(
        SIMILARITY, 5, "was changed", in_its_place(lambda p: p.symlink_to("/etc/passwd"))
    ),
    "a checkpoint of nothing": Bad(
        ("train", "--resume=latest"), 5, "checkpoint", checkpoint_tag("{}")
    ),
    "a checkpoint of a file elsewhere": Bad(
        ("train", "--resume=latest"), 5, "checkpoint",
        checkpoint_tag('{"sha256": {"../../../../etc/passwd.json": "0"}}'),
    ),
    "a checkpoint of another tree": Bad(
        ("train", "--resume=latest"), 5, "--allow-fallback",
        checkpoint({"stretches": [{"entry": "0", "name": "r"}]}, {"0": {"w": np.zeros(1)}}),
    ),
}  # fmt: skip
