"""Training with a registry: every node is stored when it is finished, and taken up from there."""

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from treemeta.config import Config
from treemeta.engine.local import Engine
from treemeta.errors import ConfigError, DataError, MachineError
from treemeta.learn.machine import machine_fingerprint
from treemeta.store.find import experiment_of, find_tree
from treemeta.store.read import read_config, read_tree
from treemeta.store.records import Node, Routed, Tree, path_order
from treemeta.store.registry import Registry, experiment_id, open_registry
from treemeta.store.write import (
    CONTROL,
    end_tree,
    finish_tree,
    log_seconds,
    reopen_tree,
    start_tree,
    write_node,
)
from treemeta.tasks.dataset import Dataset, check_enough
from treemeta.tasks.questions import parse_questions, turnable
from treemeta.tasks.sources import open_dataset
from treemeta.tree.arrays import arrays_of, extra_arrays, revive
from treemeta.tree.curve import curve_of, tasks_of
from treemeta.tree.evaluate import accuracies, examine_all
from treemeta.tree.grow import Cuts, Grown, Setting, grow
from treemeta.tree.route import Router
from treemeta.tree.scale import with_scales
from treemeta.tree.settings import cuts_of, settings_of
from treemeta.tree.stored import check_data, config_of
from treemeta.tree.stretch import Listen, Progress

Figures = Callable[[Tree], Mapping[str, str]]


@dataclass(frozen=True)
class Job:
    """A tree that has been begun: what it is made of, and where it is stored."""

    config: Config
    dataset: Dataset
    registry: Registry
    experiment: str  # MLflow's id of it
    tree: str
    cuts: Cuts | None = None
    given: Mapping[str, Grown] = field(default_factory=dict)  # nodes that need not be trained
    control: str = ""  # the arm of a comparison that it is, unless it is a tree in its own right

    @property
    def asked(self) -> bool:
        """Whether nodes are asked which way their tasks pull: a control is only if its episodes
        are routed so, as nobody looks at its reliability."""
        return not self.control or self.config.route == "direction"


def begin(
    config: Config,
    dataset: Dataset,
    uri: str,
    experiment: str,
    device: str = "cpu",
    control: str = "",
    cuts: Cuts | None = None,
) -> Job:
    """Create an empty tree in the registry at ``uri``; for unfit data nothing is created.

    A tree that is a ``control`` of a comparison, an arm of it, says so, and where it is cut.
    """
    check_fit(config, dataset)
    registry = open_registry(uri, create=True)
    where = experiment_id(registry, experiment)
    title = f"{control or config.arm} {dataset.name} seed {config.seed}"
    settings = settings_of(asdict(config), dataset.fingerprint, control, cuts)
    tags = {CONTROL: control} if control else {}
    tree = start_tree(registry, where, title, settings, machine_fingerprint(device), tags)
    return Job(config, dataset, registry, where, tree, cuts, control=control)


def check_fit(config: Config, dataset: Dataset) -> None:
    """Raise unless the data have tasks to train on, and all can fill the config's episodes."""
    if not dataset.select("train"):
        raise DataError(f"data set {dataset.name} has no tasks to train on: add some")
    check_enough(dataset, dataset.select("all"), config.ways, config.shots + config.queries)
    check_augmentation(config)


def check_augmentation(config: Config) -> None:
    """Raise where turning a class makes no other class: a drawer's hand, a style or a place."""
    if config.augment != "rotate" or turnable(parse_questions(config.questions or "character")):
        return
    raise ConfigError(
        f"--augment rotate turns classes into other classes, which those of --questions "
        f"{config.questions!r} do not survive: leave it out, or ask for characters only"
    )


def resume(uri: str, which: str, allow_env_change: bool, device: str = "cpu") -> Job:
    """Take up the tree that ``which`` names, or say why it cannot go on here."""
    registry = open_registry(uri)
    tree = find_tree(registry, which)
    started = read_config(registry, tree)
    config = config_of(started["config"])
    here = machine_fingerprint(device)
    if started["machine"] != here and not allow_env_change:
        changed = [key for key in here if started["machine"].get(key) != here[key]]
        raise MachineError(
            f"tree {tree} was started in another environment ({', '.join(changed)} changed), so "
            "its bits would change: pass --allow-env-change, or start it again"
        )
    stored = read_tree(registry, tree)
    dataset = open_dataset(config.dataset, config.split, config.transform, config.questions)
    check_data(stored, dataset)
    if stored.status != "finished":
        reopen_tree(registry, tree, here)
    where, settings = experiment_of(registry, tree), started["config"]
    control = settings.get("control", "")
    return Job(config, dataset, registry, where, tree, cuts_of(settings), control=control)


