"""Networks of torchvision's, trained on photographs, without their last layer: what they make of an
image are its features."""

import os
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from urllib.error import URLError

import torch
from PIL import Image
from torch import Tensor, nn
from torchvision import models
from torchvision.transforms._presets import ImageClassification

from treemeta.errors import ConfigError, DataError, StorageError, unreadable

SIDE = 224  # pixels of an image as most are trained on; the least side of one is 256 before
COUNTERS = "num_batches_tracked"  # which say nothing of features, and older files have none


@dataclass(frozen=True)
class Backbone:
    """A network that makes features ``Tensor[n, width]`` of ``Tensor[n, 3, side, side]``, and what
    makes such an input of an image."""

    network: nn.Module
    see: Callable[[Image.Image], Tensor]
    width: int


def check_backbone(name: str) -> None:
    """Raise ``ConfigError`` unless torchvision has a classifier of a name."""
    known = models.list_models(module=models)
    if name not in known:
        close = get_close_matches(name, known, n=1) or ["resnet18"]
        raise ConfigError(
            f"--backbone {name!r} is no classifier of torchvision's: did you mean {close[0]!r}?"
        )


def backbone(name: str, weights: Path | None, device: str = "cpu") -> Backbone:
    """Return a network by its name in torchvision, with the weights in a file, a state dict of it,
    or else torchvision's own, which are fetched at their first use.

    Raises ``ConfigError`` for a name that is none and for a network without a last linear layer,
    ``DataError`` for weights of another network, ``StorageError`` where none can be fetched.
    """
    check_backbone(name)
    state = read_weights(weights) if weights else None
    network, see = _fetched(name) if state is None else _built(name)
    head, width = _behead(name, network)
    if state is not None:
        below = {key: one for key, one in state.items() if not key.startswith(f"{head}.")}
        _check_fits(name, network.state_dict(), below, weights)
        network.load_state_dict(below, strict=False)
    return Backbone(network.eval().requires_grad_(False).to(device), see, width)


def read_weights(path: Path) -> dict[str, Tensor]:
    """Return the state dict in a file; nothing in it is run."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what is refused or read all the same
            state = torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        raise DataError(
            f"weights {str(path)!r} cannot be read ({error.strerror}): name another file"
        ) from error
    except Exception as error:  # parsers of strange bytes raise what they like
        raise unreadable(path, error) or _no_state(path, "is not made of tensors alone") from error
    if not isinstance(state, Mapping):
        raise _no_state(path, f"holds {type(state).__name__}")
    for key, one in state.items():
        if not isinstance(one, Tensor):
            raise _no_state(path, f"has {str(key)!r:.60}, which is no tensor")
    return dict(state)


def _no_state(path: Path, why: str) -> DataError:
    return DataError(
        f"weights {str(path)!r} are no state dict, as the file {why}: write one by "
        "torch.save(model.state_dict(), FILE)"
    )


def _built(name: str) -> tuple[nn.Module, Callable[[Image.Image], Tensor]]:
    network = models.get_model(name, weights=None)
    if hasattr(network, "transform_input"):  # as torchvision sets it along with weights
        network.transform_input = True
    return network, ImageClassification(crop_size=SIDE)


def _fetched(name: str) -> tuple[nn.Module, Callable[[Image.Image], Tensor]]:
    weights = models.get_model_weights(name).DEFAULT
    try:
        with _without_pickle(), redirect_stdout(sys.stderr):  # where torch tells what it fetches
            return models.get_model(name, weights=weights), weights.transforms()
    except (URLError, TimeoutError, ConnectionError) as error:
        reason = getattr(error, "reason", error)
        raise StorageError(
            f"the weights of {name} cannot be fetched ({reason}): get {weights.url} on a machine "
            "with internet, and name that file by --weights"
        ) from error
    except Exception as error:  # of a file that is damaged, or not what it is called
        raise unreadable(name, error) or DataError(
            f"the weights of {name} in {torch.hub.get_dir()}/checkpoints cannot be read: delete "
            f"it there, {Path(weights.url).name}, and try again"
        ) from error


@contextmanager
def _without_pickle() -> Iterator[None]:
    """Have torch read weights without pickle: torchvision itself would trust what lies in the cache
    of an earlier download."""
    name = "TORCH_FORCE_WEIGHTS_ONLY_LOAD"
    before = os.environ.get(name)
    os.environ[name] = "1"
    try:
        yield
    finally:
        os.environ.pop(name)
        if before is not None:
            os.environ[name] = before


def _behead(name: str, network: nn.Module) -> tuple[str, int]:
    """Take a network's last layer from it; return what it was called, and its inputs."""
    linear = [(key, one) for key, one in network.named_modules() if isinstance(one, nn.Linear)]
    if not linear:
        raise ConfigError(f"--backbone {name} ends in no linear layer: choose another, as resnet18")
    head, last = linear[-1]
    above, _, leaf = head.rpartition(".")
    setattr(network.get_submodule(above), leaf, nn.Identity())
    return head, last.in_features


def _check_fits(
    name: str, wanted: Mapping[str, Tensor], given: Mapping[str, Any], path: Path | None
) -> None:
    """Raise ``DataError`` unless a state dict is that of a network, its last layer aside."""
    wanted = {key: one for key, one in wanted.items() if not key.endswith(COUNTERS)}
    missing = sorted(wanted.keys() - given.keys())
    strange = sorted(key for key in given.keys() - wanted.keys() if not key.endswith(COUNTERS))
    other = sorted(
        key for key, one in wanted.items() if key in given and given[key].shape != one.shape
    )
    if missing:
        why = f"lack {missing[0]!r} and {len(missing)} tensors in all"
    elif other:
        shapes = [list(one[other[0]].shape) for one in (given, wanted)]
        why = f"have {other[0]!r} of shape {shapes[0]}, where it has {shapes[1]}"
    elif strange:
        why = f"have {strange[0]!r:.60}, which it has not"
    else:
        return
    raise DataError(f"weights {str(path)!r} are not of {name}, as they {why}: name its own")
