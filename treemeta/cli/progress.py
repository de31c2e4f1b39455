"""What is said on stderr, and bars that show on a terminal how far work is."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from treemeta.errors import masked

if TYPE_CHECKING:
    from treemeta.engine.local import Engine
    from treemeta.tasks.dataset import Dataset


def say(sentence: str) -> None:
    """Print one line to stderr."""
    print(masked(sentence), file=sys.stderr, flush=True)


def tell_data(dataset: "Dataset", given: Mapping[str, Any]) -> None:
    """Say what was left out of a data set or may surprise, and that images are kept in colour,
    where nobody has asked for it."""
    tell_left_out(dataset.name, dataset.told)
    if dataset.has_images and dataset.shape[0] == 3 and given.get("channels", "auto") == "auto":
        say(f"{dataset.name} has images in colour, which are kept so: --channels 1 makes them grey")


def tell_left_out(name: str, told: Iterable[str]) -> None:
    """Say what was left out of a folder of images or may surprise."""
    from treemeta.errors import printable

    for sentence in told:
        say(f"{printable(name)}: {printable(sentence)}")


@contextmanager
def counting(what: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show how many of so many are done, on a terminal; lend what is told of how many more are."""
    with bar_of() as bar:
        task = bar.add_task(what, total=total)
        yield lambda more: bar.advance(task, more)


@contextmanager
def watched(engine: "Engine") -> Iterator["Engine"]:
    """Lend an engine; on a terminal, show how far each of its calls is and what time is left.

    Between calls there is no bar, as that is when results are printed. Elsewhere a line tells from
    time to time.
    """
    from treemeta.engine.local import SILENCE  # here, as most that say a line have no engine

    bar, said = bar_of(transient=True), time.monotonic()
    task = bar.add_task("measuring")

    def told(done: int, total: int) -> None:
        nonlocal said
        if bar.disable:
            if time.monotonic() - said >= SILENCE:
                said = time.monotonic()
                say(f"measuring: {done} of {total}")
            return
        if done == 0:
            bar.reset(task, total=total)
            bar.start()
        bar.update(task, completed=done)
        if done == total:
            bar.stop()

    engine.told = told
    try:
        with engine:
            yield engine
    finally:
        if not bar.disable:
            bar.stop()


def bar_of(transient: bool = False) -> Progress:
    """Return a bar that is seen on a terminal alone; a ``transient`` one leaves nothing there."""
    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=transient,
        disable=not console.is_terminal,
    )
