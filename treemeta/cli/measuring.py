"""What ``similarity`` and ``clusters`` have measured, from their options."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from treemeta.cli.numbers import number, whole

if TYPE_CHECKING:
    from treemeta.analysis.clusters import Agreement
    from treemeta.measures.similarity import Similarity
    from treemeta.measures.subject import Subject
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
        **number(0, 0.9999),
        help="Draw episodes of directions or task2vec until this is reached ...",
    ),
]
MaxEpisodes = Annotated[
    int, typer.Option(**whole(4), help="... or the next draw would exceed this many per task.")
]
Layers = Annotated[
    str, typer.Option(help="Directions of these layers only: conv1,conv2,norm (default: all).")
]


def layer_names(text: str) -> tuple[str, ...]:
    """Return the names in what ``--layers`` was given."""
    return tuple(name for name in text.split(",") if name)


@contextmanager
def measuring(
    tree: str, node: str, uri: str, engine: str, workers: int | None, device: str, **more: Any
) -> Iterator["Subject"]:
    """Lend a stored node to measures; the engine starts at its first use and ends here."""
    from treemeta.engine.opening import check_engine, open_engine
    from treemeta.measures.subject import Subject
    from treemeta.store.find import find_node, find_tree
    from treemeta.store.read import read_tree
    from treemeta.store.registry import open_registry
    from treemeta.tasks.dataset import check_which

    check_which(more.get("which", "train"))
    check_engine(engine, workers, device)  # before anything is read or drawn
    registry = open_registry(uri)
    stored = read_tree(registry, find_tree(registry, tree))
    with ExitStack() as stack:
        yield Subject(
            registry, stored, find_node(stored, node),
            lambda: stack.enter_context(open_engine(engine, workers, device, uri)),
            device=device, **more,
        )  # fmt: skip


def truths_of(subject: "Subject") -> tuple["Truth", ...]:
    """Return what is known of the tasks that are measured, without a word where nothing is."""
    from treemeta.errors import TreemetaError
    from treemeta.tasks.truth import builtin_truths

    try:
        return builtin_truths(subject.dataset)
    except TreemetaError:  # a picture without families is still a picture
        return ()


def learned(subject: "Subject") -> "Similarity":
    """Return the directions, of a consensus the depths in the tree."""
    from treemeta.measures.subject import measure

    return measure("direction" if subject.has_init else "tree", subject)


def agreements_of(
    subject: "Subject", similarity: "Similarity", truths: "Sequence[Truth]", level: str
) -> "list[Agreement]":
    """Return how the tree, if it is about its own tasks, what was learned of these and what is
    trivial to tell agree with each reading of the truth."""
    from treemeta.analysis.clusters import agreements, tree_candidate
    from treemeta.measures.subject import measure

    if not truths:
        return []
    whole = subject.in_tree and bool(subject.node.groups)
    tree = tree_candidate(subject.tree, subject.node) if whole else None
    names = ("pixels", "nuisance") if subject.dataset.has_images else ("pixels",)
    trivial = [measure(name, subject) for name in names]
    # Where there is no init, what was learned is the tree itself.
    return agreements(tree, [similarity, *trivial] if subject.has_init else trivial, truths, level)


def sections_about(subject: "Subject") -> "list[Section]":
    """Return what a tree's page tells of the similarity of its tasks."""
    from treemeta.analysis.groups import grouping_of
    from treemeta.errors import DataError
    from treemeta.report.sections import LEAST, similarity_sections

    if len(subject.tasks) < LEAST or not (subject.has_init or subject.node.groups):
        return []
    similarity, truths = learned(subject), truths_of(subject)[:1]
    try:
        agreements = agreements_of(subject, similarity, truths, "family")
    except DataError:  # the truth knows too few of the tasks
        truths, agreements = (), []
    grouping = grouping_of(subject.tree, subject.node, similarity)
    return similarity_sections(subject.tree, similarity, grouping, truths, agreements)
