"""Forecasts: what children would gain on unseen tasks, told before any is trained.

One init follows the mean of its children's gradients. The share of their squared lengths that the
mean has lost is what they would descend, each along its own, and together cannot (it is half of one
less the cosine for two of one length). What that is worth depends on how much accuracy there is to
win: as the slope of a logistic curve says, none where all is answered right or none is. The fit
that makes a gain of both lies beside this module; it is of splits of many kinds of many data
(``python -m benchmarks forecast``).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

import numpy as np

from treemeta.config import Config
from treemeta.learn.setting import Setting
from treemeta.learn.trainee import Trainee
from treemeta.store.evidence import Forecast
from treemeta.tree.cluster import cut
from treemeta.tree.conflict import View, conflicts, group_products, reconciled, unbiased
from treemeta.tree.foresight import Foresight, affordable, foresee, price, steps_on
from treemeta.tree.outlook import Outlook
from treemeta.tree.products import products
from treemeta.tree.propose import numbers_of_children
from treemeta.tree.reliability import disattenuated
from treemeta.tree.split import groups_of

POWER = 1.5  # of the share that is lost, as gains grow with it


@dataclass(frozen=True)
class Fit:
    """What was fitted: the gain where nothing is lost, and for each unit of ``promise``; and the
    reach of 90 % intervals, at least and for each point that is forecast."""

    base: float
    slope: float
    reach: float
    spread: float


@cache
def fit() -> Fit:
    """Return the fit that forecasts are made by."""
    return Fit(**json.loads(files("treemeta.tree").joinpath("forecast.json").read_text()))


def lost(inner: np.ndarray, labels: np.ndarray) -> float:
    """Return the share of the squared lengths of groups' mean gradients that their common mean has
    lost, from 0 to 1; groups count by their tasks. ``inner`` are products without noise."""
    return lost_of(group_products(inner, labels), np.bincount(labels))


def lost_of(between: np.ndarray, sizes: np.ndarray) -> float:
    """Return the same from the products of groups' mean gradients, ``float64[k, k]``, and how many
    tasks each group has."""
    weights = sizes / sizes.sum()
    whole = float(weights @ between.diagonal())
    if whole <= 0:  # all noise
        return 0.0
    return float(np.clip(1 - weights @ between @ weights / whole, 0, 1))


def promise(between: np.ndarray, sizes: np.ndarray, errors: np.ndarray) -> float:
    """Return what there is to gain, in arbitrary units: the share lost, to the power of 1.5, by the
    mean of each group's error times what is left of it, ``float64[k]`` wrong answers."""
    slopes = float((sizes * errors * (1 - errors)).sum() / sizes.sum())
    return float(lost_of(between, sizes) ** POWER * slopes)


def forecast_of(promised: float, by: Fit) -> Forecast:
    """Return the gain to expect of such a promise, with its 90 % interval."""
    gain = by.base + by.slope * promised
    reach = by.reach + by.spread * max(gain, 0.0)
    return Forecast(gain, gain - reach, gain + reach)


def forecast(seen: Foresight, groups: Sequence[Sequence[str]]) -> Forecast:
    """Return what groups of a node's tasks would gain, each with a child of its own."""
    labels = labels_of(seen.tasks, groups)
    between = group_products(seen.inner, labels)
    sizes = np.bincount(labels)
    errors = np.bincount(labels, weights=seen.errors) / sizes
    return forecast_of(promise(between, sizes, errors), fit())


def labels_of(tasks: Sequence[str], groups: Sequence[Sequence[str]]) -> np.ndarray:
    """Return the number of each task's group, ``int[n]``."""
    numbers = {task: number for number, group in enumerate(groups) for task in group}
    return np.array([numbers[task] for task in tasks])


def outlook(setting: Setting, node: Trainee, groups: Sequence[Sequence[str]] = ()) -> Outlook:
    """Return what is to be expected of a node where it stands: of its tasks in these groups or,
    without any, in those that conflict most of all that can be told.

    Groups are found by other episodes than they are judged by, as chance has made them differ;
    what does not conflict by these too is one group.
    """
    config, tasks = setting.config, len(node.tasks)
    paid = affordable(config, tasks, node.step)
    episodes = paid if groups else max(2, paid // 4 * 2)
    seen = foresee(setting, node, episodes)
    if groups:
        labels = labels_of(seen.tasks, groups)
    else:
        labels = most_conflicting(config, foresee(setting, node, episodes, "groups"))
        labels = reconciled([View(seen.inner, labels)])[labels]
    count, drawn = int(labels.max()) + 1, episodes * (1 if groups else 2)
    one = Outlook(
        step=node.step,
        steps=steps_on(config, node.step),
        episodes=drawn,
        price=price(config, tasks, node.step, drawn, max(count, 2)),
        groups=groups_of(seen.tasks, labels),
        losses=tuple(float(seen.losses[labels == g].mean()) for g in range(count)),
    )
    if count == 1:
        return one
    return replace(
        one,
        conflicts=conflicts(labels, [View(seen.inner, labels)]),
        layers=layer_cosines(seen, labels),
        forecast=forecast(seen, one.groups),
    )


def most_conflicting(config: Config, seen: Foresight) -> np.ndarray:
    """Return the cut of tasks, ``int[n]``, by which most is lost, of those into so many children
    from which what does not conflict has been joined."""
    halves = products(seen.whole).across()
    ks = numbers_of_children(config, len(seen.tasks))
    found = []
    for k in ks:
        labels = cut(halves, k, config.min_tasks)
        found.append(reconciled([View(seen.inner, labels)])[labels])
    together = np.zeros(len(seen.tasks), dtype=int)
    return max([together, *found], key=lambda labels: lost(seen.inner, labels))


def layer_cosines(seen: Foresight, labels: np.ndarray) -> dict[str, float]:
    """Return the least cosine of two groups' mean gradients in each layer, where it is no noise."""
    found = {}
    for layer, one in seen.layers.items():
        inner = unbiased(products(one, centred=False))
        between = disattenuated(group_products(inner, labels))
        pairs = between[np.triu_indices_from(between, 1)]
        if np.isfinite(pairs).any():
            found[layer] = float(np.clip(np.nanmin(pairs), -1, 1))
    return found
