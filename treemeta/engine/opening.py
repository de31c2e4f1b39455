"""Where work is computed: on which engine, and on which device."""

import multiprocessing
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from treemeta.errors import ConfigError, MachineError, brief

if TYPE_CHECKING:
    from treemeta.engine.local import Engine


def prepare_device(device: str) -> None:
    """Raise unless the device is known and this machine has it, and make it deterministic."""
    if device not in ("cpu", "cuda"):
        raise ConfigError(f"--device is {device!r}: choose cpu or cuda")
    if device == "cuda":
        import torch

        if not torch.cuda.is_available():
            raise MachineError("--device cuda: this machine has no usable GPU; use --device cpu")
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # what makes cuBLAS repeatable
        torch.use_deterministic_algorithms(True)


def check_engine(kind: str, workers: int | None, device: str) -> None:
    """Raise unless the engine and the device are known, go together and are here, and this process
    is no worker that imports the script of another."""
    if getattr(multiprocessing.current_process(), "_inheriting", False):
        raise ConfigError(
            "a worker process, which imports the script, comes to what the script runs: keep that "
            'behind if __name__ == "__main__":'
        )
    if kind not in ("local", "ray"):
        raise ConfigError(f"--engine is {kind!r}: choose local or ray")
    if kind == "ray" and (workers or device != "cpu"):
        raise ConfigError("--engine ray takes no --workers and no --device: it has its own")
    if workers is not None and type(workers) is not int:  # a program may give anything
        raise ConfigError(f"--workers is {brief(workers)}: give a whole number, 1 or more")
    if workers is not None and workers < 1:
        raise ConfigError(f"--workers is {workers}: give 1 or more")
    prepare_device(device)


def open_engine(
    kind: str,
    workers: int | None,
    device: str,
    registry: str,
    prepare: Callable[[], Any] | None = None,
) -> "Engine":
    """Return the engine of a kind, ``local`` or ``ray``, for work that is stored in a registry;
    each process of a local one is prepared for it."""
    check_engine(kind, workers, device)
    from treemeta.engine.local import Engine, physical_cores

    if kind == "local":
        return Engine(1 if device == "cuda" else workers or physical_cores(), prepare)
    try:
        from treemeta.engine.ray import RayEngine
    except ImportError as error:
        raise MachineError("--engine ray needs Ray: pip install ray") from error
    engine = RayEngine()
    check_registry(registry, engine.hosts())
    return engine


def check_registry(uri: str, hosts: set[str]) -> None:
    """Raise if a cluster of several machines would share a file."""
    if len(hosts) > 1 and uri.startswith("sqlite:"):
        raise ConfigError(
            f"--engine ray runs on {len(hosts)} hosts, and {uri} is a file of one: start a "
            "tracking server and name it with --tracking-uri"
        )
