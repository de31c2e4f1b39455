"""``treemeta registry``."""

from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from treemeta.cli.mistakes import Group
from treemeta.cli.options import Json, Tracking, Workers, tracking

if TYPE_CHECKING:
    from treemeta.store.checkup import Finding
    from treemeta.store.registry import Registry

app = typer.Typer(cls=Group, no_args_is_help=True, help="Keep a registry in order.")


@app.command()
def move(tracking_uri: Tracking = None) -> None:
    """Make a registry that was copied or moved one of its own, with the files beside it."""
    from treemeta.store.move import move as moved

    done = moved(tracking(tracking_uri))
    if not done.experiments + done.runs + done.models + done.versions:
        typer.echo(f"nothing to do: the registry's files are said to be at {done.folder} already")
        return
    typer.echo(
        f"experiments {done.experiments}, runs {done.runs}: their files are at {done.folder}"
    )


@app.command()
def upgrade(tracking_uri: Tracking = None) -> None:
    """Bring a registry of an older MLflow to the one that is installed, and keep a copy."""
    from treemeta.store.upgrade import upgrade as upgraded

    typer.echo(f"the registry is up to date; as it was before: {upgraded(tracking(tracking_uri))}")


@app.command()
def sync(tracking_uri: Tracking = None) -> None:
    """Deliver the trees that went on in the registry here, as theirs was away for too long.

    Run it in the folder that the training was started in, which has its registry/. What is there
    already is not brought again; trees that are finished stay here as well.
    """
    from treemeta.errors import ConfigError
    from treemeta.store.registry import DEFAULT_URI, open_registry
    from treemeta.tree.deliver import bound, deliver

    if (uri := tracking(tracking_uri)) == DEFAULT_URI:
        raise ConfigError(
            f"{DEFAULT_URI} is the registry here: name the one to deliver to with --tracking-uri "
            "or MLFLOW_TRACKING_URI"
        )
    here = open_registry(DEFAULT_URI)
    if not (trees := list(bound(here))):
        typer.echo("nothing to do: no tree here is bound for another registry")
        return
    there = open_registry(uri)
    for tree, wanted in trees:
        done = deliver(here, tree, there, wanted)
        typer.echo(
            f"tree {tree[:8]}: {done.nodes} nodes delivered to {wanted[:8]}, {done.tree.status}"
        )


@app.command()
def doctor(
    tracking_uri: Tracking = None,
    fix: Annotated[bool, typer.Option("--fix", help="Mend what can be mended.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Remove without asking.")] = False,
    workers: Workers = None,
    as_json: Json = False,
) -> None:
    """Look a registry over: second copies, orphans, dead trainings, files that are missing.

    What is lost of a tree is grown again, to the same bits. Exits with 5 if anything is left wrong.
    """
    from dataclasses import asdict

    from treemeta.cli.progress import say
    from treemeta.errors import IntegrityError, TreemetaError
    from treemeta.store.checkup import look_over
    from treemeta.store.documents import json_text
    from treemeta.store.registry import open_registry

    registry = open_registry(tracking(tracking_uri))
    left = []
    for finding in look_over(registry):
        say(_told(finding))
        if not fix or not finding.mends or not _agreed(finding, yes):
            left.append(finding)
            continue
        try:
            say(f"  {_mended(registry, finding, workers)}")
        except TreemetaError as error:
            say(f"  not mended: {error}")
            left.append(finding)
    if as_json:
        typer.echo(json_text([asdict(one) for one in left], indent=1), nl=False)
    if left:
        more = "" if fix else ", with --fix: mended where that is said"
        count = "1 thing is" if len(left) == 1 else f"{len(left)} things are"
        raise IntegrityError(f"{count} wrong with the registry{more}")
    say("nothing is wrong with the registry")


def _told(finding: "Finding") -> str:
    from treemeta.errors import printable

    whose = f"tree {finding.tree[:8]}: " if finding.tree else ""
    can_be = f" (can be {finding.mends})" if finding.mends else ""
    return f"{whose}{printable(finding.said)}{can_be}"


def _agreed(finding: "Finding", yes: bool) -> bool:
    import sys

    from treemeta.store.checkup import REMOVE

    if finding.mends != REMOVE or yes:
        return True
    return sys.stdin.isatty() and typer.confirm(f"remove these {len(finding.runs)} runs?")


def _mended(registry: "Registry", finding: "Finding", workers: int | None) -> str:
    """Mend what was found, and return what was done."""
    from treemeta.store.checkup import REGROW
    from treemeta.store.mend import mend

    if finding.mends != REGROW:
        mend(registry, finding)
        return finding.mends
    from treemeta.cli.listener import Listener
    from treemeta.cli.progress import say
    from treemeta.engine.opening import open_engine
    from treemeta.pages import page_files
    from treemeta.store.read import read_started
    from treemeta.tree.regrow import regrow
    from treemeta.tree.stored import config_of

    config = config_of(read_started(registry, finding.tree).config)
    with open_engine("local", workers, "cpu", registry.uri) as engine, Listener(config) as listen:
        drawn = partial(page_files, registry, engine, "cpu", say)
        grown = regrow(registry, finding, drawn, listen, engine)
    if grown.same:
        return "grown again, to the same bits"
    was = grown.before[:12] if grown.before else "not known"
    return f"grown again: its hash is {grown.tree.hash()[:12]}, and was {was}"
