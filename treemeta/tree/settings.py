"""What a tree is stored with when it is begun: its config, its data, and what it was told."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from treemeta.config import Config
from treemeta.errors import IntegrityError
from treemeta.tasks.dataset import Dataset
from treemeta.tree.grow import Cuts


def settings_of(
    config: Config, dataset: Dataset, control: str = "", cuts: Cuts | None = None
) -> dict[str, Any]:
    """Return the settings that a tree is stored with; they read back equal."""
    told = {
        name: [step, [list(g) for g in groups]] for name, (step, groups) in (cuts or {}).items()
    }
    return (
        asdict(config)
        | {"data": dataset.fingerprint}
        | ({"control": control} if control else {})
        | ({} if cuts is None else {"cuts": told})
    )


def cuts_of(settings: Mapping[str, Any]) -> Cuts | None:
    """Return where a stored tree was told to split, if it was."""
    if "cuts" not in settings:
        return None
    try:
        return {
            str(name): (int(step), tuple(tuple(map(str, group)) for group in groups))
            for name, (step, groups) in settings["cuts"].items()
        }
    except (AttributeError, TypeError, ValueError) as error:
        raise IntegrityError("the tree's cuts are none of treemeta's: train it again") from error
