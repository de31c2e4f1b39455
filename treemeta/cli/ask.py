"""The question that ``similarity`` and ``clusters`` put to measures, from their options."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from treemeta.measures.ask import Question
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
    float, typer.Option(min=0, max=0.9999, help="Draw episodes until this is reached ...")
]
MaxEpisodes = Annotated[
    int, typer.Option(min=4, help="... or the next draw would exceed this many per task.")
]


@contextmanager
def asking(
    tree: str, node: str, uri: str, engine: str, workers: int | None, device: str, **more: Any
) -> Iterator["Question"]:
    """Lend a question about a stored node; its engine starts at its first use and ends here."""
    from treemeta.cli.engine import open_engine
    from treemeta.measures.ask import Question
    from treemeta.store.find import find_node, find_tree
    from treemeta.store.read import read_tree
    from treemeta.store.registry import open_registry
    from treemeta.tasks.dataset import check_which

    check_which(more.get("which", "train"))
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
