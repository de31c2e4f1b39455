"""Timing: in fresh processes, several times, told by median and range."""

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]


def machine() -> dict[str, Any]:
    """Return what a reader needs to know of this machine."""
    import torch

    from treemeta.engine.local import physical_cores

    models = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        if line.startswith("model name")
    ]
    return {
        "cpu": (models or [platform.processor()])[0],
        "vectors": torch.backends.cpu.get_cpu_capability(),  # an EPYC is many CPUs
        "cores": physical_cores(),
        "gpu": torch.cuda.get_device_name() if torch.cuda.is_available() else None,
        "load": os.getloadavg()[0],
        "python": platform.python_version(),
        "torch": version("torch"),
    }


def spread(values: list[float]) -> dict[str, float]:
    """Return median, least and greatest."""
    return {"median": statistics.median(values), "min": min(values), "max": max(values)}


def said(row: dict[str, float], digits: int = 0) -> str:
    """Return a spread as a line tells it."""
    return f"{row['median']:,.{digits}f} ({row['min']:,.{digits}f} to {row['max']:,.{digits}f})"


def in_fresh_process(call: str, threads: int | None = None) -> Any:
    """Return what ``module:function(json arguments)`` returns in a new process.

    ``threads`` pins OpenMP's threads; ``None`` leaves the default.
    """
    module, _, expression = call.partition(":")
    code = f"import json, {module} as m; print('\\n' + json.dumps(m.{expression}))"
    ended = subprocess.run(
        [sys.executable, "-c", code],
        env=_environment(threads), cwd=ROOT, stdout=subprocess.PIPE, text=True,
        check=True,
    )  # fmt: skip
    return json.loads(ended.stdout.splitlines()[-1])


def _environment(threads: int | None) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"}
    return kept | ({} if threads is None else {"OMP_NUM_THREADS": str(threads)})


def seconds_of(arguments: list[str], cwd: str | Path) -> tuple[float, float]:
    """Return the wall and CPU seconds of a ``treemeta`` command, its children included."""
    before, started = os.times(), time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "treemeta", *arguments],
        cwd=cwd, env=_environment(None) | {"PYTHONPATH": str(ROOT)}, capture_output=True,
        check=True,
    )  # fmt: skip
    after = os.times()
    cpu = after.children_user + after.children_system
    cpu -= before.children_user + before.children_system
    return time.perf_counter() - started, cpu


def median_seconds(work: Callable[[], Any], repeats: int) -> dict[str, float]:
    """Return the spread of the seconds a call takes, after one call that is not counted."""
    work()
    found = []
    for _ in range(repeats):
        started = time.perf_counter()
        work()
        found.append(time.perf_counter() - started)
    return spread(found)


def workplace() -> tempfile.TemporaryDirectory[str]:
    """Return an empty folder with an empty registry, so that making one is not timed."""
    from treemeta.store.registry import open_registry

    folder = tempfile.TemporaryDirectory(prefix="treemeta-bench.")
    open_registry(f"sqlite:///{folder.name}/registry/mlflow.db", create=True)
    return folder
