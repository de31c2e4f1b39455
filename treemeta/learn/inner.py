"""The inner loop as it is run: ``adapt.py``'s, for many inits, on the gradients of ``fast.py``."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from treemeta.config import Config
from treemeta.learn import adapt as plain
from treemeta.learn.fast import Network, network, patch_moments
from treemeta.learn.layout import first_patches, is_fast, layout_of
from treemeta.learn.params import Params

Adapted = tuple[list[Params], list[float]]


def adapt(
    config: Config, params: Params, images: Tensor, labels: Tensor, minibatches: np.ndarray
) -> tuple[Params, float]:
    """Return the adapted parameters and the mean loss over the steps; shapes as ``adapt.adapt``."""
    adapted, losses = adapt_all(config, [params], images[None], labels[None], minibatches[None])
    return adapted[0], losses[0]


def adapt_all(
    config: Config,
    inits: Sequence[Params],
    images: Tensor,
    labels: Tensor,
    minibatches: np.ndarray,
) -> Adapted:
    """Return each of ``B`` inits adapted to its own images, and their mean losses.

    ``images`` is ``Tensor[B, n, *shape]``, ``labels`` ``int64[B, n]`` and ``minibatches``
    ``int[B, steps, size]``. A GPU adapts all at once. A CPU is fastest one by one, and so its bits
    do not depend on the company either.
    """
    if is_fast(config) and images.device.type != "cpu":
        return adapt_together(config, inits, images, labels, minibatches)
    alone = _fast_alone if is_fast(config) else plain.adapt
    ended = [alone(config, *each) for each in zip(inits, images, labels, minibatches, strict=True)]
    return [params for params, _ in ended], [loss for _, loss in ended]


def _fast_alone(
    config: Config, params: Params, images: Tensor, labels: Tensor, minibatches: np.ndarray
) -> tuple[Params, float]:
    adapted, losses = adapt_together(
        config, [params], images[None], labels[None], minibatches[None]
    )
    return adapted[0], losses[0]


@torch.no_grad()
def adapt_together(
    config: Config,
    inits: Sequence[Params],
    images: Tensor,
    labels: Tensor,
    minibatches: np.ndarray,
) -> Adapted:
    """Return what ``adapt_all`` does, for all inits step by step."""
    count, steps, size = minibatches.shape
    layout = layout_of(config)
    net = network(layout, count, size, images.device, images.dtype)
    net.values.copy_(torch.stack([layout.pack(init) for init in inits]))
    second, scores = torch.zeros_like(net.values), []
    starts = torch.arange(count)[:, None, None] * images.shape[1]
    drawn = (torch.from_numpy(minibatches) + starts).transpose(0, 1).to(images.device).flatten()
    patches = first_patches(images.flatten(0, 1)).index_select(0, drawn)
    patches = patches.view(steps, count, size * patches.shape[1], 10)
    targets = F.one_hot(labels.flatten().index_select(0, drawn), config.ways).to(images.dtype)
    targets = targets.view(steps, count, size, config.ways)
    data = zip(patches, *patch_moments(patches), targets, strict=True)
    for step, batch in enumerate(data, start=1):
        scores.append(loss_gradient(net, *batch))
        if config.inner_optimizer == "sgd":
            net.values.sub_(net.gradients, alpha=config.inner_lr)
        else:
            adam_step(net, second, step, config.inner_lr)
    if not scores:
        return list(inits), [0.0] * count
    losses = (torch.stack(scores) * targets).sum((0, 2, 3)).div_(-steps * size)
    return [layout.unpack(vector) for vector in net.values], losses.tolist()


def loss_gradient(
    net: Network, patches: Tensor, mean: Tensor, covariance: Tensor, targets: Tensor
) -> Tensor:
    """Set the gradients of the cross-entropies with targets ``Tensor[B, n, ways]``, and return the
    logarithms of the probabilities, of the same shape."""
    (weight, bias), (g_weight, g_bias) = net.head, net.head_gradients
    features = net.features(patches, mean, covariance)
    scores = torch.baddbmm(bias[:, None], features, net.head_transposed).log_softmax(2)
    wrong = scores.exp().sub_(targets).div_(targets.shape[1])
    torch.bmm(wrong.mT, features, out=g_weight)
    torch.sum(wrong, 1, out=g_bias)
    net.backward(torch.bmm(wrong, weight, out=net.pull))
    return scores


def adam_step(net: Network, second: Tensor, step: int, lr: float) -> None:
    """Take ``adapt.adam_step`` in place, with ``second`` the second moments over ``BETA2**step``:
    that, and moving Adam's bias correction into the rate, saves two passes over memory."""
    decayed = plain.BETA2**step
    root = (decayed / (1 - decayed)) ** 0.5
    second.addcmul_(net.gradients, net.gradients, value=(1 - plain.BETA2) / decayed)
    torch.sqrt(second, out=net.work).add_(plain.EPSILON / root)
    net.values.addcdiv_(net.gradients, net.work, value=-lr / root)
