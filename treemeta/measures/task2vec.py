"""The task2vec measure: which filters of the network a task is sensitive to (Achille et al. 2019).

A task's embedding is the diagonal of its Fisher information at the init, averaged over the weights
of each filter. The likelihood is that of the squared error around an episode's head in closed form,
as everywhere here, so that nothing has to be trained.
"""

from dataclasses import replace

import numpy as np
import torch
from torch import Tensor
from torch.func import grad, vmap

from treemeta.learn.head_solved import PENALTY
from treemeta.learn.network import features, features_given, norm_statistics
from treemeta.learn.params import Params, body
from treemeta.learn.ridge import centred_targets, ridge_head
from treemeta.measures.direction import draw_until
from treemeta.measures.similarity import Similarity, named
from treemeta.measures.subject import Subject
from treemeta.randomness import generator
from treemeta.tasks.dataset import check_enough
from treemeta.tree.direction import whole
from treemeta.tree.probe import Probe, TaskProbe, probe_by, probe_episode, task_probes
from treemeta.tree.reliability import pairs_correlation, stepped_up


def measure(subject: Subject) -> Similarity:
    """Return normalised cosines across independent halves of episodes."""
    config, dataset, tasks = subject.config, subject.dataset, subject.tasks
    check_enough(dataset, tasks, config.ways, 2)

    episodes = min(config.probe_episodes, subject.most)

    setting = subject.setting
    if config.direction == "meta_gradient":  # of its many images only these few are needed
        setting = replace(setting, config=replace(config, direction="head_solved"))

    def draw(number: int) -> Probe:
        units = task_probes(setting, subject.params, tasks, episodes, ("task2vec", number))
        return probe_by(task_fisher, units, setting.engine)

    whole, reliable = draw_until(draw, _reliability, subject.target, subject.most)
    a, b = _halves(whole)
    across = normalised_cosines(a, b)
    return Similarity(
        "task2vec",
        "similarity",
        named((across + across.T) / 2, whole.tasks),
        reliable,
        whole.episodes,
        halves=True,
    )


def normalised_cosines(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return ``float[n, m]`` for embeddings ``float[n, filters]`` and ``float[m, filters]``: the
    cosine of ``a / (a + b)`` and ``b / (a + b)``, 1 for equal ones, however large both are.

    Achille et al. 2019, equation 4. Filters that neither task is sensitive to have no say.
    """
    rows = []
    for one in a:
        total = one + b
        total = np.where(total > 0, total, 1)
        left, right = one / total, b / total
        lengths = np.linalg.norm(left, axis=1) * np.linalg.norm(right, axis=1)
        rows.append((left * right).sum(1) / np.where(lengths > 0, lengths, 1))
    return np.stack(rows)


def task_fisher(unit: TaskProbe) -> np.ndarray:
    """Return ``float32[2, blocks, filters]``, the mean embeddings of one task's episodes."""
    shape = (2, unit.blocks, unit.per_block)
    rngs = [generator(unit.config.seed, *unit.address, *at, "fisher") for at in np.ndindex(shape)]
    episodes = [whole(probe_episode(unit, rng)) for rng in rngs]
    diagonals = [
        fisher(unit.params, *episode, unit.config.norm, rng)
        for episode, rng in zip(episodes, rngs, strict=True)
    ]
    return torch.stack(diagonals).cpu().numpy().reshape(*shape, -1).mean(axis=2)


def fisher(
    params: Params, images: Tensor, labels: Tensor, norm: str, rng: np.random.Generator
) -> Tensor:
    """Return the Fisher information of each filter's weights, ``Tensor[filters of all layers]``.

    With a normal likelihood it is the sum over outputs of their squared gradients, estimated from
    one gradient an image, that of the outputs added with random signs (Hutchinson 1990).
    """
    below = {name: tensor.detach() for name, tensor in body(params).items()}
    seen = norm_statistics(below, images) if norm == "batch" else None

    def hidden(values: Params, image: Tensor) -> Tensor:
        return (
            features(values, image, norm) if seen is None else features_given(values, image, seen)
        )

    known = hidden(below, images)
    head = ridge_head(known, centred_targets(labels).to(known.dtype), PENALTY)
    signs = torch.from_numpy(rng.choice([-1.0, 1.0], size=(len(images), head.shape[1])))

    def output(values: Params, image: Tensor, sign: Tensor) -> Tensor:
        return (hidden(values, image[None])[0] @ head) @ sign

    gradients = vmap(grad(output), in_dims=(None, 0, 0))(below, images, signs.to(known))
    kernels = [each for each in gradients.values() if each.dim() > 2]  # the first axis is images
    return torch.cat([each.square().transpose(0, 1).flatten(1).mean(1) for each in kernels])


def _halves(whole: Probe) -> tuple[np.ndarray, np.ndarray]:
    a, b = whole.directions.mean(axis=2, dtype=np.float64).swapaxes(0, 1)
    return a, b


def _reliability(whole: Probe) -> float | None:
    return stepped_up(pairs_correlation(*(normalised_cosines(h, h) for h in _halves(whole))))
