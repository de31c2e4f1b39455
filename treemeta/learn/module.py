"""Classes of torch modules that somebody handed over to be networks.

A config names such a class, and the digest of its source. It is known to a process because it was
handed over there: what a registry names is never imported.
"""

import hashlib
from functools import lru_cache
from typing import Any

import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.modules.dropout import _DropoutNd
from torch.nn.parameter import UninitializedParameter

from treemeta.errors import ConfigError
from treemeta.learn.source import source_of

_KNOWN: dict[str, type[nn.Module]] = {}  # by the digest of their source


def know(network: Any) -> str:
    """Make a class known to this process, and return how a config names it: with its digest.

    Raises ``ConfigError`` for what can be no network.
    """
    digest = digest_of(network)
    if digest not in _KNOWN:
        _check(_always_the_same(network), network.__qualname__)
        _KNOWN[digest] = network
    return f"{network.__module__}.{network.__qualname__}@{digest}"


def digest_of(network: Any) -> str:
    """Return the beginning of a sha256 over the source of a class and of those that it inherits
    from, torch's own left out."""
    if not (isinstance(network, type) and issubclass(network, nn.Module)):
        what = network.__name__ if isinstance(network, type) else f"a {type(network).__name__}"
        raise ConfigError(
            f"network is {what}, which is no class of torch modules: give a subclass of "
            "torch.nn.Module, itself"
        )
    if "<locals>" in network.__qualname__:
        raise ConfigError(
            f"network {network.__qualname__} is made inside a function, where no other process "
            "finds it: make it at the top of a module"
        )
    own = [one for one in network.__mro__ if not one.__module__.startswith(("torch.", "builtins"))]
    try:
        source = "\n".join(map(source_of, own))
    except OSError as error:
        raise ConfigError(
            f"the source of network {network.__qualname__} cannot be read, and it is known by "
            "that: write it in a file"
        ) from error
    return hashlib.sha256(source.encode()).hexdigest()[:12]


def class_of(module: str) -> type[nn.Module]:
    """Return the class that a config names, or that has a digest.

    Raises ``ConfigError`` where it was not handed over to this process.
    """
    name, _, digest = module.rpartition("@")
    if digest not in _KNOWN:
        short = name.rpartition(".")[2] or "Class"
        raise ConfigError(
            f"the tree's network is {module}, a class that somebody handed over, and no registry "
            f"is believed where code is: open it by treemeta.open_tree(..., network={short}), and "
            "let its resume() train what was interrupted"
        )
    return _KNOWN[digest]


@lru_cache
def module_of(digest: str) -> nn.Module:
    """Return a module of a class that is known, for its code and its buffers: what it does is told
    by parameters that are handed to it."""
    return _always_the_same(class_of(digest))


def _always_the_same(network: type[nn.Module]) -> nn.Module:
    """Return a module of a class: whatever its constructor draws, it draws the same, and of nobody
    else's."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return made(network)


def made(network: type[nn.Module]) -> nn.Module:
    """Return a fresh module of a class, whose norms keep what they saw last, not a running mean."""
    try:
        module = network()
    except TypeError as error:
        raise ConfigError(
            f"network {network.__qualname__} cannot be made without arguments: {error}; give a "
            "subclass that needs none"
        ) from error
    except Exception as error:  # whatever somebody's constructor raises
        raise ConfigError(
            f"network {network.__qualname__} cannot be made: {said_by(error)}; mend its __init__"
        ) from error
    for norm in norms_of(module).values():
        norm.momentum = 1.0
    return module


def said_by(error: Exception) -> str:
    """Return what an error says, and of which kind it is: some say but a name."""
    return f"{type(error).__name__} {str(error).partition(chr(10))[0]:.160}"


def trained(module: nn.Module) -> dict[str, nn.Parameter]:
    """Return the parameters of a module that are trained, by name: those that want gradients. What
    is frozen stays as the constructor makes it, as buffers do."""
    return {name: value for name, value in module.named_parameters() if value.requires_grad}


def norms_of(module: nn.Module) -> dict[str, _BatchNorm]:
    """Return the parts of a module that normalise inputs as one batch, by name."""
    return {name: part for name, part in module.named_modules() if isinstance(part, _BatchNorm)}


def _check(module: nn.Module, name: str) -> None:
    if not trained(module):
        raise ConfigError(
            f"network {name} has no parameters that want gradients: there is nothing to learn"
        )
    for key, value in module.named_parameters():
        if isinstance(value, UninitializedParameter):
            raise ConfigError(
                f"network {name} has {key} of no shape yet: give the sizes of its lazy layers"
            )
        if value.dtype != torch.float32:
            raise ConfigError(
                f"network {name} has {key} of type {value.dtype}: all parameters are float32 here"
            )
    if any(isinstance(part, _DropoutNd) for part in module.modules()):
        raise ConfigError(
            f"network {name} has dropout, which draws what no seed tells: leave it out"
        )
    if any(norm.running_mean is None for norm in norms_of(module).values()):
        raise ConfigError(
            f"network {name} has a batch norm without running statistics, so that the answer to "
            "one query depends on the others: leave track_running_stats on"
        )
