"""Glyphs: synthetic scripts with a planted family tree, drawn by simulated hands.

A family fixes a style (slant, thickness, curvature, primitives, head line, dots, closure); a script
varies it a little; a character is a few strokes in that style; a drawing is a character in one of
several hands. So the true tree is known, and ``effect`` says how far families lie apart.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import lru_cache

import numpy as np
from numpy.random import Generator
from PIL import Image, ImageDraw
from scipy.spatial.distance import pdist

from treemeta.errors import ConfigError
from treemeta.randomness import generator
from treemeta.tasks.cache import Pack
from treemeta.tasks.counts import spelled
from treemeta.tasks.images import shrink

CANVAS = 112  # pixels a side before shrinking
HANDS = 5
TRAITS = 7
DESIGNS = 200  # of families drawn, to take the one whose families lie farthest apart
VERSION = 2  # of the drawings; packs of another are not used
SCRIPT_SHARE = 0.12  # of the family spread, between scripts of one family


@dataclass(frozen=True)
class GlyphCounts:
    """How many of everything, and how far the families lie apart (0: not at all)."""

    families: int = 3
    scripts: int = 5
    characters: int = 20
    drawings: int = 20
    effect: float = 1.0
    seed: int = 0

    def __post_init__(self) -> None:
        for one in fields(self):
            value, least = getattr(self, one.name), 0 if one.name in ("effect", "seed") else 1
            if not least <= value < 10_000:
                raise ConfigError(f"glyphs:{one.name}={value} must be from {least} to 9999")

    def label(self) -> str:
        """Return the name that stands for these counts, as ``--dataset`` takes it."""
        return spelled("glyphs", self)


@dataclass(frozen=True)
class Style:
    """What the scripts of a family share; every number is in units of its spread."""

    slant: float
    thickness: float
    curvature: float
    angularity: float
    head_line: float
    dots: float
    closure: float


def make_glyphs(counts: GlyphCounts) -> Pack:
    """Draw the whole data set; the last script of each family is held out for test if it has four
    or more."""
    classes: list[tuple[str, str, np.ndarray]] = []
    roles: dict[str, str] = {}
    lineage: dict[str, tuple[str, ...]] = {}
    for name, family, script in _scripts(counts):
        style = _script_style(counts, family, script)
        for number in range(counts.characters):
            address = ("glyph", family, script, number)
            strokes = _character(style, generator(counts.seed, *address))
            images = [
                _draw(strokes, style, generator(counts.seed, *address, "drawing", drawing), drawing)
                for drawing in range(counts.drawings)
            ]
            classes.append((name, f"character{number + 1:02d}", np.stack(images)))
        held_out = counts.scripts >= 4 and script == counts.scripts - 1
        roles[name] = "test" if held_out else "train"
        lineage[name] = (_family_name(family),)
    return Pack(classes, roles, lineage)


def _family_name(family: int) -> str:
    return f"family{family + 1}"


def _scripts(counts: GlyphCounts) -> Iterator[tuple[str, int, int]]:
    for family in range(counts.families):
        for script in range(counts.scripts):
            yield f"{_family_name(family)}_script{script + 1:02d}", family, script


def _script_style(counts: GlyphCounts, family: int, script: int) -> Style:
    family_traits = _family_traits(counts.families, counts.seed)[family]
    script_traits = generator(counts.seed, "script", family, script).normal(size=TRAITS)
    traits = counts.effect * family_traits + SCRIPT_SHARE * script_traits
    return Style(*(float(trait) for trait in traits))


@lru_cache
def _family_traits(families: int, seed: int) -> np.ndarray:
    """Return ``float[families, traits]``: even levels of each trait, in an order of its own.

    Of many drawn designs, that in which the two families most alike are the least so: none come out
    alike by chance.
    """
    levels = np.linspace(-1, 1, families) if families > 1 else np.zeros(1)
    rng = generator(seed, "traits")
    drawn = rng.permuted(np.broadcast_to(levels[:, None], (DESIGNS, families, TRAITS)), axis=1)
    nearest = [pdist(design).min(initial=np.inf) for design in drawn]
    return np.asarray(drawn[int(np.argmax(nearest))])


def _character(style: Style, rng: Generator) -> list[np.ndarray]:
    """Return strokes as ``float[points, 2]`` in a unit square around 0."""
    strokes = [_stroke(style, rng) for _ in range(rng.integers(2, 5))]
    # By chance, as everything else: a threshold near a family's level would cut the family in two.
    if rng.random() < 0.5 + 0.5 * float(np.tanh(2 * style.head_line)):
        strokes.append(np.array([[-0.5, -0.5], [0.5, -0.5]]))
    for _ in range(rng.binomial(3, _chance(style.dots))):
        centre = rng.uniform(-0.45, 0.45, size=2)
        angle = np.linspace(0, 2 * np.pi, 9)
        strokes.append(centre + 0.035 * np.stack([np.cos(angle), np.sin(angle)], axis=1))
    return strokes


def _stroke(style: Style, rng: Generator) -> np.ndarray:
    start, end = rng.uniform(-0.45, 0.45, size=(2, 2))
    along = np.linspace(0, 1, 13)[:, None]
    line = start + along * (end - start)
    normal = np.array([start[1] - end[1], end[0] - start[0]])
    if rng.random() < _chance(style.closure):
        centre, radius = (start + end) / 2, rng.uniform(0.12, 0.28)
        angle = 2 * np.pi * along
        return centre + radius * np.concatenate([np.cos(angle), np.sin(angle)], axis=1)
    bend = (0.45 + 0.45 * style.curvature) * rng.choice([-1, 1])
    if rng.random() < _chance(style.angularity):
        return line + bend * normal * (0.5 - np.abs(along - 0.5))  # a corner in the middle
    return line + bend * normal * np.sin(np.pi * along) / 2


def _chance(trait: float) -> float:
    return 0.35 + 0.35 * float(np.tanh(trait))


def _draw(strokes: list[np.ndarray], style: Style, rng: Generator, drawing: int) -> np.ndarray:
    """Return ``uint8[28, 28]``: a hand has habits of its own and is never quite steady."""
    hand = generator(0, "hand", drawing % HANDS).normal(size=4)
    turn = 0.06 * hand[0] + 0.05 * rng.normal()
    slant = 0.35 * style.slant + 0.04 * hand[1]
    size = 0.78 * (1 + 0.04 * hand[2] + 0.04 * rng.normal())
    shear = np.array([[1, 0], [-slant, 1]])
    rotation = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    width = max(2, round(5.5 + 2.5 * style.thickness + 0.4 * hand[3]))
    shift = 0.03 * rng.normal(size=2)
    page = Image.new("L", (CANVAS, CANVAS), 255)
    pen = ImageDraw.Draw(page)
    for stroke in strokes:
        wobble = stroke + 0.02 * rng.normal(size=2) + 0.006 * rng.normal(size=stroke.shape)
        points = CANVAS * (0.5 + size * (wobble @ shear @ rotation) + shift)
        pen.line([tuple(point) for point in points.tolist()], fill=0, width=width, joint="curve")
    return shrink(page)
