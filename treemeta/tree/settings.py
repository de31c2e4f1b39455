"""What a tree is stored with when it is begun: its config, its data, and what it was told."""

from collections.abc import Mapping
from typing import Any

from treemeta.errors import IntegrityError
from treemeta.tree.grow import Cuts


def settings_of(
    config: Mapping[str, Any], data: str, control: str = "", cuts: Cuts | None = None
) -> dict[str, Any]:
    """Return the settings of a tree of a config, as a dict, and of data with a fingerprint; they
    read back equal from json."""
    settings = {**config, "data": data} | ({"control": control} if control else {})
    if cuts is None:
        return settings
    told = {name: [step, [list(group) for group in gs]] for name, (step, gs) in cuts.items()}
    return settings | {"cuts": told}


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
