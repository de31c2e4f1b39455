"""Icons: what each shows, which house drew it, and in which weight.

One concept, such as a bell, is drawn by many houses, by some of them in several weights: three
questions can be asked of each drawing, and all labels are real.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from treemeta.defaults import SIDE
from treemeta.errors import DataError
from treemeta.tasks.cache import Pack
from treemeta.tasks.iconify import Icon, IconSet
from treemeta.tasks.roles import hold_out
from treemeta.tasks.svg import rasterised

DRAWINGS = 10  # least of a concept: an episode of five shots and five queries
CONCEPTS = 14  # of a task, or more
FEWEST = 5  # concepts of a task, and houses
TASKS = 4  # at least, of which one is held out
WEIGHTS = {  # by how a name ends, the longest ending first
    "bold-duotone": "duotone", "line-duotone": "duotone", "duotone": "duotone", "thin": "thin",
    "light": "light", "bold": "bold", "filled": "fill", "fill": "fill", "solid": "fill",
    "regular": "regular", "linear": "regular", "line": "regular", "outline": "regular",
    "sharp": "sharp", "broken": "broken",
}  # fmt: skip
REGULAR = "regular"
AS_FILLED = {"solar": {"bold": "fill"}}  # what a house calls filled
SIZED = re.compile(r"(.+)-(\d+)")


@dataclass(frozen=True)
class Drawing:
    """An icon of which it is known what it shows, who drew it and how."""

    concept: str
    house: str
    weight: str
    icon: Icon


def read_icons(sets: Sequence[IconSet]) -> Pack:
    """Return tasks of ``CONCEPTS`` concepts or more that at least half of the houses drew; what
    an image is by house and by weight is told beside it.

    Concepts are dealt to tasks in turn, those of the same weights and houses one after the other,
    so that these are as frequent in one task as in another. Raises ``DataError`` where too few
    houses or concepts are there, and for a drawing that is none.
    """
    if len(sets) < FEWEST:
        raise DataError(
            f"{len(sets)} are too few houses to tell apart: name at least {FEWEST} packages of "
            "@iconify-json"
        )
    concepts = common(sorted(sets, key=lambda one: one.house))
    if len(concepts) < TASKS * FEWEST:
        raise DataError(
            f"{len(concepts)} concepts have {DRAWINGS} drawings by half of the {len(sets)} houses, "
            f"and {TASKS} tasks take {TASKS * FEWEST}: name more sets"
        )
    tasks = max(TASKS, len(concepts) // CONCEPTS)
    classes, houses, weights = [], {}, {}
    ordered = sorted(concepts.items(), key=lambda each: _kinds(each[1]))
    for number, (concept, drawings) in enumerate(ordered):
        key = f"icons{number % tasks + 1:02d}", concept
        classes.append((*key, np.stack([_seen(drawing) for drawing in drawings])))
        houses[key] = tuple(drawing.house for drawing in drawings)
        weights[key] = tuple(drawing.weight for drawing in drawings)
    return Pack(
        classes,
        hold_out(sorted({task for task, *_ in classes})),
        {},
        labels={"house": houses, "weight": weights},
        licences={one.house: one.licence for one in sets},
    )


def common(sets: Sequence[IconSet]) -> dict[str, list[Drawing]]:
    """Return the drawings of every concept that at least half of the houses drew, and often enough
    for an episode, by name."""
    drawn: dict[str, list[Drawing]] = {}
    for one in sets:
        for drawing in drawings_of(one):
            drawn.setdefault(drawing.concept, []).append(drawing)
    return {
        concept: drawings
        for concept, drawings in sorted(drawn.items())
        if len(drawings) >= DRAWINGS and 2 * len({d.house for d in drawings}) >= len(sets)
    }


def drawings_of(one: IconSet) -> list[Drawing]:
    """Return a house's drawings, one for each concept and weight: of several sizes the one nearest
    the house's own."""
    chosen: dict[tuple[str, str], Drawing] = {}
    named = [(*_parted(icon), icon) for icon in one.icons]
    outlined = {concept for concept, ending, _ in named if ending in ("outline", "line")}
    for concept, ending, icon in sorted(named, key=lambda each: _off(each[2], one.height)):
        weight = AS_FILLED.get(one.house, {}).get(ending) or WEIGHTS.get(ending, REGULAR)
        if not ending and concept in outlined:
            weight = "fill"  # what stands beside an outline
        chosen.setdefault((concept, weight), Drawing(concept, one.house, weight, icon))
    return [chosen[key] for key in sorted(chosen)]


def _parted(icon: Icon) -> tuple[str, str]:
    """Return the concept that an icon's name tells, and how the name ends."""
    ending = next((one for one in WEIGHTS if icon.name.endswith(f"-{one}")), "")
    concept = icon.name.removesuffix(f"-{ending}") if ending else icon.name
    sized = SIZED.fullmatch(concept)
    if sized and float(sized[2]) == icon.box[3]:
        concept = sized[1]
    return concept, ending


def _kinds(drawings: Sequence[Drawing]) -> tuple[list[str], list[str]]:
    return sorted({each.weight for each in drawings}), sorted({each.house for each in drawings})


def _off(icon: Icon, height: float) -> tuple[float, str]:
    return abs(icon.box[3] - height), icon.name


def _seen(drawing: Drawing) -> np.ndarray:
    icon = drawing.icon
    try:
        return rasterised(icon.body, icon.box, SIDE)
    except DataError as error:
        raise DataError(
            f"drawing {drawing.house}:{icon.name} {error}: leave its set out"
        ) from error
