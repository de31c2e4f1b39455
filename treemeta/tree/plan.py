"""What a tree is trained by, and how that is stored."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from treemeta.config import Config
from treemeta.errors import IntegrityError
from treemeta.tree.growth import Cuts


@dataclass(frozen=True)
class Plan:
    """What a tree is trained by: the ``control`` it is stored as (none: a tree in its own right),
    its config, and where it is cut instead of being weighed."""

    control: str
    config: Config
    cuts: Cuts | None = None

    @property
    def probed(self) -> bool:
        """Whether nodes are probed which way their tasks pull: a control is only if its episodes
        are routed so, as nobody looks at its reliability."""
        return not self.control or self.config.route == "direction"


@dataclass(frozen=True)
class Absent:
    """Why an arm makes no sense."""

    reason: str


UNCUT = Absent("the tree made no cut")


def settings_of(plan: Plan, data: str) -> dict[str, Any]:
    """Return the settings of a tree of a plan and of data with a fingerprint; they read back equal
    from json."""
    settings = {**asdict(plan.config), "data": data}
    settings |= {"control": plan.control} if plan.control else {}
    if plan.cuts is None:
        return settings
    cuts = {name: [step, [list(group) for group in gs]] for name, (step, gs) in plan.cuts.items()}
    return settings | {"cuts": cuts}


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
