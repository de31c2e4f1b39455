"""``make torture``: kills, torn writes, full disks, races and flipped bits; what failed, by kind.

An hour or two on 2 cores; ``--short`` takes a minute. Exits with 1 if anything failed.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tests.torture.report import Found, Report, split

if TYPE_CHECKING:
    from tests.torture.trial import Outcome

SHIM = Path(__file__).with_name("shim.c")
Case = tuple[str, Callable[[Path], "Outcome"], Path | None]


def with_shim() -> None:
    """Start this program again with the shim loaded, built anew."""
    folder = tempfile.mkdtemp(prefix="treemeta.torture.")
    library = Path(folder) / "shim.so"
    subprocess.run(["gcc", "-shared", "-fPIC", "-O2", "-o", library, SHIM, "-ldl"], check=True)
    quiet = {"MLFLOW_DISABLE_TELEMETRY": "true", "OMP_NUM_THREADS": "1"}
    environment = {**os.environ, **quiet, "LD_PRELOAD": str(library), "TORTURE": folder}
    os.execve(sys.executable, [sys.executable, "-m", "tests.torture", *sys.argv[1:]], environment)


def cases(folder: Path, short: bool) -> Iterator[Case]:
    """Yield every trial: its kind, what it does in a folder, and the registry it begins with."""
    from tests.servers.crowd import on_file, on_server
    from tests.servers.running import postgres_binaries
    from tests.torture.flips import KINDS, flip, read
    from tests.torture.races import double_resume, first_opens
    from tests.torture.trial import FILL, KILL, TEAR, Told, count_calls, fresh, in_child, trial
    from tests.torture.work import URI, Work, stored, trained
    from treemeta.store.registry import open_registry

    def empty() -> Told:
        open_registry(URI, create=True)
        return Told(hash="made")

    rng = np.random.default_rng(0)
    assert in_child(fresh(folder / "empty", None), empty)
    template = folder / "empty" / "registry"
    whole = count_calls(fresh(folder / "whole", template), stored)
    grown = count_calls(fresh(folder / "grown", template), trained)
    begun = count_calls(fresh(folder / "begun", None), stored)

    def some(calls: int, full: int, few: int) -> list[int]:
        return sorted(rng.choice(calls, few if short else min(full, calls), replace=False) + 1)

    def ended(work: Work, how: int, whole: Told, call: int) -> "Callable[[Path], Outcome]":
        return lambda folder: trial(folder, work, call, how, whole)

    for call in some(whole.calls, whole.calls, 8):
        yield "kill at every call", ended(stored, KILL, whole, call), template
    for call in some(grown.calls, 300, 4):
        yield "kill in training", ended(trained, KILL, grown, call), template
    for call in some(whole.calls, 100, 4):
        yield "torn write", ended(stored, TEAR, whole, call), template
    for call in some(begun.calls, 100, 2):
        yield "kill in the first open", ended(stored, KILL, begun, call), None
    for call in some(whole.calls, 30, 4):
        yield "full disk", ended(stored, FILL, whole, call), template
    for _ in range(1 if short else 20):
        yield "8 first opens at once", lambda f: first_opens(f, 8), None
    for call in some(grown.calls, 100, 2):
        yield (
            "double resume",
            lambda f, c=call: double_resume(f, trained, c, grown.hash, KILL),
            template,
        )
    if not short:
        yield "8 trainers at once", lambda f: on_file(f, 8, 200), template
        if binaries := postgres_binaries():
            yield "8 trainers at once on a server", lambda f: on_server(binaries, f, 8, 200), None
    told = in_child(folder / "grown", read)
    assert told is not None
    for number in range(15 if short else 1000):
        yield (
            "flipped bit",
            lambda f, n=number: flip(f, KINDS[n % 3], told.hash, np.random.default_rng(n)),
            folder / "grown" / "registry",
        )


def torture(folder: Path, short: bool, worker: int, workers: int) -> Iterator[Found]:
    """Yield the kind of every trial that is this worker's, with what came of it."""
    from tests.torture.trial import fresh

    for number, (kind, do, template) in enumerate(cases(folder, short)):
        if number % workers == worker:
            outcome = do(fresh(folder / "trial", template))
            yield kind, outcome.wrong, outcome.lost


def main() -> None:
    if "TORTURE" not in os.environ:
        with_shim()
    import torch

    torch.set_num_threads(1)
    import_everything()
    short, began = "--short" in sys.argv, time.perf_counter()
    workers = 1 if short else len(os.sched_getaffinity(0))
    report = Report()
    folder = Path(os.environ["TORTURE"])
    for found in split(lambda w: torture(folder / str(w), short, w, workers), workers):
        report.note(*found)
        if not short and sum(report.trials.values()) % 100 == 0:
            print(report.text(time.perf_counter() - began), file=sys.stderr, flush=True)
    shutil.rmtree(folder)
    print(report.text(time.perf_counter() - began))
    sys.exit(bool(report.failures))


def import_everything() -> None:
    """Import what children would, so that a trial takes no longer than what it tries."""
    import pandas  # noqa: F401

    from treemeta.store.client import load_mlflow

    load_mlflow()


if __name__ == "__main__":
    main()
