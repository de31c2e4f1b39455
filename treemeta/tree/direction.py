"""Directions: which way a task pulls an init, per episode and without the head."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from treemeta.config import Config
from treemeta.errors import ConfigError
from treemeta.learn.fast import network, patch_moments
from treemeta.learn.inner import adapt_all
from treemeta.learn.layout import first_patches, is_fast, layout_of
from treemeta.learn.network import features
from treemeta.learn.params import Params, body, device_of, flatten
from treemeta.learn.ridge import centred_targets, ridge_head
from treemeta.learn.solved import meta_gradient
from treemeta.tasks.episode import draw_minibatches
from treemeta.tasks.load import LoadedEpisode

PENALTY = 1.0  # Weaker penalties follow single episodes: their split-half reliability is lower.
TOGETHER = 64  # episodes at once on a GPU


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
    if config.direction == "meta_gradient":
        return torch.stack([meta_gradient(params, one, config.norm) for one in episodes])
    images, labels = (torch.stack(each) for each in zip(*map(whole, episodes), strict=True))
    if config.direction == "displacement":
        return displacements(config, params, images, labels, rngs)
    if not is_fast(config):
        found = [
            head_solved(params, *episode, config.norm)
            for episode in zip(images, labels, strict=True)
        ]
        return torch.stack(found)
    size = 1 if device_of(params).type == "cpu" else TOGETHER  # see learn.inner.adapt_all
    parts = zip(torch.split(images, size), torch.split(labels, size), strict=True)
    init = layout_of(config).pack(_with_head(config, params))
    return torch.cat([head_solved_together(config, init, *part) for part in parts])


def whole(episode: LoadedEpisode) -> tuple[Tensor, Tensor]:
    """Return all images of an episode as one set with its labels, class by class."""
    ways = int(episode.support_labels[-1]) + 1
    parts = [each.view(ways, -1, *each.shape[1:]) for each in (episode.support, episode.query)]
    images = torch.cat(parts, 1)
    labels = torch.arange(ways, device=images.device).repeat_interleave(images.shape[1])
    return images.flatten(0, 1), labels


def of_support(config: Config, images: Tensor, labels: Tensor) -> LoadedEpisode:
    """Return an episode made of a support ``Tensor[ways * shots, *shape]`` alone: where the
    direction needs queries, the later half of each class stands for them."""
    shots = len(labels) // (int(labels[-1]) + 1)
    known = (shots + 1) // 2 if config.direction == "meta_gradient" else shots
    first = torch.arange(len(labels), device=labels.device) % shots < known
    return LoadedEpisode(images[first], labels[first], images[~first], labels[~first])


def _with_head(config: Config, params: Params) -> Params:
    """Return parameters of the layout of ``fast.py``, with a head that plays no part."""
    if "head.weight" in params:
        return params
    blank = {
        name: torch.zeros(tensor.shape, device=device_of(params))
        for name, tensor in layout_of(config).like.items()
        if name.startswith("head.")
    }
    return body(params) | blank


def head_solved(params: Params, images: Tensor, labels: Tensor, norm: str) -> Tensor:
    """Return minus the gradient of one episode's loss with its head solved first, ``Tensor[dim]``.

    The labels of an episode are an arbitrary permutation, so a head that was not fitted to them
    sends a random signal into the features; the solved head permutes with them, and the gradient
    does not. Since the head is optimal, this is the gradient of the loss minimised over heads.
    """
    leaves = {name: tensor.detach().requires_grad_() for name, tensor in body(params).items()}
    hidden = features(leaves, images, norm)
    targets = centred_targets(labels).to(hidden.dtype)
    head = ridge_head(hidden.detach(), targets, PENALTY)
    loss = ((hidden @ head - targets) ** 2).sum(1).mean()
    return -torch.cat([g.reshape(-1) for g in torch.autograd.grad(loss, list(leaves.values()))])


@torch.no_grad()
def head_solved_together(config: Config, init: Tensor, images: Tensor, labels: Tensor) -> Tensor:
    """Return what ``head_solved`` does for every episode, ``Tensor[B, dim]``, on fast gradients;
    ``init`` is ``Tensor[whole dim]`` in the config's layout."""
    layout = layout_of(config)
    count, n = labels.shape
    net = network(layout, count, n, init.device, init.dtype)
    net.values.copy_(init)
    patches = first_patches(images.flatten(0, 1)).view(count, -1, 10)
    hidden = net.features(patches, *patch_moments(patches))
    targets = centred_targets(labels).to(hidden.dtype)
    head = ridge_head(hidden, targets, PENALTY)
    net.backward((hidden @ head - targets) @ head.mT * (2 / n))
    return net.gradients.index_select(1, layout.body.to(init.device)).neg_()


def displacements(
    config: Config,
    params: Params,
    images: Tensor,
    labels: Tensor,
    rngs: Sequence[np.random.Generator],
) -> Tensor:
    """Return how far adaptation moves the init: ``phi_i* - phi``, Reptile's own direction."""
    layout, n = layout_of(config), labels.shape[1]
    size, init = min(config.inner_batch_size, n), layout.pack(params)
    minibatches = np.stack([draw_minibatches(n, size, config.inner_steps, rng) for rng in rngs])
    adapted, _ = adapt_all(config, init.expand(len(rngs), -1), images, labels, minibatches)
    return torch.stack([flatten(body(layout.unpack(each))) for each in adapted - init])
