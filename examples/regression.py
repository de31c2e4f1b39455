"""Numbers instead of classes: waves and parabolas, told from a few points of each."""

# %% Make the points; a table with a column target would do as well.
from collections.abc import Callable

import numpy as np

import treemeta

rng = np.random.default_rng(0)


def wave() -> Callable[[np.ndarray], np.ndarray]:
    """Draw a wave."""
    height, shift = rng.uniform(5, 10), rng.uniform(0, 6)
    return lambda x: 20 + height * np.sin(2 * x + shift)


def parabola() -> Callable[[np.ndarray], np.ndarray]:
    """Draw a parabola."""
    bend, slope = rng.uniform(-2, 2, 2)
    return lambda x: 20 + bend * x**2 + slope * x


def points(function: Callable[[np.ndarray], np.ndarray], n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return inputs [n, 1] and what a function is there, a little off."""
    x = rng.uniform(-3, 3, n)
    return x[:, None], function(x) + rng.normal(0, 0.3, n)


tasks = {
    f"{kind.__name__}{n:02d}": points(kind(), 60) for n in range(15) for kind in (wave, parabola)
}
data = treemeta.dataset(tasks, held_out="*1[34]")

# %% Grow a tree on them.
tree = treemeta.grow(data, {"meta_steps": 300, "filters": 32, "probe_episodes": 8})
print(tree.table[["tasks", "mse", "reliability"]])
for node in tree.nodes:
    print(node.name, *node.tasks)

# %% From ten points of a wave, what is it elsewhere?
unknown = wave()
predictor = tree.adapt(*points(unknown, 10))
print(predictor.route)
x = np.linspace(-2.5, 2.5, 6)
told = predictor.predict(x[:, None])
truth = unknown(x)
for one in zip(x, told, truth, strict=True):
    print("x {:5.1f}  told {:5.1f}  truth {:5.1f}".format(*one))
print(f"mean error {np.abs(told - truth).mean():.2f}, of a mean {np.abs(truth - 20).mean():.2f}")
