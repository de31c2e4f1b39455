"""Networks that are handed over as classes: how a config names them, and how workers come to know
them."""

import os
import sys
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from treemeta.config import Config
from treemeta.engine.local import Engine
from treemeta.engine.opening import open_engine
from treemeta.errors import ConfigError
from treemeta.learn.module import class_of, digest_of, know, module_of, norms_of

if TYPE_CHECKING:
    from torch import nn

THEIRS = ("filters", "norm")  # options that a class has its own mind about


def options_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return options as a config takes them, where the network may be a class of torch modules.

    Raises ``ConfigError`` for a class that can be no network.
    """
    network = given.get("network")
    if network is None or isinstance(network, str):
        return dict(given)
    if clash := [name for name in THEIRS if name in given]:
        raise ConfigError(
            f"the config sets {clash[0]!r}, and the network is a class that says it itself: leave "
            "it out"
        )
    named = know(network)
    norm = "batch" if norms_of(module_of(digest_of(network))) else "none"
    return {**given, "network": "own", "module": named, "norm": norm}


def network_of(config: Config) -> "type[nn.Module] | None":
    """Return the class that is a config's network, if it is one that was handed over."""
    return class_of(config.module) if config.module else None


def check_network(stored: Mapping[str, Any], network: Any) -> None:
    """Make a class known as the network that a stored tree was grown with.

    Raises ``ConfigError`` where the tree has another.
    """
    if network is None:
        return
    if not stored.get("module"):
        raise ConfigError(
            f"the tree was grown with network {stored.get('network')}, which is treemeta's: leave "
            "network out"
        )
    named, given = str(stored["module"]), know(network)
    if given.rpartition("@")[2] != named.rpartition("@")[2]:
        raise ConfigError(
            f"the tree was grown with network {named}, and {given} is not that, by its source: "
            "hand over the class as it was"
        )


def engine_for(
    network: "type[nn.Module] | None", workers: int | None, device: str, uri: str
) -> Engine:
    """Return a local engine, whose processes know a network; raise ``ConfigError`` where they would
    not find it, or the script that they import."""
    main = sys.modules["__main__"]
    file = getattr(main, "__file__", None)
    if workers != 1 and file and not main.__spec__ and not os.path.exists(file):
        raise ConfigError(
            f"the script is read from {file}, where other processes cannot read it: write it in a "
            "file, or use workers=1"
        )
    if network is None:
        return open_engine("local", workers, device, uri)
    if workers != 1 and network.__module__ == "__main__" and not file:
        raise ConfigError(
            f"network {network.__qualname__} is in no file, where other processes would find it: "
            "import it from one, or use workers=1"
        )
    return open_engine("local", workers, device, uri, partial(know, network))
