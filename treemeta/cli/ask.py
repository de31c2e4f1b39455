"""The question that ``similarity`` and ``clusters`` put to measures, from their options."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from treemeta.analysis.clusters import Agreement
    from treemeta.measures.ask import Question
    from treemeta.measures.matrix import Similarity
    from treemeta.report.html import Section
    from treemeta.tasks.truth import Truth

Node = Annotated[str, typer.Option(help="At the init of this node.")]
Tasks = Annotated[str, typer.Option(help="train (the node's own), test, or all of the data set.")]
Transform = Annotated[
    str,
    typer.Option(
        help="Add transformed copies of the tasks: thick, thin, invert, blur, rotate or reflect, "
        "with :STRENGTH."
    ),
]
TargetReliability = Annotated[
    float,
    typer.Option(
        min=0,
        max=0.9999,
        help="Draw episodes of directions or task2vec until this is reached ...",
    ),
]
MaxEpisodes = Annotated[
    int, typer.Option(min=4, help="... or the next draw would exceed this many per task.")
]
Layers = Annotated[
    str, typer.Option(help="Directions of these layers only: conv1,conv2,norm (default: all).")
]


def layer_names(text: str) -> tuple[str, ...]:
    """Return the names in what ``--layers`` was given."""
    return tuple(name for name in text.split(",") if name)


@contextmanager
def asking(
    tree: str, node: str, uri: str, engine: str, workers: int | None, device: str, **more: Any
) -> Iterator["Question"]:
    """Lend a question about a stored node; its engine starts at its first use and ends here."""
    from treemeta.cli.engine import check_engine, open_engine
    from treemeta.measures.ask import Question
    from treemeta.store.find import find_node, find_tree
    from treemeta.store.read import read_tree
    from treemeta.store.registry import open_registry
    from treemeta.tasks.dataset import check_which

    check_which(more.get("which", "train"))
    check_engine(engine, workers, device)  # before anything is read or drawn
    registry = open_registry(uri)
    found = read_tree(registry, find_tree(registry, tree))
    with ExitStack() as stack:
        yield Question(
            registry, found, find_node(found, node),
            lambda: stack.enter_context(open_engine(engine, workers, device, uri)),
            device=device, **more,
        )  # fmt: skip


def truths_of(question: "Question") -> tuple["Truth", ...]:
    """Return what is known of the tasks in question, without a word where nothing is."""
    from treemeta.errors import TreemetaError
    from treemeta.tasks.truth import builtin_truths

    try:
        return builtin_truths(question.dataset)
    except TreemetaError:  # a picture without families is still a picture
        return ()


def learned_of(question: "Question") -> "Similarity":
    """Return the directions, of a consensus the depths in the tree."""
    from treemeta.measures.ask import measure

    return measure("direction" if question.has_init else "tree", question)


def agreements(
    question: "Question", learned: "Similarity", truths: "Sequence[Truth]", level: str
) -> "list[Agreement]":
    """Return how the tree, if it is about its own tasks, the directions and the trivial measures
    agree with each reading of the truth."""
    from treemeta.analysis.clusters import (
        agreement,
        measure_candidate,
        random_tree,
        tree_candidate,
    )
    from treemeta.measures.ask import measure

    groups = truths[0].groups(level)
    sizes = {len({groups[task.name] for task in question.tasks if task.name in groups})} - {0}
    candidates = []
    in_tree = question.in_tree and bool(question.node.groups)
    if in_tree:
        candidates.append(tree_candidate(question.tree, question.node))
        sizes |= {int(labels.max()) + 1 for labels in candidates[0].cuts.values()}
    measures = [measure(name, question) for name in ("pixels", "nuisance")]
    measures = [learned, *measures] if question.has_init else measures
    candidates += [measure_candidate(one, sizes) for one in measures]
    found = []
    for truth in truths:
        rows = [agreement(one, truth, level) for one in candidates]
        # Chance depends on the shape, which the measures share and the tree has of its own.
        found += [*rows, *(random_tree(one) for one in rows[: 2 if in_tree else 1])]
    return found


def sections_about(question: "Question") -> "list[Section]":
    """Return what a tree's page tells of the similarity of its tasks."""
    from treemeta.errors import DataError
    from treemeta.report.sections import LEAST, similarity_sections

    if len(question.tasks) < LEAST:
        return []
    learned, truths = learned_of(question), truths_of(question)[:1]
    try:
        found = agreements(question, learned, truths, "family") if truths else []
    except DataError:  # the truth knows too few of the tasks
        truths, found = (), []
    return similarity_sections(learned, truths, found)
