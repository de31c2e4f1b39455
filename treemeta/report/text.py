"""Trees as text for a terminal."""

import re
import textwrap
from collections.abc import Collection, Iterator, Mapping, Sequence

from treemeta.analysis.interval import mean_interval
from treemeta.errors import printable
from treemeta.measures.lineage import offspring
from treemeta.report.chance_text import chance_phrase, over_tasks, reliability_phrase
from treemeta.report.conflict_text import conflict_text
from treemeta.report.legend import tree_legend
from treemeta.store.evidence import Evidence
from treemeta.store.records import Node, Tree, path_order

WIDTH = 100
FEWEST = 4  # tasks: fewer say next to nothing of others


def aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a table, each column as wide as its widest cell."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(f"{c:{w}}" for c, w in zip(row, widths, strict=True)).rstrip()


def tree_text(tree: Tree) -> str:
    """Return the tree drawn with lines: accuracy, tasks, reliability and support of each node, the
    tasks of each leaf, refused splits, and the accuracy on held-out tasks."""
    lines = [printable("  ".join(naming(tree))), printable(origin(tree))]
    lines += [*([printable(machine)] if (machine := machine_text(tree)) else []), ""]
    for node in tree.nodes:
        if node.parent is None:
            lines += _subtree(tree, node, "", "")
    lines += ["", *legend] if (legend := list(tree_legend(tree))) else []
    if tree.test_accuracy:
        accuracy = tree.test_accuracy.values()
        lines += ["", f"held-out tasks: {len(accuracy)}, {mean_text(tree.metric, accuracy)}"]
    return "\n".join(lines)


def naming(tree: Tree) -> Iterator[str]:
    """Yield a tree's id, what somebody has named it, and whether it is finished."""
    yield f"tree {tree.id}"
    # What a tree is called from the start says no more than the line below.
    arm = tree.config.get("control", tree.config.get("arm"))
    first = rf"{arm} .* seed \d+|consensus of \d+ trees"
    if tree.name and not re.fullmatch(first, tree.name):
        yield tree.name
    yield tree.status


def mean_text(metric: str, values: Collection[float]) -> str:
    """Return a mean of a metric over tasks with its 95 % interval, where there are enough tasks for
    one, and over how many."""
    mean, low, high = mean_interval(values, metric)
    said = f"{metric} {mean:.3f}"
    if len(values) < FEWEST:
        return said
    return f"{said} (95 % interval {low:.3f} to {high:.3f}, {over_tasks(len(values))})"


def origin(tree: Tree) -> str:
    """Return what a tree was made of as a phrase."""
    arm, dataset, seed = (tree.config.get(key, "?") for key in ("arm", "dataset", "seed"))
    arm = tree.config.get("control", arm)
    added = f" + {tree.config['transform']}" if tree.config.get("transform") else ""
    added += f": {tree.config['questions']}" if tree.config.get("questions") else ""
    trees = tree.config.get("trees")
    if tree.is_consensus and isinstance(trees, list):
        ids = ", ".join(str(one)[:8] for one in trees)
        return f"consensus of {len(trees)} trees on {dataset}{added}: {ids}"
    learner = f", {tree.config['learner']}" if "learner" in tree.config else ""
    return f"{arm} on {dataset}{added}{learner}, seed {seed}"


def machine_text(tree: Tree) -> str:
    """Return on what a tree was begun, as a phrase: its bits come again on such machines, elsewhere
    it is another draw. Nothing of a consensus, which is counted."""
    told = {key: str(value) for key, value in tree.machine.items()}
    versions = [f"{name} {told[name]}" for name in ("python", "torch", "numpy") if name in told]
    where = [told[name] for name in ("device", "cpu") if told.get(name, "cpu") != "cpu"]
    probe = f" (probe {told['probe'][:8]})" if "probe" in told else ""
    said = ", ".join([*where, *versions]) + probe
    return f"in the bits of {said}" if said else ""


def _subtree(tree: Tree, node: Node, first: str, rest: str) -> list[str]:
    lines = [first + node_line(node, tree.metric)]
    children = offspring(tree, node)
    inner = rest + ("│  " if children else "   ")

    def wrapped(text: str, indent: str = "") -> list[str]:
        width = max(40, WIDTH - len(inner))
        broken = textwrap.wrap(text, width, subsequent_indent=indent, break_on_hyphens=False)
        return [inner + line for line in broken]

    for one in node.evidence:
        lines += wrapped(evidence_text(one), "  ")
    if not node.groups:
        lines += wrapped(", ".join(printable(task) for task in node.tasks))
    for child in children:
        last = child is children[-1]
        branch, below = ("└─ ", "   ") if last else ("├─ ", "│  ")
        lines += _subtree(tree, child, rest + branch, rest + below)
    return lines


