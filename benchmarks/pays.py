"""Does the tree pay? Its experiments by ``treemeta compare``, five seeds in three task splits each.

Four minutes a repeat on 2 quiet cores of an AMD EPYC with AVX-512, a quarter of an hour on those of
an Intel Xeon: five to twenty hours in all. What is done is kept after every repeat, and not done
again: stop it when you like, and go on another day. The same of one experiment alone is what
``treemeta compare --config FILE --seeds 5 --task-splits 3`` prints.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.curves import COLOURS
from benchmarks.measure import machine, workplace
from treemeta.analysis.comparison import Entry
from treemeta.analysis.cuts import agreement
from treemeta.analysis.estimate import Estimate, Repeat, estimate, paired
from treemeta.api.arms import run_arms
from treemeta.cli.listener import Listener
from treemeta.cli.progress import say
from treemeta.declared import make_config, read_config
from treemeta.engine.local import Engine
from treemeta.engine.opening import open_engine
from treemeta.tasks.dataset import Dataset
from treemeta.tasks.sources import opened
from treemeta.tree.obtain import Place
from treemeta.tree.rivals import RIVALS

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "pays.json"
PICTURE = RESULTS.with_suffix(".svg")
EXPERIMENTS = (
    "questions-style", "questions-drawer", "icons", "questions-matched", "questions-four",
)  # fmt: skip
SEEDS, TASK_SPLITS = 5, 3
ARMS = ("joint", *RIVALS, "tree")


def run() -> list[dict[str, Any]]:
    found = json.loads(RESULTS.read_text())["found"] if RESULTS.exists() else []
    known = {(one["experiment"], one["task_split"], one["seed"]) for one in found}
    tell(found)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    with open_engine("local", None, device, "") as engine:
        for name, split, seed in repeats():
            if (name, split, seed) not in known:
                found.append(repeat_of(name, split, seed, engine, device))
                RESULTS.write_text(json.dumps({"found": found}, indent=1) + "\n")
                tell(found)
    draw(found)
    return found


def repeats() -> Iterator[tuple[str, int, int]]:
    """Yield what is to be done, seeds and task splits in turn: what is done when it is stopped is
    of as many of both as can be."""
    for number in range(SEEDS * TASK_SPLITS):  # every pair once, as 5 and 3 have no common factor
        for name in EXPERIMENTS:
            yield name, number % TASK_SPLITS, number % SEEDS


def repeat_of(name: str, split: int, seed: int, engine: Engine, device: str) -> dict[str, Any]:
    """Return what every arm of an experiment reaches in one repeat, and what the tree has found."""
    path = ROOT / "registry" / "experiments" / f"{name}.toml"
    config, dataset = opened(make_config(read_config(path), {"seed": seed, "task_split": split}))
    with workplace() as folder:
        uri = f"sqlite:///{folder}/registry/mlflow.db"
        place = Place(dataset, uri, "pays", engine, device, lambda tree: {}, Listener)
        entries, absent = run_arms(place, {(split, seed): (config, dataset)}, ARMS, say)
    arms = {one.arm: arm_of(one) for one in entries}
    return {
        "experiment": name, "task_split": split, "seed": seed, "machine": machine(),
        "absent": absent, "arms": arms,
        "tree": tree_of(next(one for one in entries if one.arm == "tree"), dataset),
    }  # fmt: skip


def arm_of(entry: Entry) -> dict[str, Any]:
    tasks = {task: round(accuracy, 5) for task, accuracy in entry.accuracy().items()}
    cost = entry.cost
    return {
        "parameters": cost.parameters, "training": cost.training, "answering": cost.answering,
        "tasks": tasks,
    }  # fmt: skip


def tree_of(entry: Entry, dataset: Dataset) -> dict[str, Any]:
    """Return what is to be known of a tree beside its accuracy."""
    root = entry.tree.nodes[0]
    truth = {task: steps[0] for task, steps in dataset.lineage.items() if steps}
    last = root.evidence[-1]
    clear = [one for one in last.conflicts if one.cosine is not None]
    worst = min(clear, key=lambda one: one.cosine or 0.0, default=None)
    return {
        "leaves": [len(leaf.tasks) for leaf in entry.tree.leaves()],
        "ari": agreement([leaf.tasks for leaf in entry.tree.leaves()], truth),
        "share": root.share, "reason": last.reason, "gain": last.gain,
        "moved": len(last.moved),
        "conflict": [worst.cosine, worst.low, worst.high] if worst else None,
        "tried": {one.share: one.gain for one in last.tried},
        "forecast": asdict(last.forecast) if last.forecast else None,
    }  # fmt: skip


def values_of(found: list[dict[str, Any]], name: str, arm: str) -> Mapping[Repeat, Any]:
    return {
        (one["task_split"], one["seed"]): one["arms"][arm]["tasks"]
        for one in found
        if one["experiment"] == name and arm in one["arms"]
    }


def gain_over(found: list[dict[str, Any]], name: str, arm: str) -> Estimate | None:
    both = paired(values_of(found, name, "tree"), values_of(found, name, arm))
    return estimate(both) if both else None


def best_rival(found: list[dict[str, Any]], name: str) -> str:
    """Return the rival that comes nearest to the tree, or goes farthest beyond it."""
    gains = {arm: gain_over(found, name, arm) for arm in RIVALS}
    return min((arm for arm in RIVALS if gains[arm]), key=lambda arm: gains[arm].mean)  # type: ignore[union-attr]


def conflict_of(mine: list[dict[str, Any]]) -> list[float] | None:
    """Return the mean over repeats of the conflict and of the ends of its interval."""
    known = [one["tree"]["conflict"] for one in mine if one["tree"]["conflict"]]
    return np.mean(known, axis=0).tolist() if known else None


def tell(found: list[dict[str, Any]]) -> None:
    """Print a row for each experiment: conflict, what the tree is, and what it gains on each."""
    print("| data | repeats | conflict | leaves, ARI | share | tree | minus "
          + " | minus ".join(("joint", *RIVALS)) + " |")  # fmt: skip
    for name in EXPERIMENTS:
        mine = [one for one in found if one["experiment"] == name]
        if not mine:
            continue
        trees, cosine = [one["tree"] for one in mine], conflict_of(mine)
        leaves = Counter(len(tree["leaves"]) for tree in trees)
        shares = Counter(tree["share"] for tree in trees if len(tree["leaves"]) > 1)
        aris = [tree["ari"] for tree in trees]
        reached = estimate(values_of(mine, name, "tree"))
        cells = [
            name, str(len(mine)), f"{cosine[0]:+.2f}" if cosine else "",
            f"{dict(leaves)}, {min(aris):.2f} to {max(aris):.2f}", str(dict(shares)),
            f"{reached.mean:.3f}",
        ]  # fmt: skip
        for arm in ("joint", *RIVALS):
            gain = gain_over(mine, name, arm)
            cells.append(f"{gain.mean:+.3f} ({gain.low:+.3f} to {gain.high:+.3f})" if gain else "")
        print("| " + " | ".join(cells) + " |")


def draw(found: list[dict[str, Any]]) -> None:
    """Draw what the tree gains on one init, and on its best rival, against conflict."""
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context({"svg.hashsalt": "treemeta", "font.size": 9}):
        figure = Figure(figsize=(7, 4), layout="constrained")
        axes = figure.subplots()
        for number, name in enumerate(EXPERIMENTS):
            mine = [one for one in found if one["experiment"] == name]
            if not mine or not (cosine := conflict_of(mine)):
                continue
            for arm, filled in (("joint", False), (best_rival(mine, name), True)):
                gain = gain_over(mine, name, arm)
                assert gain is not None
                reach = [[gain.mean - gain.low], [gain.high - gain.mean]]
                axes.errorbar(
                    [cosine[0]], [gain.mean], yerr=reach,
                    xerr=[[cosine[0] - cosine[1]], [cosine[2] - cosine[0]]], fmt="o",
                    color=COLOURS[number], elinewidth=0.8, markersize=5,
                    markerfacecolor=None if filled else "white",
                    label=f"{name.removeprefix('questions-')} - {arm}",
                )  # fmt: skip
        axes.axhline(0, color="black", linewidth=0.5)
        axes.set(
            xlabel="conflict: least cosine of two children's mean meta-gradients",
            ylabel="tree minus arm, on unseen tasks",
        )
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(frameon=False, fontsize=7, ncols=2)
        figure.savefig(PICTURE, metadata={"Date": None})
