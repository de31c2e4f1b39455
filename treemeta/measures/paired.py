"""How sure a mean of paired differences is, for many of them at once."""

import numpy as np
from scipy.stats import t

CONFIDENCE = 0.95
ALIKE = 1e-9  # accuracies are shares of few queries: differences closer than this are equal


def paired_intervals(differences: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the means of differences ``float[..., n]`` and the ends of Student's 95 % intervals,
    ``float[...]`` each: points where all are equal, not numbers of a single one."""
    n = differences.shape[-1]
    means = differences.mean(-1)
    if n < 2:
        return means, np.full_like(means, np.nan), np.full_like(means, np.nan)
    errors = differences.std(-1, ddof=1) / np.sqrt(n)
    errors = np.where(np.ptp(differences, axis=-1) < ALIKE, 0.0, errors)
    reach = t.ppf((1 + CONFIDENCE) / 2, n - 1) * errors
    return means, means - reach, means + reach
