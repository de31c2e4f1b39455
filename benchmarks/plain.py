"""The peers: Reptile as it is usually written, and the machine's own speed at the same products."""

import copy
import time

import torch
from torch import Tensor, nn
from torch.nn import functional as F

BATCH, STEPS, TASKS = 10, 5, 5  # images of a step, steps of an adaptation, tasks of a meta-batch
IMAGES = BATCH * STEPS * TASKS  # of one meta-step
# (rows, inner, columns) of every product that a step of BATCH images on conv2 with 64 filters needs
PRODUCTS = [
    (BATCH * 196, 9, 64), (BATCH * 49, 576, 64), (BATCH, 3136, 5),  # forward
    (5, BATCH, 3136), (BATCH, 5, 3136),  # the head's gradients
    (576, BATCH * 49, 64), (BATCH * 49, 64, 576), (9, BATCH * 196, 64),  # the layers'
]  # fmt: skip


def model() -> nn.Module:
    def block(channels: int) -> list[nn.Module]:
        return [
            nn.Conv2d(channels, 64, 3, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(64, track_running_stats=False),
            nn.ReLU(),
        ]

    return nn.Sequential(*block(1), *block(64), nn.Flatten(), nn.Linear(3136, 5))


def loop_rate(meta_steps: int) -> float:
    """Return images per second of the plain loop: clone, Adam, backward, interpolate.

    In the style of learn2learn and of PyTorch ports of Reptile; the images lie ready in memory.
    """
    net = model()
    images = torch.rand(TASKS, BATCH * STEPS, 1, 28, 28).round()
    labels = torch.arange(5).repeat(BATCH * STEPS // 5)
    _meta_step(net, images, labels)
    started = time.perf_counter()
    for _ in range(meta_steps):
        _meta_step(net, images, labels)
    return meta_steps * IMAGES / (time.perf_counter() - started)


def _meta_step(net: nn.Module, images: Tensor, labels: Tensor) -> None:
    ended = []
    for task in images:
        learner = copy.deepcopy(net)
        optimizer = torch.optim.Adam(learner.parameters(), lr=0.001, betas=(0.0, 0.999))
        for rows in torch.split(torch.randperm(BATCH * STEPS), BATCH):
            optimizer.zero_grad()
            F.cross_entropy(learner(task[rows]), labels[rows]).backward()  # type: ignore[no-untyped-call]
            optimizer.step()
        ended.append(learner.state_dict())
    with torch.no_grad():
        for name, tensor in net.state_dict().items():
            tensor += torch.stack([one[name] for one in ended]).mean(0) - tensor


def products_rate(seconds: float) -> float:
    """Return images per second if a step were nothing but its matrix products."""
    pairs = [(torch.rand(m, k), torch.rand(k, n), torch.empty(m, n)) for m, k, n in PRODUCTS]
    steps, started = 0, time.perf_counter()
    while time.perf_counter() - started < seconds:
        for _ in range(20):
            for a, b, out in pairs:
                torch.mm(a, b, out=out)
        steps += 20
    return steps * BATCH / (time.perf_counter() - started)
