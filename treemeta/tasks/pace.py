"""How long is learned from a table of somebody's own, and how soon its tasks are asked whether they
conflict.

Few rows are soon known by heart: what tasks pull at then is the last of their own rows, and what
they have in common is no longer to be seen. So steps are counted by how often rows are seen.
Numbers are told from a continuum, and take the whole path to learn.
"""

from treemeta.config import Config
from treemeta.defaults import AUTO, META_STEPS, STRETCHES, WAYS

PATH = 160  # times that a row is seen along a path, on average
ASKED = 20  # times until a node is asked whether to split
LEAST = 120  # steps of a path
MOST_ASKED = 8  # times along a path


def pace_of(config: Config, targets: str, rows: int) -> tuple[int, int]:
    """Return the meta-steps of a path and those between two questions whether to split, as far as
    the config leaves them to a table of so many rows to train on that has such targets."""
    steps, every, few = config.meta_steps, config.split_every, targets == "classes"
    ways = WAYS[targets] if config.ways == AUTO else config.ways
    seen = config.meta_batch_size * ways * (config.shots + config.queries)  # rows a step
    if steps == AUTO:
        steps = min(META_STEPS, max(LEAST, -(-PATH * rows // seen))) if few else META_STEPS
    if every == AUTO:
        every = -(-steps // STRETCHES[config.learner])
        every = min(every, max(-(-steps // MOST_ASKED), -(-ASKED * rows // seen))) if few else every
    return steps, every
