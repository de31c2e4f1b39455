"""A tree that is being trained: begun in a registry, or taken up from there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import torch

from treemeta.config import Config
from treemeta.errors import ConfigError, DataError, MachineError
from treemeta.kinds import is_own, is_packed
from treemeta.learn.learner import learner_of
from treemeta.learn.machine import changed, machine_fingerprint
from treemeta.learn.own import check_gradients
from treemeta.randomness import generator
from treemeta.store.find import experiment_of, find_tree
from treemeta.store.read import read_started
from treemeta.store.registry import Registry, experiment_id, open_registry
from treemeta.store.runs import CONTROL
from treemeta.store.write import start_tree
from treemeta.tasks.dataset import Dataset, check_enough, check_seen
from treemeta.tasks.episode import draw_episode
from treemeta.tasks.load import load_episode
from treemeta.tasks.questions import parse_questions, turnable
from treemeta.tree.growth import Grown
from treemeta.tree.outage import OUTAGE
from treemeta.tree.plan import Plan, cuts_of, settings_of
from treemeta.tree.stored import config_of, grown_on


@dataclass(frozen=True)
class Job:
    """A tree that has been begun: what it is trained by, and where it is stored."""

    plan: Plan
    dataset: Dataset
    registry: Registry
    experiment: str  # MLflow's id of it
    tree: str
    given: Mapping[str, Grown] = field(default_factory=dict)  # nodes that need not be trained
    resumed_on: Mapping[str, Any] | None = None  # the machine, where it was begun before
    outage: float = OUTAGE  # seconds that a registry may be away
    commit_every: int = 0  # steps between checkpoints; 0: about a minute
    fallback: bool = False  # whether a checkpoint that cannot be read is passed over

    @property
    def config(self) -> Config:
        """The config that it is trained by."""
        return self.plan.config


def begin(plan: Plan, dataset: Dataset, uri: str, experiment: str, device: str = "cpu") -> Job:
    """Create an empty tree in the registry at ``uri``; for unfit data nothing is created.

    A tree that is a control of a comparison, an arm of it, says so, and where it is cut.
    """
    config = plan.config
    check_fit(config, dataset)
    registry = open_registry(uri, create=True)
    where = experiment_id(registry, experiment)
    title = f"{plan.control or config.arm} {_called(config, dataset)} seed {config.seed}"
    settings = settings_of(plan, dataset.fingerprint)
    tags = {CONTROL: plan.control} if plan.control else {}
    tree = start_tree(registry, where, title, settings, machine_fingerprint(device), tags)
    return Job(plan, dataset, registry, where, tree)


def _called(config: Config, dataset: Dataset) -> str:
    """Return what a run calls its data: without the values that nobody gave, and without the digest
    of arrays, which says nothing."""
    arrays = is_packed(config.dataset)
    if is_own(config.dataset) and not arrays:
        return dataset.name
    whole, space, asked = dataset.name.partition(" ")
    short = f"arrays of {len(dataset.tasks)} tasks" if arrays else config.dataset
    return f"{short}{':' if whole.endswith(':') else ''}{space}{asked}"


def check_fit(config: Config, dataset: Dataset) -> None:
    """Raise unless the data have tasks to train on, and all can fill the config's episodes, with
    images to tell apart, which the network takes."""
    if not dataset.select("train"):
        raise DataError(f"data set {dataset.name} has no tasks to train on: add some")
    check_enough(dataset, dataset.select("all"), config.ways, config.shots + config.queries)
    check_seen(dataset, dataset.select("all"), config.ways, config.shots)
    check_augmentation(config)
    if config.network == "own":
        check_own(config, dataset)


def check_own(config: Config, dataset: Dataset) -> None:
    """Raise unless somebody's own network can be trained on an episode of the data."""
    rng = generator(config.seed, "check")
    size = (config.ways, config.shots, config.queries)
    drawn = draw_episode(dataset, dataset.select("train")[0], *size, rng)
    episode = load_episode(dataset, drawn, torch.device("cpu"))
    inputs = torch.cat([episode.support, episode.query])
    check_gradients(learner_of(config).fresh_init(config, rng), inputs)


def check_augmentation(config: Config) -> None:
    """Raise where turning a class makes no other class: a drawer's hand, a style or a place."""
    if config.augment != "rotate" or turnable(parse_questions(config.questions or "character")):
        return
    raise ConfigError(
        f"--augment rotate turns classes into other classes, which those of --questions "
        f"{config.questions!r} do not survive: leave it out, or ask for characters only"
    )


def resume(uri: str, which: str, allow_env_change: bool, device: str = "cpu") -> Job:
    """Return the tree that ``which`` names as it is to be taken up, or say why it cannot go on
    here. Nothing is changed before it is trained."""
    registry = open_registry(uri)
    tree = find_tree(registry, which)
    started = read_started(registry, tree)
    config = config_of(started.config)
    here = machine_fingerprint(device)
    differ = changed(started.machine, here)
    if differ and not allow_env_change:
        raise MachineError(
            f"tree {tree} was started in another environment ({', '.join(differ)} changed), so "
            "its bits would change: pass --allow-env-change, or start it again"
        )
    settings = started.config
    dataset = grown_on(registry, tree, settings)
    plan = Plan(settings.get("control", ""), config, cuts_of(settings))
    return Job(plan, dataset, registry, experiment_of(registry, tree), tree, resumed_on=here)
