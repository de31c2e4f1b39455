"""``treemeta train``."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from treemeta.cli.completion import trees
from treemeta.cli.help import examples
from treemeta.cli.numbers import number, whole
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
    "treemeta train --dataset omniglot --questions character+style,style --meta-steps 600",
    "treemeta train --dataset photos --seed 1  # a folder of task/class/image",
    "treemeta train --config experiment.toml --meta-steps 3000",
)


@config_options
def train(
    config: Annotated[Path | None, typer.Option(help="A TOML file of options.")] = None,
    print_config: PrintConfig = False,
    resume: Annotated[
        str | None,
        typer.Option(metavar="TREE", help="Go on with an unfinished tree.", autocompletion=trees),
    ] = None,
    allow_env_change: Annotated[
        bool, typer.Option("--allow-env-change", help="Resume although versions changed.")
    ] = False,
    allow_fallback: Annotated[
        bool, typer.Option("--allow-fallback", help="Resume without what is damaged.")
    ] = False,
    experiment: Experiment = None,
    tracking_uri: Tracking = None,
    workers: Workers = None,
    device: Device = "cpu",
    engine: EngineKind = "local",
    outage: Annotated[
        float,
        typer.Option(**number(0), help="Seconds to wait for a server that does not answer."),
    ] = 600.0,
    commit_every: Annotated[
        int,
        typer.Option(**whole(0), help="Steps between checkpoints; 0 is about a minute."),
    ] = 0,
    as_json: Json = False,
    **settings: Any,
) -> None:
    """Grow a tree, or with --arm joint or scratch train one init or none.

    Every node is stored in the registry as soon as it is finished.
    """
    from treemeta.cli.listener import Listener
    from treemeta.cli.progress import say, tell_data
    from treemeta.declared import config_text, make_config, read_config
    from treemeta.errors import ConfigError

    # What can be refused is refused before anything slow is imported or written.
    given = {name: value for name, value in settings.items() if value is not None}
    if resume is not None:
        others = {"config": config, "experiment": experiment, "print_config": print_config or None}
        _check_resumed(given | others)
    if allow_fallback and resume is None:
        raise ConfigError("--allow-fallback is for --resume TREE: name a tree, or leave it out")
    declared = read_config(config) if config else {}
    chosen = make_config(declared, given)
    if print_config:
        typer.echo(config_text(chosen), nl=False)
        return

    from treemeta.api.telling import never_asked
    from treemeta.engine.opening import open_engine
    from treemeta.pages import logged
    from treemeta.report.export import tree_json
    from treemeta.report.text import tree_text
    from treemeta.store.registry import DEFAULT_URI
    from treemeta.store.runs import COMMIT
    from treemeta.tasks import sources
    from treemeta.tasks.imported import GET_OMNIGLOT
    from treemeta.tree import job as jobs
    from treemeta.tree import train as training
    from treemeta.tree.plan import Plan

    uri = tracking(tracking_uri)
    finished = False
    with open_engine(engine, workers, device, uri) as opened:
        if resume is not None:
            if allow_fallback:
                _fall_back(uri, resume)
            job = jobs.resume(uri, resume, allow_env_change, device)
            tell_data(job.dataset, vars(job.config))
            finished = COMMIT in job.registry.client.get_run(job.tree).data.tags
        else:
            if "dataset" not in declared | given:
                say(f"no --dataset given: using the synthetic glyphs; for Omniglot {GET_OMNIGLOT}")
            chosen, dataset = sources.opened(chosen)
            tell_data(dataset, declared | given)
            job = jobs.begin(Plan("", chosen), dataset, uri, experiment_name(experiment), device)
            if reason := never_asked(chosen):
                say(reason)
        if not job.dataset.select("test"):
            say(f"{job.dataset.name} holds no tasks out: accuracy on unseen tasks is not told")
        short = job.tree[:8]

        after = f"if interrupted: train --resume {short}"
        if finished:
            after = "it is finished, and nothing is left to train"
        say(f"tree {job.tree} (treemeta tree show {short}; {after})")
        listener = Listener(job.config)
        try:
            with listener as listen:
                job = replace(
                    job, outage=outage, commit_every=commit_every, fallback=allow_fallback
                )
                drawn = logged(job, opened, device, say)
                grown = training.train(job, drawn, listen, opened, device)
        except (KeyboardInterrupt, SystemExit):
            here = f"{listener.spooled[:8]} --tracking-uri {DEFAULT_URI}"
            lost = "what came after its last checkpoint is lost, as the registry does not answer; "
            way = f"go on with train --resume {here if listener.spooled else short}"
            say(f"{lost if listener.away else ''}{way}")
            raise
    typer.echo(tree_json(grown) if as_json else tree_text(grown), nl=not as_json)


def _check_resumed(given: dict[str, Any]) -> None:
    """Raise ``ConfigError`` for options that would train a resumed tree otherwise."""
    from treemeta.errors import ConfigError

    names = [name for name, value in given.items() if value is not None]
    if names:
        flags = ", ".join("--" + name.replace("_", "-") for name in names)
        raise ConfigError(f"--resume takes its settings from the tree: leave {flags} out")


def _fall_back(uri: str, which: str) -> None:
    """Take from a tree what cannot be read of it, and say what that is."""
    from treemeta.cli.progress import say
    from treemeta.store.find import find_tree
    from treemeta.store.mend import fall_back
    from treemeta.store.registry import open_registry

    registry = open_registry(uri)
    tree = find_tree(registry, which)
    if taken := fall_back(registry, tree):
        names = ", ".join(map(repr, taken))
        say(f"taken from tree {tree}, as it cannot be read: {names}; it is trained again")
