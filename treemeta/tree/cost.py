"""What a network costs, counted from its shapes: parameters, and multiply-adds of an input."""

from collections.abc import Iterator
from dataclasses import replace

from treemeta.config import Config
from treemeta.learn.dense import HIDDEN
from treemeta.learn.network import BLOCKS
from treemeta.store.records import Tree

KERNEL = 9  # weights of a convolution between two channels
SOLVED_HEAD = (
    2  # a penalty and a temperature; of numbers a noise, and of weights means and a variance
)


def parameters(config: Config) -> int:
    """Return the number of parameters of an init."""
    layers = list(_layers(config))
    norms, width = 2 * config.filters * len(layers), config.filters
    if config.of_rows:
        norms -= 2 * config.filters  # the last layer is linear
    else:
        width *= layers[-1][1] ** 2
    head = SOLVED_HEAD if config.targets == "classes" else width + 3
    if config.learner == "reptile":
        head = config.ways * (width + 1)
    return trunk_parameters(config) + norms + head


def trunk_parameters(config: Config) -> int:
    """Return the number of parameters of an init's convolutions, or of its dense layers."""
    kernel = 1 if config.of_rows else KERNEL
    return sum(kernel * channels * config.filters for channels, _ in _layers(config))


def tree_parameters(config: Config, tree: Tree) -> int:
    """Return the number of parameters of all leaves of a tree, a trunk that they share once."""
    leaves, trunk = tree.leaves(), trunk_parameters(config)
    trunks = {leaf.trunk or leaf.name for leaf in leaves}
    return len(trunks) * trunk + len(leaves) * (parameters(config) - trunk)


def multiply_adds(config: Config) -> int:
    """Return the multiply-adds of the strided convolutions on one image, or of the dense layers on
    one row; whatever else an episode takes is small beside them."""
    if config.of_rows:
        return trunk_parameters(config)
    return sum(KERNEL * channels * config.filters * side**2 for channels, side in _layers(config))


def filters_for(config: Config, least: int) -> int:
    """Return the fewest filters with which an init has at least so many parameters."""
    low, high = config.filters, 2 * config.filters
    while parameters(replace(config, filters=high)) < least:
        high *= 2
    while low < high:
        middle = (low + high) // 2
        if parameters(replace(config, filters=middle)) < least:
            low = middle + 1
        else:
            high = middle
    return low


def _layers(config: Config) -> Iterator[tuple[int, int]]:
    """Yield the channels that each convolution takes and the side of what it gives; of rows what
    each layer takes."""
    if config.of_rows:
        for width in (config.features, *[config.filters] * HIDDEN[config.network]):
            yield width, 1
        return
    channels, side = config.shape
    for _ in range(BLOCKS[config.network]):
        side = (side + 1) // 2
        yield channels, side
        channels = config.filters
