"""Directions: which way a task pulls an init, per episode and without the head."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from treemeta.config import Config
from treemeta.errors import ConfigError
from treemeta.learn.gradients import meta_gradient, meta_gradients
from treemeta.learn.head_solved import head_solved_all
from treemeta.learn.inner import adapt_all
from treemeta.learn.params import Params, add, body, flatten
from treemeta.tasks.episode import draw_minibatches
from treemeta.tasks.load import LoadedEpisode, stacked


def columns(params: Params, layers: Sequence[str]) -> np.ndarray:
    """Return which entries of a direction belong to layers, ``int[dim of these]``, in order.

    A layer is ``conv1``, ``norm`` for all norms, or one of its parameters, ``norm2.shift``.
    No layers stand for all. Raises ``ConfigError`` for one that is not there.
    """
    parts = body(params)
    known = {name: {name, name.split(".")[0], name.split(".")[0].rstrip("0123456789")}
             for name in parts}  # fmt: skip
    for layer in layers:
        if not any(layer in names for names in known.values()):
            raise ConfigError(
                f"--layers names {layer!r}, which the network has not: choose of "
                f"{', '.join(sorted(set().union(*known.values())))}"
            )
    kept = [not layers or not known[name].isdisjoint(layers) for name in parts]
    sizes = [tensor.numel() for tensor in parts.values()]
    return np.flatnonzero(np.repeat(kept, sizes))


def directions(
    config: Config,
    params: Params,
    episodes: Sequence[LoadedEpisode],
    rngs: Sequence[np.random.Generator],
) -> Tensor:
    """Return the directions of episodes as ``Tensor[B, dim]``, the head left out.

    An episode's generator draws its minibatches, where there are any.
    """
    if config.direction == "meta_gradient" and config.targets == "numbers":
        return meta_gradients(params, stacked(episodes))
    if config.direction == "meta_gradient":
        return torch.stack([meta_gradient(params, one, config.norm) for one in episodes])
    images, labels = (torch.stack(each) for each in zip(*map(whole, episodes), strict=True))
    if config.direction == "displacement":
        return displacements(config, params, images, labels, rngs)
    return head_solved_all(config, params, images, labels)


def whole(episode: LoadedEpisode) -> tuple[Tensor, Tensor]:
    """Return all images of an episode as one set with its labels, class by class."""
    labels = torch.cat([episode.support_labels, episode.query_labels])
    order = kinds_of(labels).argsort(stable=True)
    return torch.cat([episode.support, episode.query])[order], labels[order]


def kinds_of(labels: Tensor) -> Tensor:
    """Return the class of each label, ``int64[n]``: itself, but numbers are all of one."""
    numbers = labels.is_floating_point()
    return torch.zeros_like(labels, dtype=torch.int64) if numbers else labels


def of_support(config: Config, images: Tensor, labels: Tensor) -> LoadedEpisode:
    """Return an episode made of a support ``Tensor[n, *shape]`` alone: where the direction needs
    queries, the later half of each class stands for them; numbers are all of one."""
    kind = kinds_of(labels)
    shots = kind.bincount()
    known = (shots + 1) // 2 if config.direction == "meta_gradient" else shots
    before = (kind[:, None] == kind).tril(-1).sum(1)  # images of the same class
    first = before < known[kind]
    return LoadedEpisode(images[first], labels[first], images[~first], labels[~first])


def displacements(
    config: Config,
    params: Params,
    images: Tensor,
    labels: Tensor,
    rngs: Sequence[np.random.Generator],
) -> Tensor:
    """Return how far adaptation moves the init: ``phi_i* - phi``, Reptile's own direction."""
    n = labels.shape[1]
    size = min(config.inner_batch_size, n)
    minibatches = np.stack([draw_minibatches(n, size, config.inner_steps, rng) for rng in rngs])
    adapted, _ = adapt_all(config, [params] * len(rngs), images, labels, minibatches)
    return torch.stack([flatten(body(add(each, params, -1))) for each in adapted])
