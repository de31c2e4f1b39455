"""``treemeta report``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from treemeta.cli.options import Tracking, TreeArgument, tracking

if TYPE_CHECKING:
    from treemeta.store.records import Tree
    from treemeta.tasks.dataset import Dataset


def report(
    tree: TreeArgument = "latest",
    output: Annotated[Path, typer.Option(help="The file to write.")] = Path("report.html"),
    tracking_uri: Tracking = None,
) -> None:
    """Write a tree as one web page: its drawing with each leaf's characters, what every node has
    reached, and the evidence for and against every split."""
    from treemeta.cli.progress import say
    from treemeta.errors import DataError, IntegrityError
    from treemeta.report.files import kind_of, write_file
    from treemeta.report.page import tree_report
    from treemeta.store.find import find_tree
    from treemeta.store.read import read_tree
    from treemeta.store.registry import open_registry

    kind_of(output, ("html",))
    registry = open_registry(tracking(tracking_uri))
    found = read_tree(registry, find_tree(registry, tree))
    dataset = None
    try:
        dataset = dataset_of(found)
    except (DataError, IntegrityError) as error:
        say(f"no characters are drawn: {error}")
    write_file(output, tree_report(found, dataset).encode())


def dataset_of(tree: "Tree") -> "Dataset":
    """Return the data set a tree was grown on, or raise where this machine has it no more."""
    from treemeta.tasks.sources import open_dataset
    from treemeta.tree.train import check_data, config_of

    config = config_of(tree.config)
    dataset = open_dataset(config.dataset, config.split)
    check_data(tree, dataset)
    return dataset
