"""Which of my tasks are alike, and should they share a model?

Names are loaded at their first use: ``import treemeta`` by itself loads nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from treemeta.api.grown import dataset, grow
    from treemeta.api.opened import OpenTree, open_tree
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
    from treemeta.tree.predictor import Predictor

__all__ = [
    "Config",
    "ConfigError",
    "DataError",
    "Dataset",
    "IntegrityError",
    "MachineError",
    "OpenTree",
    "Predictor",
    "RegistryError",
    "StorageError",
    "TreemetaError",
    "UnreachableError",
    "dataset",
    "grow",
    "open_tree",
]
_ELSEWHERE = {  # all others are errors
    "Config": "config",
    "Dataset": "tasks.dataset",
    "OpenTree": "api.opened",
    "Predictor": "tree.predictor",
    "dataset": "api.grown",
    "grow": "api.grown",
    "open_tree": "api.opened",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'treemeta' has no attribute {name!r}")
    found = getattr(import_module(f"treemeta.{_ELSEWHERE.get(name, 'errors')}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
