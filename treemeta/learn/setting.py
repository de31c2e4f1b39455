"""What all work is a function of besides its own arguments."""

from dataclasses import dataclass

from treemeta.config import Config
from treemeta.engine.local import Engine
from treemeta.tasks.dataset import Dataset


@dataclass(frozen=True)
class Setting:
    """The hyper-parameters, the data, and where independent work runs."""

    config: Config
    dataset: Dataset
    engine: Engine
