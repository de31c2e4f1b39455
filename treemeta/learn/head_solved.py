"""The gradient of an episode's loss with its head solved first: a direction at any init."""

import torch
from torch import Tensor

from treemeta.config import Config
from treemeta.learn.fast import network, patch_moments
from treemeta.learn.layout import first_patches, is_fast, layout_of
from treemeta.learn.network import features
from treemeta.learn.params import Params, body, device_of
from treemeta.learn.ridge import centred_targets, ridge_head

PENALTY = 1.0  # Weaker penalties follow single episodes: their split-half reliability is lower.
TOGETHER = 64  # episodes at once on a GPU


def head_solved_all(config: Config, params: Params, images: Tensor, labels: Tensor) -> Tensor:
    """Return what ``head_solved`` does for ``B`` episodes, ``Tensor[B, dim]``.

    ``images`` is ``Tensor[B, n, *shape]`` and ``labels`` ``int64[B, n]``.
    """
    if not is_fast(config):
        episodes = zip(images, labels, strict=True)
        return torch.stack([head_solved(params, *episode, config.norm) for episode in episodes])
    size = 1 if images.device.type == "cpu" else TOGETHER  # see learn.inner.adapt_all
    parts = zip(torch.split(images, size), torch.split(labels, size), strict=True)
    init = layout_of(config).pack(_with_head(config, params))
    return torch.cat([head_solved_together(config, init, *part) for part in parts])


def head_solved(params: Params, images: Tensor, labels: Tensor, norm: str) -> Tensor:
    """Return minus the gradient of one episode's loss with its head solved first, ``Tensor[dim]``.

    The labels of an episode are an arbitrary permutation, so a head that was not fitted to them
    sends a random signal into the features; the solved head permutes with them, and the gradient
    does not. The head is held as it is: with its penalty, this is near the gradient of the loss
    minimised over heads, and not the same.
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
    net = network(layout, count, n, images.device, images.dtype)
    net.values.copy_(init)
    patches = first_patches(images.flatten(0, 1)).view(count, -1, 10)
    hidden = net.features(patches, *patch_moments(patches))
    targets = centred_targets(labels).to(hidden.dtype)
    head = ridge_head(hidden, targets, PENALTY)
    net.backward((hidden @ head - targets) @ head.mT * (2 / n))
    return net.gradients.index_select(1, layout.body.to(images.device)).neg_()


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
