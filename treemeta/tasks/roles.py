"""Which tasks are trained on and which are held out."""

import hashlib
from collections.abc import Mapping
from fractions import Fraction

from treemeta.randomness import generator


def hold_out(names: list[str], share: float = 0.3) -> dict[str, str]:
    """Return a role for each task: the first ``share`` in order of sha256(name) are test.

    The order depends on nothing but the names, so adding drawings changes no role.
    """
    ordered = sorted(names, key=lambda name: hashlib.sha256(name.encode()).hexdigest())
    held = set(ordered[: int(Fraction(str(share)) * len(ordered))])  # 0.29 of 100 are 29
    return {name: "test" if name in held else "train" for name in names}


def redrawn(roles: Mapping[str, str], task_split: int) -> dict[str, str]:
    """Return other roles of the same tasks, as many held out: a draw for each ``task_split``."""
    names = sorted(roles)
    drawn = generator(0, "task_split", task_split).permutation([roles[name] for name in names])
    return dict(zip(names, drawn.tolist(), strict=True))
