"""From positions of inputs to tensors on a device."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from treemeta.tasks.dataset import Dataset
from treemeta.tasks.episode import Episode

CPU = torch.device("cpu")


@dataclass(frozen=True)
class LoadedEpisode:
    """An episode as tensors: images ``Tensor[n, channels, side, side]`` in [0, 1], or rows
    ``Tensor[n, features]``, and labels ``int64[n]``, or where tasks tell numbers ``float32[n]``."""

    support: Tensor
    support_labels: Tensor
    query: Tensor
    query_labels: Tensor


def load_episode(dataset: Dataset, episode: Episode, device: torch.device = CPU) -> LoadedEpisode:
    """Return an episode's images and labels on a device."""
    return LoadedEpisode(
        *load(dataset, episode.support, device), *load(dataset, episode.query, device)
    )


def load(dataset: Dataset, rows: np.ndarray, device: torch.device = CPU) -> tuple[Tensor, Tensor]:
    """Return inputs ``Tensor[ways * n, *shape]``, images in [0, 1], and labels for rows
    ``int[ways, n]``, on a device."""
    drawn = rows.reshape(-1)
    if device.type == "cpu":
        pixels = torch.from_numpy(dataset.images[drawn])
    else:
        pixels = resident(dataset, device)[torch.from_numpy(drawn).to(device)]
    if dataset.targets is not None:
        return pixels, torch.from_numpy(dataset.targets[drawn]).to(device)
    labels = torch.arange(rows.shape[0], device=device).repeat_interleave(rows.shape[1])
    return inputs_of(pixels), labels


def inputs_of(pixels: Tensor) -> Tensor:
    """Return packed inputs as a network takes them: images, ``uint8[n, side, side]`` or in colour
    ``uint8[n, side, side, 3]``, as ``Tensor[n, channels, side, side]`` in [0, 1]; rows as they
    are."""
    if pixels.dim() == 2:
        return pixels
    shown = pixels.unsqueeze(1) if pixels.dim() == 3 else pixels.permute(0, 3, 1, 2)
    return shown.float().div_(255)


def stacked(episodes: Sequence[LoadedEpisode]) -> LoadedEpisode:
    """Return episodes of one size as one, with a leading axis."""
    parts = zip(*(vars(one).values() for one in episodes), strict=True)
    return LoadedEpisode(*map(torch.stack, parts))


_residents: dict[tuple[str, torch.device], Tensor] = {}


def resident(dataset: Dataset, device: torch.device) -> Tensor:
    """Return all images of a data set on a device as they are packed, moved there once."""
    key = (dataset.fingerprint, device)
    if key not in _residents:
        _residents[key] = torch.from_numpy(np.array(dataset.images)).to(device)
    return _residents[key]


def turned(episode: LoadedEpisode, quarters: np.ndarray) -> LoadedEpisode:
    """Return an episode in which the images of each class are turned by ``int[ways]`` quarters:
    turned copies of a character are other characters (Santoro et al. 2016)."""

    def turn(images: Tensor) -> Tensor:
        classes = images.view(len(quarters), -1, *images.shape[1:])
        kept = [
            torch.rot90(each, int(k), (-2, -1)) for each, k in zip(classes, quarters, strict=True)
        ]
        return torch.cat(kept)

    return replace(episode, support=turn(episode.support), query=turn(episode.query))
