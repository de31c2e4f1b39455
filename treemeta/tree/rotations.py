"""Tasks against chance where there are no classes to deal: the same directions, turned.

A task that is one function is nothing that could be dealt out. What tasks without groups look like
is one cloud: directions that are normal, of whatever covariance. All rotations of the tasks among
themselves are then alike, which makes p-values exact (rotation tests, Langsrud 2005).
"""

from dataclasses import replace

import numpy as np
from numpy.random import Generator
from scipy.stats import ortho_group

from treemeta.config import Config
from treemeta.tree.evidence import Statistics, statistics
from treemeta.tree.products import Products, variance


def chance(halves: Products, ks: range, config: Config, rng: Generator) -> Statistics:
    """Return the statistics of tasks that are one cloud, and whose halves agree by chance alone:
    the one is what a cut is held against, the other what differences between tasks are."""
    turned = statistics(rotated(halves, rng), ks, config)
    return replace(turned, variance=variance(tossed(halves, rng), config.direction))


def rotated(halves: Products, rng: Generator) -> Products:
    """Return centred products with tasks turned into each other by a random rotation, the same in
    both halves, around their mean."""
    n = len(halves.ab)
    contrasts = np.linalg.qr(np.column_stack([np.ones(n), np.eye(n)[:, : n - 1]]))[0][:, 1:]
    turn = contrasts @ ortho_group.rvs(n - 1, random_state=rng).reshape(n - 1, -1) @ contrasts.T
    aa, bb, ab = (turn @ part @ turn.T for part in (halves.aa, halves.bb, halves.ab))
    return replace(halves, aa=aa, bb=bb, ab=ab)


def tossed(halves: Products, rng: Generator) -> Products:
    """Return products with the second half of each task turned around or not, by the toss of a
    coin: where tasks do not differ, halves agree no more than that, however noisy each is."""
    signs = rng.choice([-1.0, 1.0], len(halves.ab))
    return replace(halves, bb=halves.bb * np.outer(signs, signs), ab=halves.ab * signs)
