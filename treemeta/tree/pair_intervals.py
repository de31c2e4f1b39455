"""Intervals of similarities, by the bootstrap over blocks of episodes."""

import numpy as np
from numpy.random import Generator
from scipy.special import stdtrit

from treemeta.tree.evidence import resample
from treemeta.tree.probe import Probe
from treemeta.tree.products import gram, products
from treemeta.tree.reliability import disattenuated

RESAMPLES = 200
MOST_TASKS = 200  # of which all products of blocks fit in memory
UNDEFINED = 0.05  # share of resamples without an answer beyond which there is no interval


def pair_intervals(probe: Probe, correct: bool, rng: Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return the ends of 95 % intervals of all cross-half cosines, ``float64[n, n]`` each.

    The cosine plus and minus Student's t times its standard error, which is half the distance
    between the 16 % and 84 % quantiles of resampled blocks of episodes. The resamples' outer
    quantiles themselves lie too low, as every resample is noisier than what was drawn (Efron and
    Tibshirani 1993, chapter 13). An interval covers what other episodes, as many as these, would
    show on average; corrected for attenuation, what endless ones would.
    """
    inner = gram(probe)
    blocks = inner.shape[2]
    again = resample(inner, RESAMPLES, rng, probe.centred)
    drawn = np.stack([each.across() for each in again])
    centre = products(inner, centred=probe.centred).across()
    if correct:
        drawn, centre = disattenuated(drawn), disattenuated(centre)
    low, high = _quantiles(drawn, 0.16, 0.84)
    # A bootstrap of so few blocks spreads too little by just this factor.
    error = (high - low) / 2 * np.sqrt(blocks / (blocks - 1))
    reach = stdtrit(2 * (blocks - 1), 0.975) * error
    return centre - reach, centre + reach


def _quantiles(drawn: np.ndarray, *shares: float) -> np.ndarray:
    """Return quantiles over the first axis, not a number where too many draws are none."""
    missing = np.isnan(drawn).mean(0) > UNDEFINED
    quantiles = np.nanquantile(np.where(missing, 0.0, drawn), shares, axis=0)
    return np.where(missing, np.nan, quantiles)
