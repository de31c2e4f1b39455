"""A trunk: convolutions that several trainees have in common and train together, in lockstep.

What is left to each is what normalises its features and what reads them: a norm's scale and shift
are enough to serve another question (Perez et al. 2018).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from treemeta.learn.params import Params, add, mean
from treemeta.learn.trainee import Trainee


def trunk(params: Params) -> Params:
    """Return the parameters that a trunk holds: the convolutions."""
    return {name: tensor for name, tensor in params.items() if name.startswith("conv")}


def averaged(trainees: Sequence[Trainee], values: Sequence[Params]) -> list[Params]:
    """Return what was found for each trainee, such as its gradient, with the part of a trunk
    averaged over all that share it. They stand at the same step."""
    sharing: dict[str, list[Params]] = {}
    for one, found in zip(trainees, values, strict=True):
        sharing.setdefault(one.trunk, []).append(found)
    means = {key: mean([trunk(one) for one in several]) for key, several in sharing.items() if key}
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
