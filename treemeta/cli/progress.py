"""Progress on stderr: a bar on a terminal, and one line for everything worth keeping."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from treemeta.config import Config
from treemeta.errors import masked
from treemeta.store.registry import DEFAULT_URI

if TYPE_CHECKING:
    from treemeta.engine.local import Engine
    from treemeta.store.records import Node
    from treemeta.tasks.dataset import Dataset
    from treemeta.tree.stretch import Progress as Event


SILENCE = 60.0  # seconds, after which a line says how far work is, where there is no bar


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
    with _bar() as bar:
        task = bar.add_task(what, total=total)
        yield lambda more: bar.advance(task, more)


@contextmanager
def watched(engine: "Engine") -> Iterator["Engine"]:
    """Lend an engine; on a terminal, show how far each of its calls is and what time is left.

    Between calls there is no bar, as that is when results are printed. Elsewhere a line tells from
    time to time.
    """
    bar, said = _bar(transient=True), time.monotonic()
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


def _bar(transient: bool = False) -> Progress:
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


class Listener:
    """Hears what growing says, and shows meta-steps, tasks/s, loss, depth and time left.

    The total counts the steps of the nodes known so far: it grows when a node splits.
    """

    def __init__(self, config: Config) -> None:
        self.config = config
        self.away = False  # whether the registry did not answer when it was asked last
        self.spooled = ""  # the id of the tree in the registry here, where that of its own is away
        self._total = 0 if config.arm == "scratch" else config.meta_steps
        self._started, self._steps = time.monotonic(), 0
        self._bar, self._said = _bar(), time.monotonic()
        self._task = self._bar.add_task("training", total=self._total)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def __call__(self, event: "Event") -> None:
        """Show one event."""
        if event.loss is not None:
            self._advance(event.node, event.loss)
        if event.trial is not None:
            self._show(f"{event.node} in a trial of a split  loss {event.trial:.3f}")
        if event.deals is not None:
            self._show(f"{event.node} against dealt classes {event.deals}/{self.config.deals}")
        if event.away is not None:
            self.away = True
            if event.away == 0:
                self._line(f"{event.node}: the registry does not answer, it is waited for")
            self._show(f"{event.node}: the registry does not answer for {event.away:.0f} s")
        if event.back:
            self.away = False
            self._line(f"{event.node}: the registry answers again")
        if event.spooled is not None:
            self.spooled, self.away = event.spooled, False
            self._line(
                f"{event.node}: the registry does not answer: the tree goes on in {DEFAULT_URI}, "
                f"as {event.spooled[:8]}; treemeta registry sync delivers it"
            )
        if event.evidence is not None:
            from treemeta.report.text import evidence_text

            self._line(f"{event.node}  {evidence_text(event.evidence)}")
        if event.finished is not None:
            self.away = False
            from treemeta.report.text import node_line

            self._grow(event.finished)
            self._line(f"{node_line(event.finished, self.config.metric)}  stored")
        if event.found is not None:
            self._grow(event.found)
            self._bar.update(self._task, advance=event.found.meta_steps)

    def _grow(self, node: "Node") -> None:
        """Add what the children of a node that split will take beyond the node gone on alone."""
        if node.groups:
            left = self.config.meta_steps - node.start - node.meta_steps
            self._total += (len(node.groups) - 1) * left
            self._bar.update(self._task, total=self._total)

    def _advance(self, node: str, loss: float) -> None:
        self._steps += 1
        rate = self._steps * self.config.meta_batch_size / (time.monotonic() - self._started)
        text = f"{node} depth {len(node) - 1}  loss {loss:.3f}  {rate:.0f} tasks/s"
        self._show(text, 1)

    def _show(self, text: str, steps: int = 0) -> None:
        """Show what is being done; where there is no bar, after a while of silence in a line."""
        self._bar.update(self._task, advance=steps, description=escape(text))
        if self._bar.disable and time.monotonic() - self._said >= SILENCE:
            done = self._bar.tasks[self._task].completed
            self._line(f"{text}  {done:.0f} of {self._total} steps")

    def _line(self, text: str) -> None:
        self._said = time.monotonic()
        self._bar.console.print(escape(text), highlight=False, soft_wrap=True)
