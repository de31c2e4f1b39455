"""What data say of the config that is to train on them."""

from dataclasses import replace
from typing import Any

import numpy as np

from treemeta.config import Config
from treemeta.defaults import AUTO, SIDE
from treemeta.errors import ConfigError
from treemeta.kinds import is_packed
from treemeta.tasks.dataset import Dataset
from treemeta.tasks.pace import paced


def fitted(config: Config, dataset: Dataset) -> Config:
    """Return a config with what its data say: the shape of inputs, what tasks tell, and of a table
    how long it is learned from. Raises ``ConfigError`` where it asks for something else."""
    if config.of_rows:
        return _of_rows(config, dataset)
    channels: Any = str(dataset.shape[0])
    if is_packed(config.dataset):
        _check_shape(config, dataset)
    return replace(config, channels=channels, size=dataset.shape[1])


def _of_rows(config: Config, dataset: Dataset) -> Config:
    (features,) = dataset.shape
    targets: Any = "classes" if dataset.targets is None else "numbers"
    if config.targets not in (AUTO, targets):
        raise ConfigError(
            f"--targets {config.targets} is not what {dataset.name} has: leave it out for {targets}"
        )
    told = replace(config, features=features, targets=targets)
    if targets == "numbers":  # of these it counts how many features vary
        features = int(np.count_nonzero(np.ptp(dataset.images, axis=0)))
    return paced(config, told, dataset.trained_on, features)


def _check_shape(config: Config, dataset: Dataset) -> None:
    """Raise where a config asks for images of another shape than arrays have."""
    channels, size = dataset.shape
    if config.size not in (SIDE, size) or config.channels not in (AUTO, str(channels)):
        raise ConfigError(
            f"--size {config.size} and --channels {config.channels} are not what {dataset.name} "
            f"has, {size} and {channels}: leave them out"
        )
