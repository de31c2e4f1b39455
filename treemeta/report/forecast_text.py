"""An outlook as text and as json: should these tasks share a model?"""

import textwrap
from dataclasses import asdict

from treemeta.errors import counted, printable
from treemeta.report.conflict_text import cosines_text
from treemeta.report.text import WIDTH
from treemeta.store.documents import json_text
from treemeta.tree.outlook import Outlook


def forecast_text(outlook: Outlook) -> str:
    """Return the groups of an outlook, how they conflict, and what parting them would gain."""
    tasks, count = sum(map(len, outlook.groups)), len(outlook.groups)
    grouped = "one group" if count == 1 else f"{count} groups"
    lines = [f"step {outlook.step}: {counted(tasks, 'task')}, {grouped}"]
    for group, loss in zip(outlook.groups, outlook.losses, strict=True):
        names = ", ".join(map(printable, group))
        said = f"{len(group)} of mean loss {loss:.2f}: {names}"
        lines.append(textwrap.shorten(said, WIDTH, initial_indent="  ", placeholder=" ..."))
    if outlook.conflicts:
        lines.append(cosines_text(outlook.conflicts))
        layers = ", ".join(f"{printable(n)} {one:+.2f}" for n, one in outlook.layers.items())
        lines += textwrap.wrap(f"by layer {layers}", WIDTH)
    lines.append(
        f"probed {outlook.episodes} episodes a task, {outlook.price:.1%} of the work of training "
        "the children"
    )
    lines += [outlook.verdict, ""]
    if outlook.conflicts:
        lines.append(
            "conflict: cosine of the groups' gradients; below 0, what helps one hurts the other; "
            "of\nlighter episodes, of fewer images a class, than those by which a tree is split"
        )
    if outlook.forecast:
        lines.append("(90 %): as many of the splits of other data that were tried lie so near")
    return "\n".join(lines).rstrip()


def forecast_json(outlook: Outlook) -> str:
    """Return an outlook as json."""
    return json_text(asdict(outlook) | {"verdict": outlook.verdict}, indent=2)
