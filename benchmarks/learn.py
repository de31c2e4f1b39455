"""An init that was meta-trained on a data set's training tasks, where a benchmark wants one."""

from treemeta.config import Config
from treemeta.engine.local import Engine
from treemeta.learn.layout import layout_of
from treemeta.learn.network import init_params
from treemeta.learn.params import Params
from treemeta.learn.reptile import Learner, meta_step
from treemeta.randomness import generator
from treemeta.tasks.dataset import Dataset


def meta_trained(config: Config, dataset: Dataset, engine: Engine) -> Params:
    """Return the init of a root after all the config's meta-steps."""
    layout = layout_of(config)
    first = layout.pack(init_params(config, generator(config.seed, "init")))
    learner = Learner("r", 0, first, tuple(dataset.select("train")))
    for _ in range(config.meta_steps):
        ((learner, _),) = meta_step(config, dataset, [learner], engine)
    return layout.unpack(learner.init)