def node_line(node: Node, metric: str = "accuracy") -> str:
    """Return one line about a node."""
    parts = [node.name, *([f"{len(node.tasks)} tasks"] if node.tasks else [])]
    if node.status != "finished":
        return "  ".join([*parts, node.status])
    parts += [f"{node.meta_steps} steps"] if node.meta_steps else []
    parts += [f"{metric} {node.accuracy:.2f}"] if node.accuracy is not None else []
    parts += [reliability_phrase(node.reliability, 2)] if node.reliability is not None else []
    parts += [f"support {node.support:.2f}"] if node.support is not None else []
    parts += [f"convolutions of {printable(node.trunk)}"] if node.borrows else []
    return "  ".join(parts)


def evidence_text(evidence: Evidence) -> str:
    """Return the evidence for or against one split as a phrase."""
    verdict = f"split into {evidence.children}" if evidence.accepted else "not split"
    said = f"step {evidence.step}: {verdict}, {printable(evidence.reason)}"
    told = evidence.p_cut is not None or evidence.p_variance is not None
    parts = [chance_phrase(evidence)] if told else []
    parts += [f"stability {evidence.stability:.2f}"] if evidence.stability is not None else []
    parts += conflict_text(evidence)
    if evidence.forecast:
        parts.append(f"forecast {evidence.forecast.gain:+z.3f}")
    if gained := gain_text(evidence):
        parts += [f"gain {gained[0]}", *gained[1:]]
    return said + (f" ({'; '.join(parts)})" if parts else "")


def gain_text(evidence: Evidence) -> list[str]:
    """Return what a trial gained, with its interval, then what else is known of it."""
    if evidence.gain is None:
        return []
    low, high = evidence.gain_low or 0.0, evidence.gain_high or 0.0
    parts = [f"{evidence.gain:+.3f}, {low:+.3f} to {high:+.3f}"]
    if len(evidence.tried) > 1:
        parts += [f"{_share(one.share)} {one.gain:+.3f}" for one in evidence.tried]
    if evidence.moved:
        parts.append(f"{len(evidence.moved)} moved by likelihood")
    return parts


def _share(share: str) -> str:
    return "copies" if share == "none" else printable(share)


def routes_text(tree: Tree) -> str:
    """Return where the episodes of each held-out task went: the share of each node, the mean lead
    of the likeliest in log likelihood, and by how much the best node, known with hindsight, would
    have answered better."""
    if tree.status != "finished":
        return "no routes: the tree is not finished"
    if not tree.routes:
        return "no routes: the tree holds nothing out, or was stored before they were"
    width = max(len(printable(task)) for task in tree.routes)
    lines = []
    for task, one in sorted(tree.routes.items()):
        parts = shares_phrases(one.shares)
        if one.margin is not None:
            parts.append(f"lead {one.margin:.1f}")
        if one.regret is not None:
            parts.append(f"regret {one.regret:.3f}")
        lines.append(
            f"{printable(task):{width}}  {tree.metric} {one.accuracy:.3f}  {'  '.join(parts)}"
        )
    return "\n".join([*lines, "", *_routes_legend(tree)])


def shares_phrases(shares: Mapping[str, float]) -> list[str]:
    """Return what share each node has, the greatest first, without those that round to nothing."""
    order = sorted(shares.items(), key=lambda one: (-one[1], *path_order(one[0])))
    return [f"{printable(node)} {share:.0%}" for node, share in order if share >= 0.005]


def _routes_legend(tree: Tree) -> Iterator[str]:
    routes = tree.routes.values()
    of = "of their weight" if tree.config.get("mix") == "soft" else "of them"
    yield f"{tree.metric}: mean of the task's episodes; %: the share {of} that a node answered"
    if any(one.margin is not None for one in routes):
        yield "lead: by how much log likelihood the likeliest node led, on average"
    if any(one.regret is not None for one in routes):
        yield f"regret: by how much {tree.metric} the best node, known with hindsight, did better"
