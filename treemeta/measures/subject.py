"""What is measured: which tasks, at which node of which tree, how surely."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING

from treemeta.config import Config
from treemeta.errors import ConfigError, DataError, IntegrityError, brief, way_out
from treemeta.measures.names import MEASURES
from treemeta.measures.similarity import Similarity
from treemeta.store.records import Node, Tree
from treemeta.store.registry import Registry
from treemeta.tasks.dataset import Dataset, Task

if TYPE_CHECKING:
    from treemeta.engine.local import Engine
    from treemeta.learn.params import Params
    from treemeta.learn.setting import Setting


@dataclass(frozen=True)
class Subject:
    """What a measure is about. What it does not look at, data set, parameters or engine, is never
    opened: the tree measures work where the images are no more.

    ``which`` tasks: the node's own (``train``), the held-out ones (``test``) or ``all``;
    ``transform`` adds transformed copies of them. Drawing goes on until the reliability reaches
    ``target`` or the next draw would exceed ``most`` episodes of a task. Directions are of the kind
    that the tree was grown by, unless another ``direction`` is named.
    """

    registry: Registry
    tree: Tree
    node: Node
    open_engine: Callable[[], "Engine"]
    which: str = "train"
    transform: str = ""
    target: float = 0.95
    most: int = 480
    layers: tuple[str, ...] = ()
    corrected: bool = False
    device: str = "cpu"
    direction: str = ""

    @cached_property
    def config(self) -> Config:
        """The config the tree was grown with, but for a direction that is named."""
        from treemeta.tree.stored import config_of

        config = config_of(self.tree.config)
        return replace(config, direction=self.direction) if self.direction else config  # type: ignore[arg-type]

    @cached_property
    def dataset(self) -> Dataset:
        """The data set the tree was grown on, with transformed copies where asked for."""
        from treemeta.tree.stored import grown_on

        return grown_on(self.registry, self.tree.id, self.tree.config, self.transform)

    @property
    def has_init(self) -> bool:
        """Whether there is an init to ask tasks at; a consensus of trees holds none."""
        return not self.tree.is_consensus

    @property
    def in_tree(self) -> bool:
        """Whether it is about the tree's own tasks and no others."""
        return self.which == "train" and not self.transform

    @cached_property
    def tasks(self) -> list[Task]:
        """The tasks that are measured, sorted by name."""
        from treemeta.tasks.copies import copy_name
        from treemeta.tasks.transform import parse_transform

        if self.which == "train":
            names = set(self.node.tasks)
            if self.transform:
                made = parse_transform(self.transform)
                names |= {copy_name(name, made) for name in names}
            if unknown := sorted(names - self.dataset.tasks.keys()):
                raise IntegrityError(
                    f"node {self.node.name!r} of tree {self.tree.id} names task {unknown[0]!r}, "
                    f"which {self.dataset.name} has not: restore the registry"
                )
            return [self.dataset.tasks[name] for name in sorted(names)]
        if not (chosen := self.dataset.select(self.which)):
            raise DataError(
                f"data set {self.dataset.name} has no {self.which} tasks: use --tasks train"
            )
        return chosen

    @cached_property
    def params(self) -> "Params":
        """The init that the node has learned."""
        from treemeta.tree.arrays import params_of

        return params_of(self.registry, self.node, self.config, self.device)

    @cached_property
    def engine(self) -> "Engine":
        """Where the work runs."""
        return self.open_engine()

    @property
    def setting(self) -> "Setting":
        """What the work is a function of."""
        from treemeta.learn.setting import Setting

        return Setting(self.config, self.dataset, self.engine)


def measure(name: str, subject: Subject) -> Similarity:
    """Return what one of ``MEASURES`` says; raises ``ConfigError`` for another name."""
    if not isinstance(name, str) or name not in MEASURES:
        raise ConfigError(f"--measure is {brief(name)}: {way_out(name, MEASURES)}")
    if reason := _senseless(name, subject):
        raise ConfigError(f"--measure {name} {reason}: choose another, such as direction")
    similarity: Similarity = import_module(f"treemeta.measures.{name}").measure(subject)
    return replace(similarity, about=f"tree {subject.tree.id[:8]}, node {subject.node.name}")


def _senseless(name: str, subject: Subject) -> str:
    """Return why a measure makes no sense of the data, if it does not."""
    if name == "nuisance" and not subject.dataset.has_images:
        return f"looks at strokes, and {subject.dataset.name} has rows of features"
    return ""
