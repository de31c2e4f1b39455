"""``treemeta compare``."""

from functools import partial
from pathlib import Path
from typing import Annotated, Any

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
    from treemeta.api.repeats import chosen_arms, chosen_config, chosen_numbers
    from treemeta.cli.progress import say, tell_data
    from treemeta.declared import config_text, read_config
    from treemeta.report.files import kind_of, write_file

    # What can be refused is refused before anything slow is imported or written.
    given = {name: value for name, value in settings.items() if value is not None}
    wanted = chosen_arms(arms)
    declared = read_config(config) if config else {}
    chosen, curves = chosen_config(declared, given), "eval_every" not in {**declared, **given}
    if print_config:
        typer.echo(config_text(chosen), nl=False)
        return
    numbers = chosen_numbers(seeds, "seed", given, chosen)
    splits = chosen_numbers(task_splits, "task_split", given, chosen)

    from treemeta.report.arms_table import arms_json
    from treemeta.report.exports import COMPARISON, DRAWN, export_comparison

    kind = kind_of(export, COMPARISON) if export else ""
    if kind in DRAWN and not curves and not chosen.eval_every:
        from treemeta.errors import ConfigError

        raise ConfigError(f"--export {export} draws curves, and --eval-every 0 asks for none")

    from treemeta.analysis.comparison import compare as compared
    from treemeta.api.arms import run_arms
    from treemeta.api.comparing import log_page, repeats_of, truth_of
    from treemeta.cli.listener import Listener
    from treemeta.engine.opening import open_engine
    from treemeta.report.arms_text import arms_text
    from treemeta.report.export import figures
    from treemeta.tree.obtain import Place

    uri, name = tracking(tracking_uri), experiment_name(experiment)
    with open_engine(engine, workers, device, uri) as running:
        repeats = repeats_of(chosen, splits, numbers, curves)
        _, dataset = next(iter(repeats.values()))
        tell_data(dataset, given)
        place = Place(dataset, uri, name, running, device, figures, Listener)
        try:
            entries, absent = run_arms(place, repeats, wanted, say, partial(log_page, place, say))
        except (KeyboardInterrupt, SystemExit):
            say("finished nodes are stored; the same command goes on from there")
            raise
    truth = truth_of(dataset)
    comparison = compared(entries, truth, absent)
    if export:
        write_file(export, export_comparison(entries, truth, kind))
        say(f"wrote {export}")
    typer.echo(arms_json(comparison) if as_json else arms_text(comparison), nl=not as_json)
