"""Every task once for each question: the same images, labelled by what is asked.

What an image is rendered with is drawn once, by its class and its position there; so two questions
that render the same see the same images, and only their labels are in conflict.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from treemeta.errors import DataError
from treemeta.randomness import generator
from treemeta.tasks.cache import Pack
from treemeta.tasks.dataset import Dataset, Task
from treemeta.tasks.questions import CLASSES, TOLD, Question
from treemeta.tasks.rendering import (
    COPIES,
    PLACES,
    STYLES,
    at_place,
    draw_jitter,
    draw_kinds,
    in_style,
    speckled,
)
from treemeta.tasks.transform import blur, by_channel

RARE = 10  # images of an answer: an episode of five shots and five queries takes so many
VERSION = 1  # of how images are rendered; packs of another are not used


@dataclass(frozen=True)
class Drawers:
    """Who drew: image ``j`` of a class is by drawer ``j % count``, the same one in all classes of a
    task and, if they are ``everywhere``, in all tasks."""

    count: int
    everywhere: bool


def relabelled(base: Dataset, questions: tuple[Question, ...], drawers: Drawers | None) -> Pack:
    """Return a task ``TASK/QUESTION`` for each task and question, in its role; the lineage begins
    with the question.

    Noise on characters gives ``COPIES`` renderings of an image where a task is trained on, and one
    where it is held out, so that no drawing is both in a support and in a query there. Raises
    ``DataError`` where the data cannot answer.
    """
    _check_told(base, questions, drawers)
    count = drawers.count if drawers else 1
    everywhere = {"style", "place", *TOLD}
    everywhere |= {"drawer"} if drawers and drawers.everywhere else set()
    classes, roles, lineage, shared = [], {}, {}, set()
    for task in base.select("all"):
        seen = _see(base, task, count)
        for question in questions:
            of_task = list(_classes(base, task, question, seen))
            if question.label in TOLD and len(of_task) < 2:
                continue  # where all images have one answer, there is nothing to ask
            name = f"{task.name}/{question.text}"
            classes += [(name, label, images) for label, images in of_task]
            roles[name] = base.roles[task.name]
            lineage[name] = (question.text, *base.lineage.get(task.name, ()))
            if question.label in everywhere:
                shared.add(name)
    if not classes:
        raise DataError(
            f"no task of {base.name} has two answers of {RARE} images to --questions "
            f"{','.join(one.text for one in questions)}: ask another"
        )
    return Pack(
        classes, roles, lineage, frozenset(shared),
        licences=base.licences, about=base.about, told=base.told,
    )  # fmt: skip


def _check_told(base: Dataset, questions: tuple[Question, ...], drawers: Drawers | None) -> None:
    """Raise unless the source tells what is asked."""
    for question in questions:
        if question.label == "drawer" and drawers is None:
            raise DataError(
                f"question {question.text!r} asks who drew the images of {base.name}, which only "
                "omniglot and glyphs tell: leave the question out"
            )
        untold = question.label in TOLD and question.label not in base.labels
        if untold or (question.label == "concept" and not base.labels):
            raise DataError(
                f"question {question.text!r} asks what only iconify tells of its images, and "
                f"{base.name} does not: leave the question out"
            )


def _see(base: Dataset, task: Task, drawers: int) -> dict[str, np.ndarray]:
    """Return what there is to ask about each image of a task, in each copy: ``int[COPIES, n]``
    positions among the answers; and the ``jitter`` of its place, ``int[COPIES, n, 2]``."""
    parts, told = [], {kind: _positions(base, kind) for kind in base.labels}
    for number, position in enumerate(task.classes):
        name, size = base.class_names[position], base.drawings(position)
        rng = {what: generator(0, "question", what, name) for what in ("style", "place", "jitter")}
        parts.append(
            {
                "character": np.full((COPIES, size), number),
                "style": draw_kinds(size, rng["style"]),
                "place": draw_kinds(size, rng["place"]),
                "jitter": draw_jitter(size, rng["jitter"]),
                "drawer": np.tile(np.arange(size) % drawers, (COPIES, 1)),
            }
            | {kind: np.tile(of[_span(base, position)], (COPIES, 1)) for kind, of in told.items()}
        )
    seen = {what: np.concatenate([part[what] for part in parts], axis=1) for what in parts[0]}
    return seen | {"concept": seen["character"]}


def _span(base: Dataset, position: int) -> slice:
    return slice(base.starts[position], base.starts[position + 1])


def _positions(base: Dataset, kind: str) -> np.ndarray:
    """Return for each image of a data set the position of its label among the sorted ones."""
    return np.unique(np.array(base.labels[kind]), return_inverse=True)[1]


def _classes(
    base: Dataset, task: Task, question: Question, seen: dict[str, np.ndarray]
) -> Iterator[tuple[str, np.ndarray]]:
    """Return the name and the images of every answer to a question; each has some. Of what the
    source tells, an answer that is rare in a task is none there."""
    noisy = question.label in CLASSES and question.noises
    copies = COPIES if noisy and base.roles[task.name] == "train" else 1
    seen = {what: drawn[:copies] for what, drawn in seen.items()}
    images, answers = _render(base, task, question, seen), seen[question.label].ravel()
    for position, name in enumerate(_names(base, task, question.label, int(answers.max()))):
        chosen = answers == position
        if question.label in TOLD and chosen.sum() < RARE:
            continue
        if not chosen.any():
            raise DataError(
                f"question {question.text!r} has no image with the answer {name!r} in task "
                f"{task.name!r} of {base.name}, {len(answers)} images in all: add some or leave "
                "the question out"
            )
        yield name, images[chosen]


def _names(base: Dataset, task: Task, label: str, last: int) -> list[str]:
    if label in TOLD:
        return sorted(set(base.labels[label]))[: last + 1]
    if label in CLASSES:
        return [base.class_names[c].removeprefix(f"{task.name}/") for c in task.classes]
    if label == "drawer":
        return [f"drawer{number + 1:02d}" for number in range(last + 1)]
    return list(STYLES if label == "style" else PLACES)


def _render(
    base: Dataset, task: Task, question: Question, seen: dict[str, np.ndarray]
) -> np.ndarray:
    """Return a task's images as they are rendered, one copy of all after the other."""
    drawn = [base.images[_span(base, c)] for c in task.classes]
    images = np.concatenate([np.concatenate(drawn)] * len(seen["style"]))
    if "place" in question.rendered:  # first, as it is the whole page that has a style
        where = seen["place"].ravel(), seen["jitter"].reshape(-1, 2)
        images = by_channel(at_place, images, *where)
    if "style" in question.rendered:
        images = by_channel(in_style, images, seen["style"].ravel())
    if "blur" in question.rendered:
        images = by_channel(blur, images, question.level("blur"))
    if "speckle" in question.rendered:
        images = speckled(
            images, question.level("speckle"), generator(0, "question", "speckle", task.name)
        )
    return images
