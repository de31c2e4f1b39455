"""``treemeta forecast``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from treemeta.cli.completion import nodes, trees
from treemeta.cli.help import examples
from treemeta.cli.options import (
    Device,
    EngineKind,
    Json,
    Tracking,
    Workers,
    config_options,
    tracking,
)

if TYPE_CHECKING:
    from treemeta.config import Config
    from treemeta.tree.outlook import Outlook

EXAMPLES = examples(
    "treemeta forecast latest",
    "treemeta forecast --dataset photos",
)


@config_options
def forecast(
    tree: Annotated[
        str | None,
        typer.Argument(
            metavar="[TREE]",
            help="A trained tree, or latest [default: latest, unless options name data].",
            autocompletion=trees,
        ),
    ] = None,
    node: Annotated[
        str | None,
        typer.Option(help="At the init of this node of a TREE [default: r].", autocompletion=nodes),
    ] = None,
    config: Annotated[Path | None, typer.Option(help="A TOML file of options.")] = None,
    tracking_uri: Tracking = None,
    workers: Workers = None,
    device: Device = "cpu",
    engine: EngineKind = "local",
    as_json: Json = False,
    **settings: Any,
) -> None:
    """Should these tasks share a model? What parting them would gain, for the price of a probe.

    Of a TREE, at a node: were its tasks parted as they are, or as they conflict. With --dataset and
    other options instead, one init is trained up to the first --split-every, and nothing is stored.
    """
    from treemeta.declared import make_config, read_config
    from treemeta.errors import ConfigError

    given = {name: value for name, value in settings.items() if value is not None}
    if tree is not None and (given or config):
        raise ConfigError(f"TREE {tree!r} says all settings: leave the other options out")
    if node is not None and (given or config):
        raise ConfigError(f"--node {node} is of a TREE, and options name data: leave one out")
    uri = tracking(tracking_uri)
    if given or config:
        chosen = make_config(read_config(config) if config else {}, given)
        found = _of_data(chosen, uri, engine, workers, device)
    else:
        found = _of_tree(tree or "latest", node or "r", uri, engine, workers, device)

    from treemeta.report.forecast_text import forecast_json, forecast_text

    typer.echo(forecast_json(found) if as_json else forecast_text(found), nl=not as_json)


def _of_tree(
    tree: str, node: str, uri: str, engine: str, workers: int | None, device: str
) -> "Outlook":
    from treemeta.api.asked import outlook_at
    from treemeta.cli.measuring import measuring

    with measuring(tree, node, uri, engine, workers, device) as subject:
        return outlook_at(subject)


def _of_data(
    config: "Config", uri: str, engine: str, workers: int | None, device: str
) -> "Outlook":
    from treemeta.api.foretold import check_outlook, opened_to_ask, outlook_of
    from treemeta.cli.listener import Listener
    from treemeta.cli.progress import tell_data
    from treemeta.engine.opening import check_engine, open_engine

    check_engine(engine, workers, device)
    check_outlook(config)
    fitting, dataset = opened_to_ask(config)
    tell_data(dataset, vars(config))
    with open_engine(engine, workers, device, uri) as running, Listener(fitting) as listen:
        return outlook_of(fitting, dataset, running, device, listen)
