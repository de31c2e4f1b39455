"""What commands measure of a tree, from their options."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from treemeta.cli.completion import nodes, words
from treemeta.cli.numbers import number, whole

if TYPE_CHECKING:
    from treemeta.measures.subject import Subject

Node = Annotated[str, typer.Option(help="At the init of this node.", autocompletion=nodes)]
Tasks = Annotated[
    str,
    typer.Option(
        help="train (the node's own), test, or all of the data set.",
        autocompletion=words(("train", "test", "all")),
    ),
]
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
    from treemeta.cli.progress import watched
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
            lambda: stack.enter_context(watched(open_engine(engine, workers, device, uri))),
            device=device, **more,
        )  # fmt: skip
