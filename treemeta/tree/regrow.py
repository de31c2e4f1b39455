"""Growing again what a registry has lost of a tree: the same config gives the same bits."""

from dataclasses import dataclass

from treemeta.engine.local import Engine
from treemeta.errors import MachineError, TreemetaError
from treemeta.learn.machine import changed, machine_fingerprint
from treemeta.store.checkup import Finding
from treemeta.store.mend import clear
from treemeta.store.read import read_finished, read_started
from treemeta.store.records import Tree
from treemeta.store.registry import Registry
from treemeta.tree.job import resume
from treemeta.tree.stored import grown_on
from treemeta.tree.stretch import Listen
from treemeta.tree.train import Figures, train


@dataclass(frozen=True)
class Regrown:
    """A tree that was grown again, and the hash that it had before, where that could be read."""

    tree: Tree
    before: str | None

    @property
    def same(self) -> bool:
        """Whether it is known to be what it was."""
        return self.before == self.tree.hash()


def regrow(
    registry: Registry, finding: Finding, figures: Figures, listen: Listen, engine: Engine
) -> Regrown:
    """Take from a tree what cannot be read of it, and train it to its end.

    Raises ``MachineError`` where its bits would be others here, and ``IntegrityError`` where its
    data are not at hand, before anything is taken.
    """
    started = read_started(registry, finding.tree)
    if differ := changed(started.machine, machine_fingerprint("cpu")):
        raise MachineError(
            f"tree {finding.tree} was grown in another environment ({', '.join(differ)} changed): "
            "grow it again there"
        )
    grown_on(registry, finding.tree, started.config)
    try:
        before = read_finished(registry, finding.tree).hash
    except TreemetaError:
        before = None
    clear(registry, finding)
    job = resume(registry.uri, finding.tree, allow_env_change=False)
    return Regrown(train(job, figures, listen, engine), before)
