"""``treemeta data embed``."""

from pathlib import Path
from typing import Annotated

import typer

from treemeta.cli.options import Device

Folder = Annotated[
    Path, typer.Argument(metavar="FOLDER", help="Images: task/class/image, or so under train.")
]
Network = Annotated[
    str, typer.Option(metavar="NAME", help="A classifier of torchvision's: resnet50, vit_b_16, ...")
]
Output = Annotated[Path, typer.Option(help="The table to write: .parquet.")]
Weights = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="A state dict of it (default: torchvision's, fetched)."),
]


def embed(
    folder: Folder,
    output: Output,
    backbone: Network = "resnet18",
    weights: Weights = None,
    device: Device = "cpu",
) -> None:
    """Make a table of a folder of images, for train --dataset: each image is what a network that
    was trained before sees in it, below its last layer."""
    from io import BytesIO

    from treemeta.cli.progress import counting, say, tell_left_out
    from treemeta.engine.opening import prepare_device
    from treemeta.learn.backbone import backbone as named
    from treemeta.learn.backbone import check_backbone
    from treemeta.report.files import kind_of, write_file
    from treemeta.tasks.embed import embed as embedded
    from treemeta.tasks.layout import lay_out

    kind_of(output, ("parquet",))
    prepare_device(device)
    check_backbone(backbone)
    layout = lay_out(folder)
    network = named(backbone, weights, device)
    tell_left_out(folder.name, layout.told)
    with counting("images", len(layout.files)) as told:
        table = embedded(layout, network.see, network.network, device, told)
    table.to_parquet(page := BytesIO(), index=False)
    write_file(output, page.getvalue())
    say(f"wrote {output}: {len(table)} images, {network.width} features each")
