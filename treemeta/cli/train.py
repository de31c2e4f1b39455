"""``treemeta train``."""

from pathlib import Path
from typing import Annotated, Any

import typer

from treemeta.cli.options import Device, Json, Tracking, Workers, config_options, tracking


@config_options
def train(
    config: Annotated[Path | None, typer.Option(help="A TOML file of options.")] = None,
    resume: Annotated[
        str | None, typer.Option(metavar="TREE", help="Go on with an unfinished tree.")
    ] = None,
    allow_env_change: Annotated[
        bool, typer.Option("--allow-env-change", help="Resume although versions changed.")
    ] = False,
    experiment: Annotated[
        str | None,
        typer.Option(help="MLflow experiment (else MLFLOW_EXPERIMENT_NAME, else treemeta)."),
    ] = None,
    tracking_uri: Tracking = None,
    workers: Workers = None,
    device: Device = "cpu",
    as_json: Json = False,
    **settings: Any,
) -> None:
    """Grow a tree, or with --arm reptile or scratch train one init or none.

    Every node is stored in the registry as soon as it is finished.
    """
    from treemeta.cli.progress import Listener, say
    from treemeta.config import make_config, read_config
    from treemeta.errors import ConfigError

    # What can be refused is refused before anything slow is imported or written.
    given = {name: value for name, value in settings.items() if value is not None}
    if resume and (given or config):
        raise ConfigError("--resume takes its settings from the tree: leave the other options out")
    declared = read_config(config) if config else {}
    chosen = make_config(declared, given)

    import os

    from treemeta.cli.device import check_device
    from treemeta.engine.local import Engine, physical_cores
    from treemeta.report.export import figures, tree_json
    from treemeta.report.text import tree_text
    from treemeta.store.read import experiment_of, find_tree
    from treemeta.store.registry import DEFAULT_EXPERIMENT, experiment_id, open_registry
    from treemeta.tasks.sources import GET_OMNIGLOT, open_dataset
    from treemeta.tree import train as training

    check_device(device)
    if resume:
        registry = open_registry(tracking(tracking_uri))
        tree = find_tree(registry, resume)
        chosen = training.resume(registry, tree, allow_env_change)
        where = experiment_of(registry, tree)
        dataset = open_dataset(chosen.dataset, chosen.split)
    else:
        if "dataset" not in declared | given:
            say(f"no --dataset given: using the synthetic glyphs; for Omniglot {GET_OMNIGLOT}")
        dataset = open_dataset(chosen.dataset, chosen.split)
        training.check(chosen, dataset)
        registry = open_registry(tracking(tracking_uri), create=True)
        name = experiment or os.environ.get("MLFLOW_EXPERIMENT_NAME") or DEFAULT_EXPERIMENT
        where = experiment_id(registry, name)
        tree = training.begin(chosen, dataset, registry, where)
    say(f"tree {tree} (treemeta tree show {tree[:8]}; if interrupted: train --resume {tree[:8]})")
    count = 1 if device == "cuda" else workers or physical_cores()
    with Engine(count) as engine, Listener(chosen) as listen:
        grown = training.train(
            chosen, dataset, registry, where, tree, figures, listen, engine, device
        )
    typer.echo(tree_json(grown) if as_json else tree_text(grown), nl=not as_json)
