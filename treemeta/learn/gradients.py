"""What an episode costs with its head solved, and which way that pulls an init."""

import torch
from torch import Tensor

from treemeta.learn.network import channels_last, features
from treemeta.learn.params import Params, body, flatten
from treemeta.learn.targets import targets_of
from treemeta.tasks.load import LoadedEpisode

OUTER_HEAD = ("head.weight", "head.bias")  # of an inner loop: a solved head is another


def seen_together(params: Params, episode: LoadedEpisode, norm: str) -> tuple[Tensor, Tensor]:
    """Return the features of an episode's support and of its queries, which share their batch norm;
    of rows, those of many episodes ``Tensor[B, n, features]`` too."""
    along = episode.support_labels.dim() - 1
    hidden = features(params, torch.cat([episode.support, episode.query], along), norm)
    n = episode.support.shape[along]
    return hidden.narrow(along, 0, n), hidden.narrow(along, n, hidden.shape[along] - n)


def query_loss(params: Params, episode: LoadedEpisode, norm: str) -> Tensor:
    """Return what an episode costs once its head is solved on its support; of several, each."""
    support, query = seen_together(params, episode, norm)
    told = targets_of(episode.support_labels)
    labels = episode.support_labels, episode.query_labels
    return told.episode_losses(params, support, labels[0], query, labels[1])


def query_outputs(params: Params, episode: LoadedEpisode, norm: str) -> Tensor:
    """Return what the queries are answered in training, ``Tensor[queries, ways]``."""
    support, query = seen_together(params, episode, norm)
    return targets_of(episode.support_labels).outputs(
        params, support, episode.support_labels, query
    )


def loss_gradient(params: Params, episode: LoadedEpisode, norm: str) -> tuple[Params, Tensor]:
    """Return the gradient of ``query_loss`` with respect to every parameter, and its value; of
    several episodes that of the mean, and the values ``Tensor[B]``."""
    leaves = {name: p.detach().requires_grad_() for name, p in channels_last(params).items()}
    losses = query_loss(leaves, episode, norm)
    gradients = torch.autograd.grad(losses.mean(), list(leaves.values()))
    return dict(zip(leaves, gradients, strict=True)), losses.detach()


def gradient_and_answers(
    params: Params, episode: LoadedEpisode, norm: str
) -> tuple[Params, Tensor, Tensor]:
    """Return the gradient of the loss of an episode of classes, its value, and the logits of its
    queries."""
    leaves = {name: p.detach().requires_grad_() for name, p in channels_last(params).items()}
    logits = query_outputs(leaves, episode, norm)
    loss = targets_of(episode.query_labels).loss(logits, episode.query_labels)
    gradients = torch.autograd.grad(loss, list(leaves.values()))
    return dict(zip(leaves, gradients, strict=True)), loss.detach(), logits.detach()


def meta_gradient(params: Params, episode: LoadedEpisode, norm: str) -> Tensor:
    """Return which way an episode pulls an init, ``Tensor[dim]`` without the head: minus the
    gradient of its query loss with the head solved on its support.

    At an init that was trained on all tasks together these nearly sum to nought: what is left of
    each is what the others take from it.
    """
    kept = {name: tensor for name, tensor in params.items() if name not in OUTER_HEAD}
    gradient, _ = loss_gradient(kept, episode, norm)
    return -flatten(body(gradient))


def meta_gradients(params: Params, episodes: LoadedEpisode) -> Tensor:
    """Return which way each of many episodes of rows that tell numbers pulls an init,
    ``Tensor[B, dim]``: all at once, by a copy of the parameters for each."""
    count = len(episodes.support)
    kept = {name: tensor for name, tensor in params.items() if name not in OUTER_HEAD}
    copies = {
        name: tensor.detach().expand(count, *tensor.shape).clone().requires_grad_()
        for name, tensor in kept.items()
    }
    pulled = {name: copies[name] for name in body(copies)}
    loss = query_loss(copies, episodes, "none").sum()
    gradients = torch.autograd.grad(loss, list(pulled.values()))
    return -torch.cat([each.reshape(count, -1) for each in gradients], 1)
