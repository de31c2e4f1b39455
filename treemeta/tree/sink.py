"""Where a tree in training is stored: its registry, or one here once that is away for too long."""

import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from typing import TypeVar

from treemeta.errors import UnreachableError
from treemeta.store.checkpoint import drop_checkpoint, write_checkpoint
from treemeta.store.client import BRIEF, patience
from treemeta.store.finish import finish_tree
from treemeta.store.owner import owned
from treemeta.store.records import ROOT, Node, Tree
from treemeta.store.registry import DEFAULT_EXPERIMENT, DEFAULT_URI
from treemeta.store.runs import BOUND
from treemeta.store.sqlite import SQLITE
from treemeta.store.write import Learned, RunPlace, log_seconds, write_node
from treemeta.tree.checkpoint import dumped
from treemeta.tree.job import Job, begin
from treemeta.tree.memory import Memory
from treemeta.tree.outage import waited_for
from treemeta.tree.stretch import Listen, Progress

T = TypeVar("T")


class Sink:
    """Where a tree in training is stored. It is owned for as long as ``held`` is open.

    A registry on a server that is away for longer than the job's outage is given up: the tree goes
    on in the registry of this folder, with all that it has, bound for where it came from.
    """

    def __init__(self, job: Job, listen: Listen, held: ExitStack, device: str):
        self.registry, self.experiment, self.tree = job.registry, job.experiment, job.tree
        self.check = held.enter_context(owned(job.registry, job.tree))
        self._job, self._listen, self._held, self._device = job, listen, held, device
        self._runs, self._stored = dict[str, str](), list[tuple[Node, Learned]]()
        self._away_since: float | None = None

    def found(self, node: Node, learned: Learned) -> None:
        """Take note of a node that is stored already."""
        self._runs[node.name] = node.run_id
        self._stored.append((node, learned))

    def has(self, name: str) -> bool:
        """Whether the node of that name is stored."""
        return name in self._runs

    def store(self, node: Node, learned: Learned, seconds: float) -> Node:
        """Store a finished node, and the seconds that its probes took; return it with its run."""

        def write() -> Node:
            self.check()
            return self._write(node, learned, seconds)

        stored = self._tried(write, Progress(node.name, node.start))
        self._stored.append((stored, learned))
        return stored

    def finish(self, whole: Tree, drawn: Callable[[Tree], Mapping[str, str]]) -> Tree:
        """Store what is known of a whole tree, with what is ``drawn`` of it; return it as it is
        stored. It is drawn once, however often it is tried, unless it has another id by then."""
        pictures = dict[str, Mapping[str, str]]()

        def write() -> Tree:
            self.check()
            nodes = tuple(replace(one, run_id=self._runs[one.name]) for one in whole.nodes)
            here = replace(whole, id=self.tree, nodes=nodes)
            if here.id not in pictures:
                pictures[here.id] = drawn(here)
            drop_checkpoint(self.registry, self.tree)
            finish_tree(self.registry, here, pictures[here.id])
            return here

        return self._tried(write, Progress(ROOT, self._job.config.meta_steps))

    def remember(self, memory: Memory, ending: bool = False) -> None:
        """Store a checkpoint. A registry that is away may be there again when the next is due, and
        is given up as it is for nodes, but not when the training is ``ending``."""
        about = Progress(ROOT, 0)
        try:
            with patience(*BRIEF):
                self.check()
                write_checkpoint(self.registry, self.tree, *dumped(memory))
        except UnreachableError:
            now = time.monotonic()
            first, self._away_since = self._away_since is None, self._away_since or now
            away = now - self._away_since
            self._listen(replace(about, away=0.0 if first or ending else away))
            if away >= self._job.outage and not ending and not self._is_here():
                self._go_on_here()
                self._listen(replace(about, spooled=self.tree))
                self.remember(memory)
            return
        if self._away_since is not None:
            self._away_since = None
            self._listen(replace(about, back=True))

    def _write(self, node: Node, learned: Learned, seconds: float) -> Node:
        parent = self._runs[node.parent] if node.parent else self.tree
        place = RunPlace(self.experiment, self.tree, parent)
        stored = write_node(self.registry, place, node, learned)
        log_seconds(self.registry, self.tree, seconds)
        self._runs[node.name] = stored.run_id
        return stored

    def _tried(self, write: Callable[[], T], about: Progress) -> T:
        try:
            return waited_for(write, self._job.outage, self._listen, about)
        except UnreachableError:
            if self._is_here():
                raise
            self._go_on_here()
            self._listen(replace(about, spooled=self.tree))
            return write()

    def _is_here(self) -> bool:
        return self.registry.uri.startswith(SQLITE)

    def _go_on_here(self) -> None:
        job, self._away_since = self._job, None
        here = begin(job.plan, job.dataset, DEFAULT_URI, DEFAULT_EXPERIMENT, self._device)
        here.registry.client.set_tag(here.tree, BOUND, job.tree)
        self.check = self._held.enter_context(owned(here.registry, here.tree))
        self.registry, self.experiment, self.tree = here.registry, here.experiment, here.tree
        self._runs = {}
        for node, learned in self._stored:
            self._write(node, learned, 0.0)
