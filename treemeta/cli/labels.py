"""``treemeta tree rename | tag``."""

from typing import Annotated

import typer

from treemeta.cli.options import Tracking, TreeArgument, tracking

Name = Annotated[str, typer.Argument(metavar="NAME", help="What it is called from now on.")]
Tag = Annotated[
    str, typer.Argument(metavar="KEY=VALUE", help="A tag of its run; one of that key is replaced.")
]


def rename(tree: TreeArgument, name: Name, tracking_uri: Tracking = None) -> None:
    """Give a tree another name, in lists and in MLflow; its id stays."""
    from treemeta.cli.progress import say
    from treemeta.errors import printable
    from treemeta.store.find import find_tree
    from treemeta.store.labels import rename_tree
    from treemeta.store.registry import open_registry

    registry = open_registry(tracking(tracking_uri))
    found = find_tree(registry, tree)
    rename_tree(registry, found, name)
    say(f"tree {found[:8]} is called {printable(name)}")


def tag(tree: TreeArgument, pair: Tag, tracking_uri: Tracking = None) -> None:
    """Set a tag of a tree's run, for MLflow's searches; treemeta itself reads none of them."""
    from treemeta.cli.progress import say
    from treemeta.errors import printable
    from treemeta.store.find import find_tree
    from treemeta.store.labels import parse_tag, tag_tree
    from treemeta.store.registry import open_registry

    key, value = parse_tag(pair)
    registry = open_registry(tracking(tracking_uri))
    found = find_tree(registry, tree)
    tag_tree(registry, found, key, value)
    say(f"tree {found[:8]} has the tag {printable(key)}={printable(value)}")
