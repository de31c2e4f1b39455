"""Networks of one's own, for the tests that hand them over."""

import torch
from torch import Tensor, nn


class Matrix(nn.Module):
    """What the network ``linear`` is, of three features."""

    def __init__(self) -> None:
        super().__init__()
        self.dense = nn.Linear(3, 8, bias=False)

    def forward(self, rows: Tensor) -> Tensor:
        hidden: Tensor = self.dense(rows)
        return hidden


class Curve(nn.Module):
    """A hidden layer over one number."""

    def __init__(self) -> None:
        super().__init__()
        self.near, self.far = nn.Linear(1, 16), nn.Linear(16, 8)

    def forward(self, rows: Tensor) -> Tensor:
        hidden: Tensor = self.far(torch.tanh(self.near(rows)))
        return hidden


class Blocks(nn.Module):
    """What the network ``conv2`` is, of four filters."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(1, 4, 3, stride=2, padding=1, bias=False)
        self.second = nn.Conv2d(4, 4, 3, stride=2, padding=1, bias=False)
        self.norms = nn.ModuleList([nn.BatchNorm2d(4), nn.BatchNorm2d(4)])

    def forward(self, images: Tensor) -> Tensor:
        hidden = torch.relu(self.norms[0](self.first(images)))
        return torch.relu(self.norms[1](self.second(hidden))).flatten(1)


class Others(Blocks):
    """The same by another source."""
