"""Questions to ask of images: what the label is, and what is noise beside it.

=============  ====================================================  =====================
what           the answers                                           as noise
=============  ====================================================  =====================
``character``  the class as the source names it                      wherever not asked
``style``      drawn, thickened, blurred, inverted, striped          after ``+``
``place``      the four corners and the centre                       after ``+``
``drawer``     who drew it, where the source tells                   wherever not asked
=============  ====================================================  =====================

``character+style`` asks which character it is, whatever its style; ``style`` asks the opposite of
the same images.
"""

from collections import Counter
from dataclasses import dataclass

from treemeta.errors import ConfigError

LABELS = ("character", "style", "place", "drawer")
NOISES = ("style", "place")  # what images are rendered with; the others vary as they are


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
        """What images are rendered with; two questions that agree in it look at the same images."""
        return frozenset((self.label, *self.noises)).intersection(NOISES)


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
        raise ConfigError(
            f"--questions: {label!r} is nothing to ask: choose {', '.join(LABELS[:-1])} or "
            f"{LABELS[-1]}"
        )
    for noise in noises:
        _check_noise(text, label, noise, noises.count(noise))
    return Question(label, tuple(sorted(noises, key=NOISES.index)))


def _check_noise(text: str, label: str, noise: str, times: int) -> None:
    said = f"--questions {text!r}"
    if noise == label:
        raise ConfigError(f"{said}: {noise!r} is asked and cannot be noise as well: leave one out")
    if noise in LABELS and noise not in NOISES:
        raise ConfigError(
            f"{said}: {noise!r} is noise already wherever it is not asked: leave it out"
        )
    if noise not in NOISES:
        raise ConfigError(f"{said}: {noise!r} is no noise: choose {' or '.join(NOISES)}")
    if times > 1:
        raise ConfigError(f"{said} names {noise!r} {times} times: name it once")


def turnable(questions: tuple[Question, ...]) -> bool:
    """Return whether a class turned by a quarter is a class again that could be asked for: true of
    characters, but not of places, stripes or drawers."""
    return all(question.label == "character" for question in questions)
