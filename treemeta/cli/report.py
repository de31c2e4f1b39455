"""``treemeta report``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from treemeta.cli.options import Device, EngineKind, Tracking, TreeArgument, Workers, tracking

if TYPE_CHECKING:
    from treemeta.measures.subject import Subject


def report(
    tree: TreeArgument = "latest",
    output: Annotated[Path, typer.Option(help="The file to write.")] = Path("report.html"),
    tracking_uri: Tracking = None,
    workers: Workers = None,
    device: Device = "cpu",
    engine: EngineKind = "local",
) -> None:
    """Write a tree as one web page: its drawing with each leaf's characters, what every node has
    reached, the evidence for and against every split, and how alike its tasks are."""
    from treemeta.cli.measuring import measuring
    from treemeta.cli.progress import say
    from treemeta.report.files import kind_of, write_file

    kind_of(output, ("html",))
    uri = tracking(tracking_uri)
    # As many episodes as a split is asked with: the page of a finished tree takes seconds.
    with measuring(tree, "r", uri, engine, workers, device, target=0.0) as subject:
        content = page_of(subject)
    write_file(output, content.encode())
    say(f"wrote {output}")


def page_of(subject: "Subject") -> str:
    """Return a tree's page, as whole as what this machine still has allows."""
    from treemeta.cli.measuring import sections_about
    from treemeta.cli.progress import say
    from treemeta.errors import DataError, IntegrityError
    from treemeta.report.page import tree_report

    try:
        dataset = subject.dataset
    except (DataError, IntegrityError) as error:
        say(f"no characters are drawn: {error}")
        return tree_report(subject.tree, None)
    try:
        known = not subject.has_init or bool(subject.config)
    except IntegrityError as error:  # of another version: its init cannot be asked
        say(f"no similarity is drawn: {error}")
        known = False
    return tree_report(subject.tree, dataset, sections_about(subject) if known else [])
