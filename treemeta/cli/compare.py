"""``treemeta compare``."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from treemeta.cli.completion import arms as arms_of
from treemeta.cli.help import examples
from treemeta.cli.numbers import whole
from treemeta.cli.options import (
    Device,
    EngineKind,
    Experiment,
    Json,
    PrintConfig,
    Tracking,
    Workers,
    config_options,
    experiment_name,
    tracking,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from treemeta.analysis.estimate import Repeat
    from treemeta.config import Config
    from treemeta.store.records import Tree
    from treemeta.tasks.dataset import Dataset
    from treemeta.tree.obtain import Place

EXAMPLES = examples(
    "treemeta compare --dataset photos --seeds 3 --arms joint,tree",
    "treemeta compare --config experiment.toml --export comparison.svg",
)


@config_options
def compare(
    config: Annotated[Path | None, typer.Option(help="A TOML file of options.")] = None,
    print_config: PrintConfig = False,
    seeds: Annotated[
        int | None, typer.Option(**whole(1), help="Repeat with seeds 0 to this, less one.")
    ] = None,
    task_splits: Annotated[
        int | None,
        typer.Option(
            **whole(1),
            help="Repeat with other held-out tasks: the data's own, then this, less one, drawn.",
        ),
    ] = None,
    arms: Annotated[
        str | None,
        typer.Option(
            metavar="A,B,...",
            help="What is compared [default: all but own].",
            autocompletion=arms_of,
        ),
    ] = None,
    experiment: Experiment = None,
    tracking_uri: Tracking = None,
    workers: Workers = None,
    device: Device = "cpu",
    engine: EngineKind = "local",
    export: Annotated[
        Path | None, typer.Option(help="Write it: .csv or .parquet, .svg or .png of its curves.")
    ] = None,
    as_json: Json = False,
    **settings: Any,
) -> None:
    """Does the tree pay? Hold it against one shared init, more compute, other cuts, other leaves.

    Arms: scratch, joint, joint-equal-compute, joint-wide, joint-reweighted, joint-pcgrad, ensemble,
    tree, trunk, copies, random, oracle, by-loss, by-task2vec, by-pixels, best-leaf, wrong-leaf and
    own. All see the same held-out episodes. Of --focus, joint, joint-equal-compute, joint-wide,
    joint-pcgrad and ensemble take no note. What the experiment holds already is not trained again.
    """
    from treemeta.cli.arms import chosen_arms, chosen_config, chosen_numbers, run_arms
    from treemeta.cli.progress import say, tell_data
    from treemeta.declared import config_text, read_config
    from treemeta.report.files import kind_of, write_file

    # What can be refused is refused before anything slow is imported or written.
    given = {name: value for name, value in settings.items() if value is not None}
    wanted = chosen_arms(arms)
    chosen = chosen_config(read_config(config) if config else {}, given)
    if print_config:
        typer.echo(config_text(chosen), nl=False)
        return
    numbers = chosen_numbers(seeds, "seed", given, chosen)
    splits = chosen_numbers(task_splits, "task_split", given, chosen)

    from treemeta.report.arms_table import arms_json
    from treemeta.report.exports import COMPARISON, DRAWN, export_comparison

    kind = kind_of(export, COMPARISON) if export else ""
    if kind in DRAWN and not chosen.eval_every:
        from treemeta.errors import ConfigError

        raise ConfigError(f"--export {export} draws curves, and --eval-every 0 asks for none")

    from treemeta.analysis.comparison import compare as compared
    from treemeta.engine.opening import open_engine
    from treemeta.report.arms_text import arms_text

    uri = tracking(tracking_uri)
    with open_engine(engine, workers, device, uri) as opened:
        repeats = _repeats(chosen, splits, numbers)
        _, dataset = next(iter(repeats.values()))
        tell_data(dataset, given)
        place = _place(dataset, uri, experiment_name(experiment), opened, device)
        try:
            entries, absent = run_arms(place, repeats, wanted, partial(_page, place))
        except (KeyboardInterrupt, SystemExit):
            say("finished nodes are stored; the same command goes on from there")
            raise
    truth = {task: steps[0] for task, steps in place.dataset.lineage.items() if steps}
    comparison = compared(entries, truth, absent)
    if export:
        write_file(export, export_comparison(entries, truth, kind))
        say(f"wrote {export}")
    typer.echo(arms_json(comparison) if as_json else arms_text(comparison), nl=not as_json)


def _repeats(
    config: "Config", splits: "Sequence[int]", seeds: "Sequence[int]"
) -> "dict[Repeat, tuple[Config, Dataset]]":
    """Return the config and the data of every repeat."""
    from dataclasses import replace

    repeats: dict[Repeat, tuple[Config, Dataset]] = {}
    for split in splits:
        fitting, dataset = _opened(replace(config, task_split=split))
        repeats |= {(split, seed): (replace(fitting, seed=seed), dataset) for seed in seeds}
    return repeats


def _opened(config: "Config") -> "tuple[Config, Dataset]":
    """Return the data that all arms are compared on, and the config that fits them."""
    from treemeta.errors import DataError
    from treemeta.tasks.sources import opened
    from treemeta.tree.job import check_fit

    config, dataset = opened(config)
    check_fit(config, dataset)
    if not dataset.select("test"):
        raise DataError(f"data set {dataset.name} holds no tasks out to compare on: add some")
    return config, dataset


def _page(place: "Place", tree: "Tree") -> None:
    """Log a tree's page, with what it gains on the arms beside it."""
    from treemeta.cli.progress import say
    from treemeta.pages import page_files
    from treemeta.store.finish import write_figures
    from treemeta.store.registry import open_registry

    registry = open_registry(place.uri)
    write_figures(registry, tree, page_files(registry, place.engine, place.device, say, tree))


def _place(dataset: "Dataset", uri: str, experiment: str, engine: Any, device: str) -> "Place":
    from treemeta.cli.progress import Listener
    from treemeta.report.export import figures
    from treemeta.tree.obtain import Place

    return Place(dataset, uri, experiment, engine, device, figures, Listener)
