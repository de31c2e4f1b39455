"""An init that was meta-trained on a data set's training tasks, where a benchmark wants one."""

from treemeta.config import Config
from treemeta.engine.local import Engine
from treemeta.learn.learner import fresh_init, learner_of
from treemeta.learn.params import Params
from treemeta.learn.setting import Setting
from treemeta.learn.trainee import Trainee
from treemeta.tasks.dataset import Dataset


def meta_trained(config: Config, dataset: Dataset, engine: Engine) -> Params:
    """Return the init of a root after all the config's meta-steps."""
    trainee = Trainee("r", 0, fresh_init(config), tuple(dataset.select("train")))
    for _ in range(config.meta_steps):
        ((trainee, _),) = learner_of(config).meta_step(Setting(config, dataset, engine), [trainee])
    return trainee.init
