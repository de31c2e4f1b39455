"""A network of your own: a torch module that hears bursts of sound, sampled as rows of a table.

In half of the tasks a class is how high a burst is, whenever it comes; in the others it is when it
comes, however high it is. Dense layers would have to learn every moment by itself.
"""

# %% The network: any module that makes features (n, width) of inputs (n, features).
import numpy as np
import torch
from torch import Tensor, nn

import treemeta


class Ear(nn.Module):
    """Two convolutions over time."""

    def __init__(self) -> None:
        super().__init__()
        self.near = nn.Conv1d(1, 12, 9, stride=2, padding=4)
        self.far = nn.Conv1d(12, 12, 5, stride=2, padding=2)

    def forward(self, rows: Tensor) -> Tensor:
        """Return ``Tensor[n, 144]`` for rows of 48 samples, ``Tensor[n, 48]``."""
        hidden = torch.relu(self.near(rows[:, None]))
        return torch.relu(self.far(hidden)).flatten(1)


# %% Make the bursts; yours come from a microphone.
PITCHES, MOMENTS = (0.5, 0.9, 1.4, 2.0), (8, 18, 28, 38)
rng = np.random.default_rng(0)


def burst(pitch: float, moment: int) -> np.ndarray:
    """Return 48 samples with a burst in them, noisy and a little off."""
    time = np.arange(48) - moment - rng.normal(0, 1)
    wave = np.sin(pitch * time + rng.uniform(0, 2 * np.pi)) * np.exp(-((time / 5) ** 2))
    return wave + rng.normal(0, 0.1, 48)


def bursts(asked: str, label: int, n: int = 12) -> np.ndarray:
    """Return bursts of a class of a task that asks for their pitch, or for their moment."""
    pitches, moments = rng.integers(4, size=n), rng.integers(4, size=n)
    (pitches if asked == "pitch" else moments)[:] = label
    return np.stack([burst(PITCHES[p], MOMENTS[m]) for p, m in zip(pitches, moments, strict=True)])


def task(asked: str) -> dict[str, np.ndarray]:
    """Return the four classes of a task."""
    return {f"class{label}": bursts(asked, label) for label in range(4)}


# %% Grow a tree with it. Where several workers are asked for, each imports this file.
if __name__ == "__main__":
    asked = ("pitch", "moment")
    tasks = {f"{asked[n % 2]}{n:02d}": task(asked[n % 2]) for n in range(16)}
    data = treemeta.dataset(tasks, held_out=["pitch14", "moment15"])
    options = {
        "network": Ear, "ways": 4, "shots": 4, "queries": 4, "meta_steps": 120,
        "probe_episodes": 16, "max_depth": 1,
    }  # fmt: skip
    tree = treemeta.grow(data, options, workers=2)
    print(tree.table[["tasks", "accuracy"]])
    for node in tree.nodes:
        print(node.name, *node.tasks)

    # %% The registry tells the class and the digest of its source; it is handed over again to
    # answer, as nothing that a registry names is ever imported.
    tree = treemeta.open_tree("latest", network=Ear)
    new = task("pitch")
    support = {name: rows[:5] for name, rows in new.items()}
    print(tree.stored.config["module"], tree.route(support))
    predictor = tree.adapt(np.concatenate(list(support.values())), np.repeat(list(support), 5))
    right = [(predictor.predict(rows[5:]) == name).mean() for name, rows in new.items()]
    print(f"accuracy {np.mean(right):.2f}")
