"""The question whether a node should split, and into what."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from treemeta.config import Config
from treemeta.engine.local import Engine
from treemeta.learn.params import Params
from treemeta.randomness import generator
from treemeta.store.records import Evidence
from treemeta.tasks.dataset import Dataset, Task
from treemeta.tasks.episode import deal
from treemeta.tree.cluster import cut
from treemeta.tree.evidence import (
    Comparison,
    Statistics,
    compare,
    resample,
    stability,
    statistics,
)
from treemeta.tree.probe import Probe, probe, probe_lightly
from treemeta.tree.products import Products, gram, products


@dataclass(frozen=True)
class Split:
    """Tasks in groups, by name, with the support of each group."""

    groups: tuple[tuple[str, ...], ...]
    supports: tuple[float, ...]


def ask_split(
    config: Config,
    dataset: Dataset,
    params: Params,
    tasks: list[Task],
    observed: Probe,
    node: str,
    step: int,
    engine: Engine,
    dealt: Callable[[int], None] = lambda number: None,
) -> tuple[Split | None, Evidence]:
    """Decide by the config's rule whether the tasks split at ``params``, and say why.

    ``observed`` is the node's own probe at these parameters; a refusal is evidence too.
    ``dealt`` hears how many deals are done, which is what takes the time.
    """
    ks = range(2, min(config.max_children, len(tasks) // config.min_tasks) + 1)
    if len(ks) == 0:
        return None, Evidence(
            step, False, f"{len(tasks)} tasks make no two children of {config.min_tasks}"
        )
    own_gram = gram(observed)
    whole = products(own_gram)
    resamples = resample(own_gram, config.resamples, generator(config.seed, node, step, "resample"))

    @cache
    def steadiness(k: int) -> tuple[np.ndarray, np.ndarray]:
        return _stability(whole, resamples, k, config)

    if config.rule == "always":
        found, comparison = statistics(whole, ks, config), None
        k = max(ks, key=lambda k: (steadiness(k)[0].min(), -k))
    elif config.direction == "meta_gradient":
        light = gram(probe_lightly(config, dataset, params, tasks, (node,), engine))
        again = resample(light, config.resamples, generator(config.seed, node, step, "lightly"))
        found = statistics(products(light), ks, config)
        comparison = compare(
            found, _dealt(config, dataset, params, tasks, (node, step), ks, engine, dealt)
        )
        steady = [k for k in ks if steadiness(k)[0].min() >= config.min_stability]
        k = _fewest(comparison, again, ks, steady or ks, config)
    else:
        found = statistics(whole, ks, config)
        comparison = compare(
            found, _dealt(config, dataset, params, tasks, (node, step), ks, engine, dealt)
        )
        k = _fewest(comparison, resamples, ks, ks, config)
    stabilities, supports = steadiness(k)
    evidence = Evidence(
        step=step,
        accepted=True,
        reason="rule always" if comparison is None else "structure beyond that of dealt classes",
        children=k,
        variance=found.variance,
        p_variance=comparison.p_variance if comparison else None,
        cohesion=float(found.cohesions[k - ks.start]),
        p_cut=comparison.p_cut if comparison else None,
        stability=float(stabilities.min()),
        deals=config.deals if comparison else 0,
    )
    if comparison and (objection := objection_to(config, comparison, stabilities)):
        return None, replace(evidence, accepted=False, reason=objection)
    labels = cut(whole.across(), k, config.min_tasks)
    names = np.array(observed.tasks)
    groups = tuple(tuple(names[labels == c].tolist()) for c in range(k))
    return Split(groups, tuple(supports.tolist())), evidence


def _dealt(
    config: Config,
    dataset: Dataset,
    params: Params,
    tasks: list[Task],
    where: tuple[str, int],
    ks: range,
    engine: Engine,
    dealt: Callable[[int], None],
) -> list[Statistics]:
    """Return the statistics of tasks made of the same classes, dealt at random."""
    found = []
    for number in range(config.deals):
        address = (*where, "deal", number)
        pseudo = deal(dataset, tasks, generator(config.seed, *address))
        if config.direction == "meta_gradient":
            # Nothing is drawn from a deal again, so that one block tells all there is to it.
            asked = probe_lightly(config, dataset, params, pseudo, address, engine, 1)
        else:
            asked = probe(config, dataset, params, pseudo, config.probe_episodes, address, engine)
        found.append(statistics(products(gram(asked)), ks, config))
        dealt(number + 1)
    return found


def _fewest(
    comparison: Comparison,
    resamples: list[Products],
    ks: range,
    among: Sequence[int],
    config: Config,
) -> int:
    """Return the fewest children, of the numbers to choose ``among``, whose excess is within one
    standard error of the best excess there."""
    excess = {k: float(comparison.excess[ks.index(k)]) for k in among}
    best = max(among, key=lambda k: excess[k])
    only = range(best, best + 1)
    error = np.std([statistics(each, only, config).cohesions[0] for each in resamples])
    return next(k for k in among if excess[k] >= excess[best] - error)


def _stability(
    whole: Products, resamples: list[Products], k: int, config: Config
) -> tuple[np.ndarray, np.ndarray]:
    labels = cut(whole.across(), k, config.min_tasks)
    again = [cut(resampled.across(), k, config.min_tasks) for resampled in resamples]
    return stability(labels, again)


def objection_to(config: Config, comparison: Comparison, stabilities: np.ndarray) -> str | None:
    """Return why a cut must not split a node, or ``None`` where nothing speaks against it."""
    # Tasks that are asked different things make bags of a mixture, and mixtures differ in what they
    # are mixed of: bags may vary more than tasks do, yet never cluster as they do.
    if config.direction != "meta_gradient" and comparison.p_variance > config.level:
        return "tasks differ no more than dealt classes do"
    if comparison.p_cut > config.level:
        return "the best cut is no better than that of dealt classes"
    if stabilities.min() < config.min_stability:
        return "a child does not reappear when episodes are drawn again"
    return None
