"""``treemeta tree register``."""

from typing import Annotated

import typer

from treemeta.cli.completion import nodes
from treemeta.cli.options import Json, Tracking, TreeArgument, tracking

NodeArgument = Annotated[
    str, typer.Argument(metavar="NODE", help="A finished node of it.", autocompletion=nodes)
]
Name = Annotated[str, typer.Option(help="The registered model: a new version of it, or a new one.")]
Alias = Annotated[str | None, typer.Option(help="What this version is called from now on.")]


def register(
    tree: TreeArgument,
    node: NodeArgument,
    name: Name,
    alias: Alias = None,
    tracking_uri: Tracking = None,
    as_json: Json = False,
) -> None:
    """Put a node into MLflow's model registry, which serves it without pickle.

    Its address is printed, for mlflow.pyfunc.load_model; registry/README.md says what it is asked.
    """
    import json
    from dataclasses import asdict

    from treemeta.store.find import find_node, find_tree
    from treemeta.store.models import check_names
    from treemeta.store.models import register as registered
    from treemeta.store.read import read_tree
    from treemeta.store.registry import open_registry
    from treemeta.tree.arrays import params_of
    from treemeta.tree.served import model_of
    from treemeta.tree.stored import config_of, grown_on

    check_names(name, alias)
    registry = open_registry(tracking(tracking_uri))
    stored = read_tree(registry, find_tree(registry, tree))
    config, found = config_of(stored.config), find_node(stored, node)
    about = {"tree": stored.id, "node": found.name, "tasks": list(found.tasks)}
    data = grown_on(registry, stored.id, stored.config) if config.of_rows else None
    units = data.units if data else None
    model = model_of(config, params_of(registry, found, config), units, about)
    made = registered(registry, stored.id, found, model, name, alias)
    typer.echo(json.dumps(asdict(made)) if as_json else made.uri)
