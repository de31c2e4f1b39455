"""``treemeta tree show | export | diff | consensus | delete``; others have own modules."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from treemeta.cli import gains, labels, listing, register
from treemeta.cli.completion import trees as trees_of
from treemeta.cli.mistakes import Group
from treemeta.cli.options import Experiment, Json, Tracking, TreeArgument, experiment_name, tracking

if TYPE_CHECKING:
    from treemeta.store.records import Tree

app = typer.Typer(
    cls=Group, no_args_is_help=True, rich_markup_mode=None, help="Look at grown trees."
)
app.command("list")(listing.list_trees)
app.command("gains")(gains.gains)
app.command("register")(register.register)
app.command("rename")(labels.rename)
app.command("tag")(labels.tag)


@app.command()
def show(
    tree: TreeArgument = "latest",
    routes: Annotated[
        bool, typer.Option("--routes", help="Tell where each held-out task's episodes went.")
    ] = False,
    tracking_uri: Tracking = None,
    as_json: Json = False,
) -> None:
    """Draw a tree: tasks, accuracy, reliability and support of its nodes."""
    stored = _read(tree, tracking_uri)
    if as_json:
        from treemeta.report.export import tree_json

        typer.echo(tree_json(stored), nl=False)
    else:
        from treemeta.report.text import routes_text, tree_text

        typer.echo(tree_text(stored))
        if routes:
            typer.echo("\n" + routes_text(stored))


@app.command()
def export(
    tree: TreeArgument = "latest",
    kind: Annotated[
        str | None,
        typer.Option("--format", help="svg, png, pdf, dot, json, graphml, newick or nexus."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="The file to write (default: stdout).")
    ] = None,
    plain: Annotated[
        bool,
        typer.Option("--plain", help="Draw boxes alone, by Graphviz: no tasks' images, few names."),
    ] = False,
    tracking_uri: Tracking = None,
) -> None:
    """Write a tree as a drawing, leaves with some of their images, or for another program."""
    from treemeta.cli.progress import say
    from treemeta.cli.terminal import on_terminal
    from treemeta.errors import ConfigError, RegistryError, way_out
    from treemeta.report.export import DRAWN, FORMATS
    from treemeta.report.export import export as exported
    from treemeta.report.files import kind_of, write_file

    chosen = kind or (kind_of(output, FORMATS) if output else "svg" if plain else "dot")
    if chosen not in FORMATS:
        raise ConfigError(f"--format is {chosen!r}: {way_out(chosen, FORMATS)}")
    ending = output.suffix.lstrip(".").lower() if output else ""
    if ending in FORMATS and ending != chosen:
        raise ConfigError(
            f"--format is {chosen!r}, and --output {str(output)!r} says {ending}: keep one"
        )
    if plain and chosen not in DRAWN:
        drawn = ", ".join(DRAWN)
        raise ConfigError(f"--plain is for drawings, and {chosen} is none: choose {drawn}")
    if not output and on_terminal() and (kind is None or chosen in DRAWN):
        raise ConfigError(
            f"{chosen} is for files and pipes, not for a terminal: say --output tree.svg, or "
            f"{', '.join(FORMATS[1:])}; 'treemeta tree show' draws the tree here"
        )
    stored = _read(tree, tracking_uri)
    if not any(node.status == "finished" for node in stored.nodes):
        raise RegistryError(f"tree {stored.id} has no finished node yet: there is nothing to draw")
    if chosen in DRAWN and not plain:
        content = _with_images(stored, chosen, tracking_uri)
    else:
        content = exported(stored, chosen)
    if output:
        write_file(output, content)
        say(f"wrote {output}")
    else:
        typer.get_binary_stream("stdout").write(content)


def _with_images(tree: "Tree", kind: str, uri: str | None) -> bytes:
    from treemeta.cli.progress import say
    from treemeta.errors import DataError, IntegrityError
    from treemeta.report.figures.contact import contact_sheet
    from treemeta.store.registry import open_registry
    from treemeta.tree.stored import grown_on

    try:
        dataset = grown_on(open_registry(tracking(uri)), tree.id, tree.config)
    except (DataError, IntegrityError) as error:
        say(f"no images are drawn: {error}")
        dataset = None
    return contact_sheet(tree, dataset, kind)


@app.command()
def diff(
    a: Annotated[
        str, typer.Argument(metavar="A", help="A tree, as show takes it.", autocompletion=trees_of)
    ],
    b: Annotated[str, typer.Argument(metavar="B", help="Another tree.", autocompletion=trees_of)],
    tracking_uri: Tracking = None,
    as_json: Json = False,
) -> None:
    """Compare two trees on the tasks they share: node by node, pair by pair, and who moved."""
    from treemeta.analysis.diff import diff as between
    from treemeta.report.diff_text import diff_json, diff_text

    trees = _read(a, tracking_uri), _read(b, tracking_uri)
    difference = between(*trees)
    typer.echo(diff_json(difference) if as_json else diff_text(difference, *trees), nl=not as_json)


@app.command("consensus")
def make_consensus(
    trees: Annotated[
        list[str],
        typer.Argument(
            metavar="TREE", help="Two or more, of the same tasks.", autocompletion=trees_of
        ),
    ],
    experiment: Experiment = None,
    tracking_uri: Tracking = None,
    as_json: Json = False,
) -> None:
    """Store what most of several trees agree on, as a tree that holds no model.

    Its nodes are the task sets that are nodes in more than half of the trees; their support is the
    share of trees that have them.
    """
    from treemeta.analysis.consensus import consensus
    from treemeta.report.export import figures, tree_json
    from treemeta.report.text import tree_text
    from treemeta.store.registry import experiment_id, open_registry
    from treemeta.store.write_consensus import store_consensus

    made = consensus([_read(tree, tracking_uri) for tree in trees])
    registry = open_registry(tracking(tracking_uri))
    where = experiment_id(registry, experiment_name(experiment))
    stored = store_consensus(registry, where, made, figures)
    typer.echo(tree_json(stored) if as_json else tree_text(stored), nl=not as_json)


def _read(tree: str, tracking_uri: str | None) -> Any:
    from treemeta.store.find import find_tree
    from treemeta.store.read import read_tree
    from treemeta.store.registry import open_registry

    registry = open_registry(tracking(tracking_uri))
    return read_tree(registry, find_tree(registry, tree))


@app.command()
def delete(
    tree: TreeArgument,
    tracking_uri: Tracking = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete a tree for good, with its files, after showing what that is."""
    from treemeta.cli.progress import say
    from treemeta.errors import ConfigError
    from treemeta.store.delete import delete_tree, doomed
    from treemeta.store.find import find_tree
    from treemeta.store.registry import open_registry

    registry = open_registry(tracking(tracking_uri))
    what = doomed(registry, find_tree(registry, tree))
    say(
        f"tree {what.tree} ({what.name}): {len(what.runs)} runs, {what.bytes / 1e6:.1f} MB of files"
    )
    if what.elsewhere:
        say("its files are not treemeta's to delete: on a server, run 'mlflow gc' there afterwards")
    if not yes and not sys.stdin.isatty():
        raise ConfigError("nobody is here to ask whether to delete it: say --yes")
    if yes or typer.confirm("delete it for good?"):
        delete_tree(registry, what)
        say(f"deleted tree {what.tree}")
