"""A memory as what is stored of it, and back. What a registry holds is somebody else's input."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from treemeta.errors import IntegrityError
from treemeta.learn.params import Params, fits, flatten, from_arrays, to_arrays, unflatten
from treemeta.learn.trainee import Moments, Trainee
from treemeta.store.documents import typed
from treemeta.store.evidence import Evidence
from treemeta.store.runs import CHECKPOINT
from treemeta.store.tensors import Arrays
from treemeta.tasks.dataset import Dataset
from treemeta.tree.evidence import Statistics
from treemeta.tree.growing import Growing
from treemeta.tree.memory import Held, Memory, Reached

INIT, FIRST, SECOND, SNAPSHOT, HEARD = "init/", "first/", "second/", "snapshot/", "heard"


@dataclass(frozen=True)
class Training:
    """A trainee but for its tensors, which lie under ``entry``, and where its ``start`` was."""

    entry: str
    name: str
    trunk: str
    start: int
    step: int
    tasks: tuple[str, ...]
    gradients: int  # that its moments are of; 0 where there are none
    losses: dict[str, float]


@dataclass(frozen=True)
class Weighing:
    """A node that trained on after it was weighed, but for its tensors."""

    training: Training
    support: float | None
    loss: float | None
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True)
class Deals:
    """The statistics of the deals that a node was compared with at a step."""

    name: str
    step: int
    variances: tuple[float, ...]
    cohesions: tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Checkpoint:
    """All that a memory holds, but for tensors."""

    stretches: tuple[Training, ...] = ()
    held: tuple[Weighing, ...] = ()
    deals: tuple[Deals, ...] = ()


def dumped(memory: Memory) -> tuple[dict[str, Any], dict[str, Arrays]]:
    """Return the document of a memory, and the tensors of its entries."""
    tensors = dict[str, Arrays]()

    def training(trainee: Trainee, start: int, heard: list[float]) -> Training:
        entry = str(len(tensors))
        tensors[entry] = _arrays(trainee) | {HEARD: np.array(heard, np.float64)}
        count = trainee.moments.count if trainee.moments else 0
        tasks = tuple(task.name for task in trainee.tasks)
        return Training(
            entry, trainee.name, trainee.trunk, start, trainee.step, tasks, count,
            dict(trainee.losses),
        )  # fmt: skip

    stretches = tuple(
        training(one.trainee, start, one.losses) for (_, _, start), one in memory.stretches.items()
    )
    held = tuple(
        Weighing(
            training(one.growing.trainee, one.growing.start, one.losses),
            one.growing.support, one.growing.loss, one.growing.evidence,
        )
        for one in memory.held.values()
    )  # fmt: skip
    deals = tuple(
        Deals(
            name, step, tuple(float(one.variance) for one in known),
            tuple(tuple(map(float, one.cohesions)) for one in known),
        )
        for (name, step), known in memory.deals.items()
    )  # fmt: skip
    return asdict(Checkpoint(stretches, held, deals)), tensors


def _arrays(trainee: Trainee) -> Arrays:
    parts = {INIT: trainee.init}
    if trainee.moments:
        # By name: the order of a vector's entries is that of an init's, which may be another later.
        parts[FIRST] = unflatten(trainee.moments.first, trainee.init)
        parts[SECOND] = unflatten(trainee.moments.second, trainee.init)
    parts |= {f"{SNAPSHOT}{step}/": params for step, params in trainee.snapshots}
    return {
        prefix + name: array
        for prefix, params in parts.items()
        for name, array in to_arrays(params).items()
    }


def load_into(
    memory: Memory,
    document: Mapping[str, Any],
    tensors: Mapping[str, Arrays],
    dataset: Dataset,
    like: Params,
) -> None:
    """Fill an empty memory with what was stored of another; trainees are of parameters ``like``
    those of the tree's own init, on their device."""
    revived = _reviver(tensors, dataset, like)
    try:
        found = typed(dict(document), Checkpoint)
        for one in found.stretches:
            trainee, heard = revived(one)
            memory.stretches[one.name, one.trunk, one.start] = Reached(trainee, heard)
        for each in found.held:
            trainee, heard = revived(each.training)
            growing = Growing(trainee, each.training.start, each.support, each.loss, each.evidence)
            memory.held[trainee.name] = Held(growing, heard)
    except (KeyError, TypeError, ValueError) as error:
        raise IntegrityError(
            f"the checkpoint that the tag {CHECKPOINT} vouches for is not of this tree: go on from "
            "the last finished node with --allow-fallback"
        ) from error
    for of_node in found.deals:
        both = zip(of_node.variances, of_node.cohesions, strict=False)
        known = [Statistics(variance, np.array(cohesions)) for variance, cohesions in both]
        memory.deals[of_node.name, of_node.step] = known


def _reviver(
    tensors: Mapping[str, Arrays], dataset: Dataset, like: Params
) -> Callable[[Training], tuple[Trainee, list[float]]]:
    device = str(next(iter(like.values())).device)

    def params(arrays: Arrays, prefix: str) -> Params:
        own = {k.removeprefix(prefix): a for k, a in arrays.items() if k.startswith(prefix)}
        if not fits(own, like):
            raise ValueError("parameters of another network")
        return from_arrays(own, device)

    def revived(one: Training) -> tuple[Trainee, list[float]]:
        arrays, moments = tensors[one.entry], None
        if one.gradients:
            first, second = (flatten(params(arrays, prefix)) for prefix in (FIRST, SECOND))
            moments = Moments(first, second, one.gradients)
        steps = sorted({int(k.split("/")[1]) for k in arrays if k.startswith(SNAPSHOT)})
        snapshots = tuple((step, params(arrays, f"{SNAPSHOT}{step}/")) for step in steps)
        heard = arrays[HEARD].tolist()
        if len(heard) != one.step - one.start:
            raise ValueError("losses of another stretch")
        tasks = tuple(dataset.tasks[name] for name in one.tasks)
        init = params(arrays, INIT)
        trainee = Trainee(
            one.name, one.step, init, tasks, moments, snapshots, one.trunk, one.losses
        )
        return trainee, heard

    return revived
