"""``treemeta report``."""

from pathlib import Path
from typing import Annotated

import typer

from treemeta.cli.options import Device, EngineKind, Tracking, TreeArgument, Workers, tracking


def report(
    tree: TreeArgument = "latest",
    output: Annotated[Path, typer.Option(help="The file to write.")] = Path("report.html"),
    tracking_uri: Tracking = None,
    workers: Workers = None,
    device: Device = "cpu",
    engine: EngineKind = "local",
) -> None:
    """Write a tree as one web page, and print its verdict: does it pay, does sharing hurt, how many
    groups are there. Then come its drawing with each leaf's images, how alike its tasks are, what
    every node has reached, and the evidence for and against every split."""
    from treemeta.cli.measuring import measuring
    from treemeta.cli.progress import say
    from treemeta.pages import page_of
    from treemeta.report.files import kind_of, write_file

    kind_of(output, ("html",))
    uri = tracking(tracking_uri)
    # As many episodes as a split is asked with: the page of a finished tree takes seconds.
    with measuring(tree, "r", uri, engine, workers, device, target=0.0) as subject:
        page = page_of(subject, say)
    write_file(output, page.html.encode())
    say(f"wrote {output}")
    if page.verdict:
        typer.echo("\n".join(page.verdict))
