"""``treemeta similarity``."""

from pathlib import Path
from typing import Annotated, Any

import typer

from treemeta.cli.options import Device, EngineKind, Json, Tracking, TreeArgument, Workers, tracking


def similarity(
    tree: TreeArgument = "latest",
    node: Annotated[str, typer.Option(help="At the init of this node.")] = "r",
    measure: Annotated[str, typer.Option(help="direction or tree.")] = "direction",
    tasks: Annotated[
        str, typer.Option(help="train (the node's own), test, or all of the data set.")
    ] = "train",
    target_reliability: Annotated[
        float, typer.Option(min=0, max=0.9999, help="Draw episodes until this is reached ...")
    ] = 0.9,
    max_episodes: Annotated[
        int, typer.Option(min=4, help="... or the next draw would exceed this many per task.")
    ] = 480,
    export: Annotated[
        Path | None, typer.Option(help="Write a file ending in .csv, .json, .png or .svg.")
    ] = None,
    tracking_uri: Tracking = None,
    workers: Workers = None,
    device: Device = "cpu",
    engine: EngineKind = "local",
    as_json: Json = False,
) -> None:
    """Tell how alike tasks are: by the directions in which they pull an init, or by the tree.

    Direction similarities are cosines between independent halves of the episodes, so a task's
    similarity to itself is not 1: it is the ceiling that noise sets.
    """
    from treemeta.cli.progress import say
    from treemeta.errors import ConfigError
    from treemeta.tasks.dataset import check_which

    if measure not in ("direction", "tree"):
        raise ConfigError(f"--measure is {measure!r}: choose direction or tree")
    check_which(tasks)
    from treemeta.report.files import kind_of, write_file
    from treemeta.report.matrix import FORMATS, export_matrix, matrix_json

    kind = kind_of(export, FORMATS) if export else ""

    from treemeta.cli.engine import open_engine
    from treemeta.report.lineage import tree_similarity
    from treemeta.report.text import similarity_text
    from treemeta.store.find import find_node, find_tree
    from treemeta.store.read import read_tree
    from treemeta.store.registry import open_registry

    uri = tracking(tracking_uri)
    registry = open_registry(uri)
    found = read_tree(registry, find_tree(registry, tree))
    at = find_node(found, node)
    about: dict[str, Any] = {"tree": found.id, "node": node, "measure": measure}
    if measure == "tree":
        if tasks != "train":
            raise ConfigError(
                f"--measure tree knows the tree's own tasks only, not --tasks {tasks}"
            )
        matrix = tree_similarity(found, at)
        about |= {"reliability": None, "episodes": 0}
    else:
        from treemeta.tree.measure import episodes_for, measure_node

        with open_engine(engine, workers, device, uri) as opened:
            result = measure_node(
                registry, found, at, tasks, target_reliability, max_episodes, opened, device
            )
        matrix = result.matrix
        about |= {"reliability": result.reliability, "episodes": result.episodes}
        if result.reliability is None:
            say("reliability is not defined for fewer than four tasks")
        elif result.reliability < target_reliability:
            needed = episodes_for(result, target_reliability)
            say(
                f"reliability {result.reliability:.2f} after {result.episodes} episodes per task"
                + (f"; {target_reliability} would take about {needed}" if needed else "")
            )
    if export:
        write_file(export, export_matrix(matrix, about, kind))
    if as_json:
        typer.echo(matrix_json(matrix, about), nl=False)
    elif not export:
        typer.echo(similarity_text(matrix))
        if about["reliability"] is not None:
            found_with = f"from {about['episodes']} episodes per task"
            typer.echo(f"\nreliability {about['reliability']:.3f} {found_with}")
