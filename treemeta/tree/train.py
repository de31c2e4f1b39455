"""Training with a registry: every node is stored when it is finished, and taken up from there."""

import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from typing import Any

from treemeta.engine.local import Engine
from treemeta.errors import IntegrityError, RegistryError, StorageError
from treemeta.learn.learner import fresh_init
from treemeta.learn.setting import Setting
from treemeta.store.checkpoint import read_checkpoint
from treemeta.store.client import BRIEF, patience
from treemeta.store.read import read_tree
from treemeta.store.records import Node, Tree, path_order
from treemeta.store.write import (
    Learned,
    end_tree,
    reopen_tree,
)
from treemeta.tree.arrays import learned_of, revive
from treemeta.tree.checkpoint import load_into
from treemeta.tree.curve import curve_of
from treemeta.tree.evaluate import accuracies
from treemeta.tree.grow import grow
from treemeta.tree.growth import Grown, Growth
from treemeta.tree.held_out import examine_held_out
from treemeta.tree.job import Job
from treemeta.tree.memory import Memory
from treemeta.tree.sink import Sink
from treemeta.tree.stretch import Listen, Progress

Figures = Callable[[Tree], Mapping[str, str]]


def train(job: Job, figures: Figures, listen: Listen, engine: Engine, device: str = "cpu") -> Tree:
    """Grow a tree to its end, storing each node as it is finished; stored nodes are not redone.

    However it ends, the tree run says so; interrupted, it can be resumed to the same bits. Raises
    ``RegistryError`` while another process trains it.
    """
    with ExitStack() as held:
        sink = Sink(job, listen, held, device)
        stored = read_tree(job.registry, job.tree)
        if stored.status == "finished":
            return stored
        memory = _remembered(job, sink, device)
        try:
            if job.resumed_on is not None:
                stored = _reopened(job, stored, job.resumed_on)
            setting = Setting(job.config, job.dataset, engine)
            growth = Growth(setting, listen, job.plan.cuts, job.plan.probed, memory)
            grown = _grow_and_store(job, stored, growth, device, sink)
            return sink.finish(_whole(setting, stored, grown), figures)
        except BaseException as error:
            # It is the first error that must be told, and soon, whatever the registry does.
            failed = isinstance(error, Exception)
            with suppress(RegistryError, StorageError), patience(*BRIEF):
                if not failed and not memory.is_empty:
                    sink.remember(memory, ending=True)
                sink.check()
                end_tree(sink.registry, sink.tree, "FAILED" if failed else "KILLED")
            raise


def _remembered(job: Job, sink: Sink, device: str) -> Memory:
    """Return what is trained already of nodes that are not stored, which is kept as it grows."""
    memory = Memory(sink.remember, job.commit_every)
    try:
        document, tensors = read_checkpoint(job.registry, job.tree)
        load_into(memory, document, tensors, job.dataset, fresh_init(job.config, device))
    except IntegrityError:
        if not job.fallback:
            raise
        return Memory(sink.remember, job.commit_every)
    return memory


def _reopened(job: Job, stored: Tree, machine: Mapping[str, Any]) -> Tree:
    reopen_tree(job.registry, job.tree, machine)
    return replace(stored, nodes=tuple(one for one in stored.nodes if one.status == "finished"))


def _whole(setting: Setting, stored: Tree, grown: list[Grown]) -> Tree:
    """Return the finished tree, examined on the tasks that it holds out."""
    routes = examine_held_out(setting, grown)
    accuracy = accuracies(routes)
    nodes = sorted((one.node for one in grown), key=lambda node: path_order(node.name))
    return replace(
        stored,
        nodes=tuple(nodes),
        status="finished",
        test_accuracy=accuracy,
        summary=_summary(accuracy, nodes),
        routes=routes,
        curve=curve_of(setting, grown, accuracy),
    )


@dataclass
class Heard:
    """What training said of nodes that are not stored yet: when each began, in seconds since the
    epoch, the loss of each of its steps, and how long probes took."""

    began: dict[str, float] = field(default_factory=dict)
    losses: dict[str, list[tuple[int, float]]] = field(default_factory=dict)
    probing: list[float] = field(default_factory=list)

    def hear(self, progress: Progress) -> None:
        """Note one thing that was said."""
        if progress.loss is not None:
            self.began.setdefault(progress.node, time.time())
            self.losses.setdefault(progress.node, []).append((progress.step, progress.loss))
        if progress.seconds is not None:
            self.probing.append(progress.seconds)

    def learned(self, one: Grown) -> Learned:
        """Return what is stored beside a node's record."""
        name = one.node.name
        began = self.began.get(name, time.time())
        return learned_of(one, self.losses.get(name, []), began)


def _grow_and_store(job: Job, stored: Tree, growth: Growth, device: str, sink: Sink) -> list[Grown]:
    """Return the nodes of the whole tree as they are stored, in the order they were grown."""
    heard, listen = Heard(), growth.listen

    def hear(progress: Progress) -> None:
        heard.hear(progress)
        listen(progress)

    finished = dict(job.given)
    for node in stored.nodes:
        finished[node.name] = revive(job.registry, node, job.config, device, growth.probed)
        sink.found(node, heard.learned(finished[node.name]))
    grown = []
    for one in grow(replace(growth, listen=hear), finished, device):
        node = one.node
        if not sink.has(node.name):
            node = sink.store(node, heard.learned(one), sum(heard.probing))
            heard.probing.clear()
            listen(Progress(node.name, node.start, finished=node))
        else:
            listen(Progress(node.name, node.start, found=node))
        grown.append(replace(one, node=node))
    return grown


def _summary(accuracy: Mapping[str, float], nodes: list[Node]) -> dict[str, float]:
    leaves = [node for node in nodes if not node.groups]
    numbers: dict[str, float] = {
        "nodes": len(nodes),
        "leaves": len(leaves),
        "depth": max(node.depth for node in nodes),
        "meta_steps_total": sum(node.meta_steps for node in nodes),
        "trial_steps_total": sum(one.trial_steps for node in nodes for one in node.evidence),
    }
    if accuracy:
        numbers["test/accuracy"] = sum(accuracy.values()) / len(accuracy)
    return {name: float(value) for name, value in numbers.items()}
