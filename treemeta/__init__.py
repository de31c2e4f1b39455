"""Which of my tasks are alike, and should they share a model?

Names are loaded at their first use: ``import treemeta`` by itself loads nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from treemeta.analysis.comparison import Comparison
    from treemeta.api.comparing import compare
    from treemeta.api.foretold import forecast
    from treemeta.api.grown import dataset, grow
    from treemeta.api.opened import OpenTree
    from treemeta.api.opening import open_tree, trees
    from treemeta.config import Config
    from treemeta.errors import (
        ConfigError,
        DataError,
        IntegrityError,
        MachineError,
        RegistryError,
        StorageError,
        TreemetaError,
        UnreachableError,
    )
    from treemeta.tasks.dataset import Dataset
    from treemeta.tree.outlook import Outlook
    from treemeta.tree.predictor import Predictor

__all__ = [
    "Comparison",
    "Config",
    "ConfigError",
    "DataError",
    "Dataset",
    "IntegrityError",
    "MachineError",
    "OpenTree",
    "Outlook",
    "Predictor",
    "RegistryError",
    "StorageError",
    "TreemetaError",
    "UnreachableError",
    "compare",
    "dataset",
    "forecast",
    "grow",
    "open_tree",
    "trees",
]
_ELSEWHERE = {  # all others are errors
    "Comparison": "analysis.comparison",
    "Config": "config",
    "Dataset": "tasks.dataset",
    "OpenTree": "api.opened",
    "Outlook": "tree.outlook",
    "Predictor": "tree.predictor",
    "compare": "api.comparing",
    "dataset": "api.grown",
    "forecast": "api.foretold",
    "grow": "api.grown",
    "open_tree": "api.opening",
    "trees": "api.opening",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'treemeta' has no attribute {name!r}")
    found = getattr(import_module(f"treemeta.{_ELSEWHERE.get(name, 'errors')}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
