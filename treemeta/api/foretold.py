"""What to expect of tasks of which no tree has been grown: should they share a model?"""

from treemeta.api.grown import Data, Options, config_of
from treemeta.api.network import engine_for, network_of
from treemeta.api.telling import Telling, told_to, warn_of
from treemeta.config import Config
from treemeta.defaults import AUTO
from treemeta.engine.local import Engine
from treemeta.errors import ConfigError
from treemeta.learn.learner import fresh_init
from treemeta.learn.setting import Setting
from treemeta.learn.trainee import Trainee
from treemeta.pages import Say
from treemeta.store.records import ROOT
from treemeta.tasks.dataset import Dataset
from treemeta.tasks.sources import opened
from treemeta.tree.forecast import outlook
from treemeta.tree.foresight import check_foresight
from treemeta.tree.job import check_fit
from treemeta.tree.outlook import Outlook
from treemeta.tree.stretch import Listen, may_ask, train_to_stops


def forecast(
    data: Data,
    config: Options | None = None,
    workers: int = 1,
    device: str = "cpu",
    say: Say | None = None,
) -> Outlook:
    """Return whether tasks should share a model: what parting them would gain on unseen tasks, told
    from a probe of one init that is trained to the first ``split_every``; nothing is stored.

    ``data``, ``config`` and the rest are as ``grow`` takes them. Raises ``ConfigError`` where there
    are no forecasts, as for tasks that tell numbers, and ``DataError`` for data that do not fit.
    """
    asked, told = config_of(data, config), told_to(say)
    check_outlook(asked)
    with engine_for(network_of(asked), workers, device, "") as engine:
        fitting, dataset = opened_to_ask(asked)
        warn_of(dataset)
        return outlook_of(fitting, dataset, engine, device, Telling(fitting, told))


def check_outlook(config: Config) -> None:
    """Raise ``ConfigError`` unless one init is trained and asked, and has forecasts."""
    check_foresight(config)
    if AUTO in (config.meta_steps, config.split_every):
        return  # a table says it, once it is read
    if not may_ask(config, 0, config.split_every):
        raise ConfigError(
            f"--arm {config.arm} with --split-every {config.split_every} of --meta-steps "
            f"{config.meta_steps} asks no node whether to split: use --arm tree, and fewer steps "
            "than the path has"
        )


def opened_to_ask(config: Config) -> tuple[Config, Dataset]:
    """Return the config that fits its data, and these; raises ``ConfigError`` where they tell what
    has no forecast."""
    fitting, dataset = opened(config)
    check_outlook(fitting)  # of a table nobody knows before what it tells
    return fitting, dataset


def outlook_of(
    config: Config, dataset: Dataset, engine: Engine, device: str, listen: Listen
) -> Outlook:
    """Return what is to be expected of data's training tasks, at one init trained for as long as
    the first question whether to split; raises ``DataError`` for data that do not fit."""
    check_fit(config, dataset)
    tasks = tuple(dataset.select("train"))
    fresh = Trainee(ROOT, 0, fresh_init(config, device), tasks)
    setting = Setting(config, dataset, engine)
    ((trained, _),) = train_to_stops(setting, [fresh], {ROOT: config.split_every}, listen)
    return outlook(setting, trained)
