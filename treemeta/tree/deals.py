"""Tasks against chance: the same classes dealt at random to tasks of the same sizes; where there
are none, tasks turned into each other."""

from collections.abc import Callable, Sequence

import numpy as np

from treemeta.config import Config
from treemeta.learn.setting import Setting
from treemeta.learn.trainee import Trainee
from treemeta.randomness import generator
from treemeta.tasks.episode import deal
from treemeta.tree.evidence import Statistics, statistics
from treemeta.tree.probe import Probe, probe, probe_lightly
from treemeta.tree.products import gram, products
from treemeta.tree.rotations import chance

Dealt = Callable[[list[Statistics]], None]  # hears of all deals that are done: they take the time


def chance_of(config: Config) -> str:
    """Return in words what the tasks of a node are held against."""
    return "turned tasks" if config.targets == "numbers" else "dealt classes"


def is_light(config: Config) -> bool:
    """Whether tasks are held against their deals by light probes: those of meta-gradients are dear
    in full, and tell enough."""
    return config.direction == "meta_gradient" and config.targets == "classes"


def seen_as_deals(setting: Setting, trainee: Trainee, observed: Probe) -> np.ndarray:
    """Return the inner products of a node's tasks, probed as its deals are."""
    if not is_light(setting.config):
        return gram(observed)
    return gram(probe_lightly(setting, trainee.init, list(trainee.tasks), (trainee.name,)))


def deal_statistics(
    setting: Setting,
    trainee: Trainee,
    ks: range,
    seen: np.ndarray,
    dealt: Dealt = lambda of_deals: None,
    known: Sequence[Statistics] = (),
) -> list[Statistics]:
    """Return the statistics of tasks made of a node's classes, dealt at random; the first are
    ``known`` already. Where tasks tell numbers they are those of the products that were ``seen``,
    turned, which take no time."""
    config, of_deals = setting.config, list(known)
    if config.targets == "numbers":
        halves = products(seen)
        return [
            chance(
                halves, ks, config,
                generator(config.seed, trainee.name, trainee.step, "turn", number),
            )
            for number in range(config.deals)
        ]  # fmt: skip
    for number in range(len(of_deals), config.deals):
        address = (trainee.name, trainee.step, "deal", number)
        tasks = deal(setting.dataset, list(trainee.tasks), generator(config.seed, *address))
        if is_light(config):
            # Nothing is drawn from a deal again, so that one block tells all there is to it.
            probed = probe_lightly(setting, trainee.init, tasks, address, pooled=True)
        else:
            probed = probe(setting, trainee.init, tasks, config.probe_episodes, address)
        of_deals.append(statistics(products(gram(probed)), ks, config))
        dealt(of_deals)
    return of_deals
