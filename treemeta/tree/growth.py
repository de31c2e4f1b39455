"""The records of growth: what it is a function of, a node weighed at a stop, one finished."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from treemeta.learn.params import Params
from treemeta.learn.setting import Setting
from treemeta.learn.trainee import Trainee
from treemeta.store.evidence import Groups
from treemeta.store.records import Node
from treemeta.tree.growing import Growing
from treemeta.tree.memory import Memory
from treemeta.tree.probe import Probe
from treemeta.tree.route import Fork
from treemeta.tree.split import Split
from treemeta.tree.stretch import Listen

# Where a tree splits that is told to: by a node's name, the step and the groups of its tasks.
Cuts = Mapping[str, tuple[int, Groups]]
Begun = tuple[tuple[Trainee, float | None], ...]


@dataclass(frozen=True)
class Growth:
    """What growth is a function of besides the nodes, who hears of it, and the memory of what was
    trained before. Where a node's tasks are not ``probed`` which way they pull, it has no
    reliability, and it splits only where it is told."""

    setting: Setting
    listen: Listen
    cuts: Cuts | None = None
    probed: bool = True
    memory: Memory = field(default_factory=Memory)


@dataclass(frozen=True)
class Weighed:
    """What became of a node at a stop: the node, gone on where a trial was refused; its probe; the
    split if there is one, and the children that its trial has begun."""

    growing: Growing
    observed: Probe | None
    split: Split | None = None
    begun: Begun = ()


@dataclass(frozen=True)
class Grown:
    """A finished node with what it has learned, and the fork to its children if it split and was
    probed. Children that a trial has trained already are ``begun``, each with its latest loss."""

    node: Node
    params: Params
    fork: Fork | None
    snapshots: tuple[tuple[int, Params], ...] = ()
    begun: Begun = ()
