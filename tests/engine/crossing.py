"""Units and answers that no pipe holds, without shared memory; run as a program of its own."""

import sys

import numpy as np

from treemeta.engine import local
from treemeta.engine.local import Engine


def turn(array: np.ndarray) -> np.ndarray:
    return array[::-1].copy()


if __name__ == "__main__":
    if sys.argv[1] == "without":
        local.open_shared = lambda: None
    size = int(sys.argv[2])
    units = [np.arange(size) + i for i in range(8)]
    with Engine(2) as engine:
        found = engine.map(turn, units)
    assert all(np.array_equal(turn(unit), one) for unit, one in zip(units, found, strict=True))
    print("turned")
