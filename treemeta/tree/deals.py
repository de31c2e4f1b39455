"""Tasks against chance: the same classes dealt at random to tasks of the same sizes."""

from collections.abc import Callable, Sequence

import numpy as np

from treemeta.learn.setting import Setting
from treemeta.learn.trainee import Trainee
from treemeta.randomness import generator
from treemeta.tasks.episode import deal
from treemeta.tree.evidence import Statistics, statistics
from treemeta.tree.probe import Probe, probe, probe_lightly
from treemeta.tree.products import gram, products

Dealt = Callable[[list[Statistics]], None]  # hears of all deals that are done: they take the time


def is_light(direction: str) -> bool:
    """Whether tasks are held against their deals by light probes: those of meta-gradients are dear
    in full, and tell enough."""
    return direction == "meta_gradient"


def seen_as_deals(setting: Setting, trainee: Trainee, observed: Probe) -> np.ndarray:
    """Return the inner products of a node's tasks, probed as its deals are."""
    if not is_light(setting.config.direction):
        return gram(observed)
    return gram(probe_lightly(setting, trainee.init, list(trainee.tasks), (trainee.name,)))


def deal_statistics(
    setting: Setting, trainee: Trainee, ks: range, dealt: Dealt, known: Sequence[Statistics] = ()
) -> list[Statistics]:
    """Return the statistics of tasks made of a node's classes, dealt at random; the first are
    ``known`` already."""
    config, of_deals = setting.config, list(known)
    for number in range(len(of_deals), config.deals):
        address = (trainee.name, trainee.step, "deal", number)
        tasks = deal(setting.dataset, list(trainee.tasks), generator(config.seed, *address))
        if is_light(config.direction):
            # Nothing is drawn from a deal again, so that one block tells all there is to it.
            probed = probe_lightly(setting, trainee.init, tasks, address, 1)
        else:
            probed = probe(setting, trainee.init, tasks, config.probe_episodes, address)
        of_deals.append(statistics(products(gram(probed)), ks, config))
        dealt(of_deals)
    return of_deals
