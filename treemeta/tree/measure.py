"""Measuring the similarity of tasks at one init until it is reliable enough."""

from dataclasses import dataclass

import pandas as pd

from treemeta.config import Config
from treemeta.engine.local import Engine
from treemeta.errors import DataError
from treemeta.learn.params import Params
from treemeta.store.read import read_arrays
from treemeta.store.records import Node, Tree
from treemeta.store.registry import Registry
from treemeta.tasks.dataset import Dataset, Task
from treemeta.tasks.sources import open_dataset
from treemeta.tree.probe import Probe, pool, probe
from treemeta.tree.similarity import reliability, similarity
from treemeta.tree.train import as_params, check_data, config_of


@dataclass(frozen=True)
class Measured:
    """A similarity matrix, how reliable it is, and how many episodes of each task it took."""

    matrix: pd.DataFrame
    reliability: float | None
    episodes: int


def measure(
    config: Config,
    dataset: Dataset,
    params: Params,
    tasks: list[Task],
    target: float,
    most: int,
    engine: Engine,
) -> Measured:
    """Draw ``config.probe_episodes`` episodes of each task, again and again, until the reliability
    of the similarity matrix reaches ``target`` or the next draw would exceed ``most`` episodes."""
    probes: list[Probe] = []
    while True:
        address = ("similarity", len(probes))
        asked = probe(config, dataset, params, tasks, config.probe_episodes, address, engine)
        probes.append(asked)
        whole = pool(probes)
        found = reliability(whole)
        if found is None or found >= target or whole.episodes + asked.episodes > most:
            return Measured(similarity(whole), found, whole.episodes)


def measure_node(
    registry: Registry,
    tree: Tree,
    node: Node,
    which: str,
    target: float,
    most: int,
    engine: Engine,
    device: str = "cpu",
) -> Measured:
    """Measure at a stored node's init, on its own tasks (``train``), the held-out ones (``test``)
    or ``all`` tasks of the data set."""
    config = config_of(tree.config)
    dataset = open_dataset(config.dataset, config.split)
    check_data(tree, dataset)
    if which == "train":
        tasks = [dataset.tasks[name] for name in node.tasks]
    elif not (tasks := dataset.select(which)):
        raise DataError(f"data set {dataset.name} has no {which} tasks: use --tasks train")
    params = as_params(read_arrays(registry, node)[0], device)
    return measure(config, dataset, params, tasks, target, most, engine)


def episodes_for(measured: Measured, target: float) -> int | None:
    """Return the episodes per task that would bring the reliability to ``target``, by the
    Spearman-Brown formula; ``None`` where there is nothing to extrapolate from."""
    now = measured.reliability
    if now is None or now <= 0 or now >= 1:
        return None
    factor = target * (1 - now) / (now * (1 - target))
    return max(1, round(measured.episodes * factor))
