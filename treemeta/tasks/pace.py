"""How long is learned from a table of somebody's own, and how soon its tasks are asked whether they
conflict.

Few rows are soon known by heart: what tasks pull at then is the last of their own rows, and what
they have in common is no longer to be seen. So steps are counted by how often rows are seen. But
numbers of one or two features take the whole path: their rows lie so close that what is known of
them is known of all between. So do those of a linear network, which knows no row by heart.
"""

from dataclasses import replace

from treemeta.config import Config
from treemeta.defaults import AUTO

PATH = 160  # times that a row is seen along a path, on average
ASKED = 20  # times until a node is asked whether to split
LEAST = 120  # steps of a path
MOST_ASKED = 8  # times along a path
FILLED = 2  # features at most, of numbers whose rows lie close


def paced(config: Config, told: Config, rows: int, features: int) -> Config:
    """Return ``told``, a config that a table has told all else, with the steps of a path and those
    between two questions that suit so many rows to train on of so many ``features`` that vary, as
    far as ``config`` leaves them open."""
    if told.targets == "numbers" and (features <= FILLED or told.network == "linear"):
        return told
    seen = told.meta_batch_size * told.ways * (told.shots + told.queries)  # rows a step
    if config.meta_steps == AUTO:
        steps = min(told.meta_steps, max(LEAST, -(-PATH * rows // seen)))
        told = replace(told, meta_steps=steps, split_every=config.split_every)
    if config.split_every == AUTO:
        few = max(-(-told.meta_steps // MOST_ASKED), -(-ASKED * rows // seen))
        told = replace(told, split_every=min(told.split_every, few))
    return told
