"""Questions to ask of images: what the label is, and what is noise beside it.

=============  ====================================================  =====================
what           the answers                                           as noise
=============  ====================================================  =====================
``character``  the class as the source names it                      wherever not asked
``concept``    the same, of icons                                    wherever not asked
``style``      drawn, thickened, blurred, inverted, striped          after ``+``
``place``      the four corners and the centre                       after ``+``
``drawer``     who drew it, where the source tells                   wherever not asked
``house``      which house drew it, of icons                         wherever not asked
``weight``     thin, light, regular, bold, filled, ..., of icons     wherever not asked
``speckle``    none: noise of every pixel, of this share of its range  after ``+``, with ``:LEVEL``
``blur``       none: a Gaussian of so many pixels                    after ``+``, with ``:LEVEL``
=============  ====================================================  =====================

``character+style`` asks which character it is, whatever its style; ``style`` asks the opposite of
the same images. ``style+speckle:0.5`` asks it of images that are hard to see.
"""

import math
from collections import Counter
from dataclasses import dataclass

from treemeta.errors import ConfigError, way_out

CLASSES = ("character", "concept")  # the class as the source names it
TOLD = ("house", "weight")  # what the source tells beside it
LABELS = (*CLASSES, "style", "place", "drawer", *TOLD)
LEVELS = {"speckle": 2.0, "blur": 5.0}  # the most of each
NOISES = ("style", "place", *LEVELS)  # what images are rendered with; the others vary as they are


@dataclass(frozen=True)
class Question:
    """What is asked of an image, one of ``LABELS``, and the ``NOISES`` to see past, sorted."""

    label: str
    noises: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """What the question is called in names of tasks, the same in whatever order it came."""
        return "+".join((self.label, *self.noises))

    @property
    def rendered(self) -> frozenset[str]:
        """What kinds of rendering and of noise images have."""
        kinds = (kind_of(one) for one in (self.label, *self.noises))
        return frozenset(kinds).intersection(NOISES)

    def level(self, noise: str) -> float:
        """Return how much there is of a noise that has a level."""
        levels = (one.partition(":") for one in self.noises)
        return next((float(level) for kind, _, level in levels if kind == noise), 0.0)


def kind_of(noise: str) -> str:
    """Return what a noise is without its level."""
    return noise.partition(":")[0]


def parse_questions(text: str) -> tuple[Question, ...]:
    """Return the questions in ``character+style,style``, sorted by their text.

    Raises ``ConfigError`` for what is none, and for one that is asked twice.
    """
    questions = sorted((_question(part) for part in text.split(",")), key=lambda one: one.text)
    for question, times in Counter(questions).items():
        if times > 1:
            raise ConfigError(
                f"--questions {text!r} asks {question.text!r} {times} times: ask it once"
            )
    return tuple(questions)


def _question(text: str) -> Question:
    label, *noises = text.split("+")
    if label not in LABELS:
        raise ConfigError(f"--questions: {label!r} is nothing to ask: {way_out(label, LABELS)}")
    kinds = [kind_of(noise) for noise in noises]
    for noise in noises:
        _check_noise(text, label, noise, kinds.count(kind_of(noise)))
    written = (_written(text, noise) for noise in noises)
    return Question(label, tuple(sorted(written, key=lambda one: NOISES.index(kind_of(one)))))


def _written(text: str, noise: str) -> str:
    """Return a noise with its level as it is always written."""
    kind, colon, level = noise.partition(":")
    if kind not in LEVELS:
        if colon:
            raise ConfigError(f"--questions {text!r}: {kind!r} has no level: leave {level!r} out")
        return kind
    try:
        number = float(level)
    except ValueError:
        number = math.nan
    if not 0 < number <= LEVELS[kind]:
        raise ConfigError(
            f"--questions {text!r}: {kind!r} takes a level above 0, of {LEVELS[kind]:g} at most, "
            f"not {level!r}: write {kind}:{LEVELS[kind] / 4:g}"
        )
    return f"{kind}:{repr(number).removesuffix('.0')}"


def _check_noise(text: str, label: str, noise: str, times: int) -> None:
    said, noise = f"--questions {text!r}", kind_of(noise)
    if noise == label:
        raise ConfigError(f"{said}: {noise!r} is asked and cannot be noise as well: leave one out")
    if noise in LABELS and noise not in NOISES:
        raise ConfigError(
            f"{said}: {noise!r} is noise already wherever it is not asked: leave it out"
        )
    if noise not in NOISES:
        raise ConfigError(f"{said}: {noise!r} is no noise: {way_out(noise, NOISES)}")
    if times > 1:
        raise ConfigError(f"{said} names {noise!r} {times} times: name it once")


def turnable(questions: tuple[Question, ...]) -> bool:
    """Return whether a class turned by a quarter is a class again that could be asked for: true of
    characters, but not of places, stripes or drawers."""
    return all(question.label == "character" for question in questions)
