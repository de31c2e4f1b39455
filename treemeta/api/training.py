"""Growing trees to their end, with their pages, from Python."""

from warnings import warn

from treemeta.api.telling import Telling
from treemeta.engine.local import Engine
from treemeta.pages import Say, logged
from treemeta.store.records import Tree
from treemeta.tree.job import Job
from treemeta.tree.train import train


def trained(job: Job, told: Say, engine: Engine, device: str) -> Tree:
    """Return the tree of a job grown to its end, of which a line at a time is ``told``; warn of
    pictures that cannot be made."""
    told(f"tree {job.tree}: treemeta.open_tree({job.tree[:8]!r}).resume() goes on, if interrupted")
    drawn = logged(job, engine, device, warn)
    return train(job, drawn, Telling(job.config, told), engine, device)
