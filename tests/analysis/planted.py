"""Arms of a comparison made by hand."""

from collections.abc import Mapping
from typing import Any

from tests.trees import make_node, make_tree
from treemeta.analysis.comparison import Entry
from treemeta.analysis.costs import Cost
from treemeta.store.records import Point, Routed

CONFIG = {"arm": "tree", "seed": 0, "meta_batch_size": 3, "test_episodes": 10, "meta_steps": 8}
TRAINED = ("a/x", "a/y", "b/x", "b/y")
TRUTH = {f"{name}/{kind}": kind for name in "abcdef" for kind in "xy"}


def make_entry(
    arm: str, accuracy: Mapping[str, float], seed: int = 0, split: int = 0, **more: Any
) -> Entry:
    """Return an arm of a single node that reached these accuracies."""
    about: dict[str, Any] = {
        "id": f"{arm}-{seed}", "config": CONFIG | {"seed": seed},
        "nodes": (make_node("r", TRAINED, meta_steps=8),), "routes": {},
        "test_accuracy": dict(accuracy), "summary": {"meta_steps_total": 8.0},
    }  # fmt: skip
    return Entry(arm, (split, seed), make_tree(**about | more), Cost(100, 1e6, 1e3))


def cut_entry(arm: str, seed: int = 0, **more: Any) -> Entry:
    """Return a tree cut by question at step 4, which sends 3 of 4 episodes of task c to their side
    and 9 of 10 of task d; on others than the test's own, the left leaf is better for c."""
    nodes = (
        make_node("r", TRAINED, groups=(TRAINED[::2], TRAINED[1::2]), supports=(1.0, 1.0)),
        make_node("r0", TRAINED[::2], start=4),
        make_node("r1", TRAINED[1::2], start=4),
    )
    routes = {
        "c/x": Routed(
            0.7, {"r0": 0.8, "r1": 0.2}, each={"r0": 0.75, "r1": 0.5},
            elsewhere={"r0": 0.9, "r1": 0.1},
        ),
        "d/y": Routed(
            0.6, {"r0": 0.1, "r1": 0.9}, each={"r0": 0.65, "r1": 0.6},
            elsewhere={"r0": 0.5, "r1": 0.55},
        ),
    }  # fmt: skip
    curve = (Point(2, {"c/x": 0.3, "d/y": 0.5}), Point(6, {"c/x": 0.5, "d/y": 0.7}))
    about: dict[str, Any] = {
        "nodes": nodes, "routes": routes, "curve": curve,
        "summary": {"meta_steps_total": 12.0, "trial_steps_total": 2.0},
    }  # fmt: skip
    return make_entry(arm, {"c/x": 0.7, "d/y": 0.6}, seed, **about | more)
