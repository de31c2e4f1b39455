"""A trunk: layers that several trainees have in common and train together, in lockstep.

What is left to each is what normalises its features and what reads them: a norm's scale and shift
are enough to serve another question (Perez et al. 2018).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from treemeta.config import Config
from treemeta.learn.params import Params, add, mean
from treemeta.learn.trainee import Trainee, focused


def trunk(params: Params) -> Params:
    """Return the parameters that a trunk holds: the convolutions, or the dense layers."""
    return {name: p for name, p in params.items() if name.startswith(("conv", "dense"))}


def batch_sizes(config: Config, trainees: Sequence[Trainee]) -> list[int]:
    """Return how many tasks each trainee draws for its next step. Where tasks are drawn by their
    losses, so are those of one trunk: each that shares it draws one at least."""
    sizes = dict.fromkeys(range(len(trainees)), config.meta_batch_size)
    for key in {one.trunk for one in trainees} - {""}:
        sharers = [at for at, one in enumerate(trainees) if one.trunk == key]
        if config.focus and all(trainees[at].losses for at in sharers):
            losses = [float(np.mean([*trainees[at].losses.values()])) for at in sharers]
            whole = len(sharers) * config.meta_batch_size
            sizes |= zip(sharers, shared_out(whole, focused(config, np.array(losses))), strict=True)
    return list(sizes.values())


def shared_out(whole: int, weights: np.ndarray) -> list[int]:
    """Return a whole number in parts of at least one, as near to ``weights`` as may be; of equal
    remainders the first is rounded up."""
    exact = weights / weights.sum() * (whole - len(weights))
    parts = np.floor(exact).astype(int)
    order = np.argsort(parts - exact, kind="stable")
    parts[order[: whole - len(weights) - parts.sum()]] += 1
    return [1 + int(part) for part in parts]


def averaged(
    trainees: Sequence[Trainee], values: Sequence[Params], sizes: Sequence[int]
) -> list[Params]:
    """Return what was found for each trainee, such as its gradient, of a batch of its size, with
    the part of a trunk averaged over the batches of all that share it. They stand at the same
    step."""
    sharing: dict[str, list[tuple[Params, int]]] = {}
    for one, found, size in zip(trainees, values, sizes, strict=True):
        sharing.setdefault(one.trunk, []).append((trunk(found), size))
    means = {key: mean(*zip(*several, strict=True)) for key, several in sharing.items() if key}
    return [
        found | means[one.trunk] if one.trunk else found
        for one, found in zip(trainees, values, strict=True)
    ]


def carried(trainees: Sequence[Trainee], moved: Sequence[Trainee]) -> list[Trainee]:
    """Return trainees after a step, each trunk carried as many times as far as trainees share it:
    so many times as many episodes said where to (the linear scaling rule, Goyal et al. 2017)."""
    sharers = Counter(one.trunk for one in trainees)
    return [
        replace(after, init=after.init | _farther(before.init, after.init, sharers[before.trunk]))
        if before.trunk
        else after
        for before, after in zip(trainees, moved, strict=True)
    ]


def _farther(before: Params, after: Params, times: int) -> Params:
    return add(trunk(before), add(trunk(after), before, -1), times)
