"""Learner x direction x route x gate where two questions of the same images conflict.

The questions are those of registry/experiments/questions-style.toml. Every learner trains one root;
every direction is asked for a cut there and grows a tree under the gate; every route then sends the
same held-out episodes through that tree. Without the gate the tree is the same wherever the gate
accepts, and joint becomes it wherever the gate refuses, so that both are told by one training.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from treemeta.analysis.cuts import agreement
from treemeta.analysis.estimate import estimate
from treemeta.config import Config
from treemeta.engine.local import Engine, physical_cores
from treemeta.learn.setting import Setting
from treemeta.tasks.dataset import Dataset
from treemeta.tasks.imported import omniglot_path
from treemeta.tasks.sources import open_dataset
from treemeta.tree.grow import grow
from treemeta.tree.growth import Grown, Growth
from treemeta.tree.held_out import examine_held_out

CONTENT, STYLE = "character+style", "style"
QUESTIONS = f"{CONTENT},{STYLE}"
# Steps from root to leaf, half of them before the cut.
STEPS = {"solved": 600, "reptile": 1000}
DIRECTIONS = {
    "solved": ("meta_gradient", "head_solved"),
    "reptile": ("meta_gradient", "head_solved", "displacement"),
}
ROUTES = ("likelihood", "loo", "direction")


def run() -> dict[str, Any]:
    if not omniglot_path().exists():
        print("Omniglot is not packed: nothing is ablated")
        return {}
    dataset, rows = open_dataset("omniglot", questions=QUESTIONS), dict[str, Any]()
    with Engine(physical_cores()) as engine:
        for learner, directions in DIRECTIONS.items():
            joint: dict[str, float] = {}
            for direction in directions:
                config = config_of(learner, direction)
                if not joint:
                    joint = accuracy(replace(config, arm="joint", gate="none"), dataset, engine)
                    tell(rows, f"{learner}, joint", means(joint))
                tell(rows, f"{learner}, {direction}", ablate(config, dataset, joint, engine))
    return rows


def config_of(learner: str, direction: str) -> Config:
    steps = STEPS[learner]
    return Config(
        dataset="omniglot", questions=QUESTIONS,
        learner=learner, direction=direction,  # type: ignore[arg-type]
        gate="none", meta_steps=steps, split_every=steps // 2, max_depth=1,
    )  # fmt: skip


def ablate(
    config: Config, dataset: Dataset, joint: Mapping[str, float], engine: Engine
) -> dict[str, Any]:
    """Return what a direction's cut is, what a gate says of it, and what each route makes of it."""
    grown = list(grow(Growth(Setting(replace(config, gate="gain"), dataset, engine), _deaf), {}))
    root = grown[0].node
    (evidence,) = root.evidence
    row: dict[str, Any] = {
        "children": evidence.children, "p": evidence.p_cut, "gain": evidence.gain,
        "gate": "accepts" if root.groups else evidence.reason,
    }  # fmt: skip
    if not root.groups:
        grown = list(grow(Growth(Setting(config, dataset, engine), _deaf), {}))
        root = grown[0].node
    if not root.groups:
        return row
    row["ari"] = agreement(root.groups, {name: name.partition("/")[2] for name in root.tasks})
    for route in ROUTES:
        found = examined(replace(config, route=route), dataset, grown, engine)  # type: ignore[arg-type]
        gain = estimate({(0, 0): {task: found[task] - joint[task] for task in found}})
        row[route] = means(found) | {"gain": [gain.mean, gain.low, gain.high]}
    return row


def accuracy(config: Config, dataset: Dataset, engine: Engine) -> dict[str, float]:
    grown = list(grow(Growth(Setting(config, dataset, engine), _deaf, probed=False), {}))
    return examined(config, dataset, grown, engine)


def examined(
    config: Config, dataset: Dataset, grown: list[Grown], engine: Engine
) -> dict[str, float]:
    routed = examine_held_out(Setting(config, dataset, engine), grown)
    return {task: one.accuracy for task, one in routed.items()}


def means(found: Mapping[str, float]) -> dict[str, float]:
    """Return the mean accuracy of each question."""
    return {
        question: float(np.mean([v for task, v in found.items() if task.endswith(f"/{question}")]))
        for question in (CONTENT, STYLE)
    }


def tell(rows: dict[str, Any], name: str, row: dict[str, Any]) -> None:
    rows[name] = row
    print(f"{name}: {row}", flush=True)


def _deaf(_: object) -> None:
    pass