def train(job: Job, figures: Figures, listen: Listen, engine: Engine, device: str = "cpu") -> Tree:
    """Grow a tree to its end, storing each node as it is finished; stored nodes are not redone.

    However it ends, the tree run says so; interrupted, it can be resumed to the same bits.
    """
    try:
        stored = read_tree(job.registry, job.tree)
        if stored.status == "finished":
            return stored
        grown = _grow_and_store(job, stored, listen, engine, device)
        routes = examine_held_out(job.config, job.dataset, grown, engine)
        accuracy = accuracies(routes)
        nodes = sorted((one.node for one in grown), key=lambda node: path_order(node.name))
        whole = replace(
            stored,
            nodes=tuple(nodes),
            status="finished",
            test_accuracy=accuracy,
            summary=_summary(accuracy, nodes),
            routes=routes,
            curve=curve_of(job.config, job.dataset, grown, accuracy, engine),
        )
        finish_tree(job.registry, whole, figures(whole))
        return whole
    except BaseException as error:
        end_tree(job.registry, job.tree, "FAILED" if isinstance(error, Exception) else "KILLED")
        raise


def _grow_and_store(
    job: Job, stored: Tree, listen: Listen, engine: Engine, device: str
) -> list[Grown]:
    """Return the nodes of the whole tree as they are stored, in the order they were grown."""
    losses: dict[str, list[tuple[int, float]]] = {}
    started: dict[str, float] = {}
    probing: list[float] = []

    def hear(progress: Progress) -> None:
        if progress.loss is not None:
            started.setdefault(progress.node, time.time())
            losses.setdefault(progress.node, []).append((progress.step, progress.loss))
        if progress.seconds is not None:
            probing.append(progress.seconds)
        listen(progress)

    finished = dict(job.given) | {
        node.name: revive(job.registry, node, device, job.asked) for node in stored.nodes
    }
    runs = {node.name: node.run_id for node in stored.nodes}
    grown = []
    setting = Setting(job.config, job.dataset, engine, hear, job.cuts, job.asked)
    for one in grow(setting, finished, device):
        node = one.node
        if node.name not in runs:
            parent = runs[node.parent] if node.parent else job.tree
            node = write_node(
                job.registry, job.experiment, job.tree, parent, node, arrays_of(one.params),
                extra_arrays(one), losses.get(node.name, []),
                started.get(node.name, time.time()),
            )  # fmt: skip
            runs[node.name] = node.run_id
            log_seconds(job.registry, job.tree, sum(probing))
            probing.clear()
            listen(Progress(node.name, node.start, finished=node))
        grown.append(replace(one, node=node))
    return grown


def examine_held_out(
    config: Config, dataset: Dataset, grown: list[Grown], engine: Engine
) -> dict[str, Routed]:
    """Return how every held-out task fares, each episode routed by its own support."""
    router = with_scales(
        config,
        dataset,
        Router(
            {one.node.name: one.params for one in grown},
            {one.node.name: one.fork for one in grown if one.fork is not None},
        ),
        tasks_of(dataset, grown),
        engine,
    )
    tasks, episodes = dataset.select("test"), config.test_episodes
    scored = examine_all(config, dataset, router, tasks, episodes, ("test",), engine)
    if not any(one.each for one in scored.values()):
        return scored
    others = examine_all(config, dataset, router, tasks, episodes, ("choice",), engine)
    return {task: replace(one, elsewhere=others[task].each) for task, one in scored.items()}


def _summary(accuracy: dict[str, float], nodes: list[Node]) -> dict[str, float]:
    leaves = [node for node in nodes if not node.groups]
    found: dict[str, Any] = {
        "nodes": len(nodes),
        "leaves": len(leaves),
        "depth": max(node.depth for node in nodes),
        "meta_steps_total": sum(node.meta_steps for node in nodes),
        "trial_steps_total": sum(one.trial_steps for node in nodes for one in node.evidence),
    }
    if accuracy:
        found["test/accuracy"] = sum(accuracy.values()) / len(accuracy)
    return {name: float(value) for name, value in found.items()}
