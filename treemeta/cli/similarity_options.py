"""The options of ``treemeta similarity``, and what is refused of them together."""

from pathlib import Path
from typing import Annotated

import typer

from treemeta.cli.completion import measures, words
from treemeta.measures.names import MEASURES

COLOURED = ("family", "leaf")
Measure = Annotated[
    str,
    typer.Option(
        help=f"{', '.join(MEASURES[:-1])} or {MEASURES[-1]}.",
        autocompletion=measures,
    ),
]
Corrected = Annotated[
    bool,
    typer.Option("--corrected", help="Divide the cosine of two directions by their ceilings."),
]
Validate = Annotated[
    str | None,
    typer.Option(help="transfer: tell how the measure goes with measured transfer."),
]
Export = Annotated[
    Path | None,
    typer.Option(help="Write a file: .csv .parquet .npz .json .newick, or drawn .svg .png."),
]
ColourBy = Annotated[
    str | None,
    typer.Option(
        help="family or leaf: what colours in a picture are; families where known.",
        autocompletion=words(COLOURED),
    ),
]
Task = Annotated[
    str | None, typer.Option(help="Tell how alike all others are to this one, closest first.")
]
Picture = Annotated[str, typer.Option(help="What is drawn: heatmap, dendrogram or map.")]


def exported_as(
    measure: str, task: str | None, layers: str, corrected: bool, validate: str | None,
    export: Path | None, picture: str, colour_by: str | None, as_json: bool,
) -> str:  # fmt: skip
    """Return the format that ``--export`` names, if it is given; raises ``ConfigError`` for options
    that are none or do not go together."""
    from treemeta.errors import ConfigError, way_out
    from treemeta.report.exports import DRAWN, PICTURES, SIMILARITY, VALIDATION
    from treemeta.report.files import kind_of

    if measure not in MEASURES:
        raise ConfigError(f"--measure is {measure!r}: {way_out(measure, MEASURES)}")
    if picture not in PICTURES:
        raise ConfigError(f"--picture is {picture!r}: {way_out(picture, PICTURES)}")
    if validate is not None and (validate != "transfer" or measure == "transfer"):
        raise ConfigError(f"--validate is {validate!r}: it takes transfer, for another --measure")
    if (layers or corrected) and measure != "direction":
        raise ConfigError(f"--layers and --corrected are for --measure direction, not {measure}")
    if task is not None and (validate or export or as_json):
        raise ConfigError(f"--task {task} is for the printed table: files and json have all tasks")
    kind = kind_of(export, VALIDATION if validate else SIMILARITY) if export else ""
    if picture != "heatmap" and (validate or kind not in DRAWN):
        raise ConfigError(
            f"--picture {picture} is for a drawing of similarities: --export it as .svg or .png"
        )
    if colour_by is not None and (validate or kind not in DRAWN):
        raise ConfigError(
            "--colour-by is for a drawing of similarities: --export it as .svg or .png"
        )
    if colour_by not in (None, *COLOURED):
        raise ConfigError(f"--colour-by is {colour_by!r}: {way_out(colour_by, COLOURED)}")
    return kind
