"""What splits of many kinds gain on unseen tasks, beside what a light probe knows of them before.

Each root is trained half of its path; its tasks are then cut in many ways: as they truly differ, as
they were found to, partly or wholly at random, by how hard they are. Children (copies) and the node
alone train on for the other half, and answer the same episodes of held-out tasks. Cuts are made by
other episodes than they are judged by. An hour on 2 quiet cores; what is done is not done again.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.measure import machine
from treemeta.config import Config
from treemeta.engine.local import Engine, physical_cores
from treemeta.learn.learner import fresh_init
from treemeta.learn.setting import Setting
from treemeta.learn.trainee import Trainee
from treemeta.tasks.dataset import Dataset
from treemeta.tasks.sources import opened
from treemeta.tree.arms import true_groups
from treemeta.tree.cluster import cut
from treemeta.tree.conflict import group_products, unbiased
from treemeta.tree.evaluate import accuracies, examine_all
from treemeta.tree.foresight import Foresight, affordable, foresee
from treemeta.tree.products import products
from treemeta.tree.route import Router
from treemeta.tree.scale import with_scales
from treemeta.tree.stretch import train_to_stops
from treemeta.tree.trial import started

RESULTS = Path(__file__).parent / "results" / "splits.json"
MIXED = (0.15, 0.3)  # shares of each true group that are dealt to others
FEWEST = 3  # tasks of a child


@dataclass(frozen=True)
class Root:
    """A data set, and the length of the path whose first half trains its root; those of one
    ``family`` are left out together where forecasts are tried."""

    family: str
    dataset: str
    questions: str
    meta_steps: int
    seed: int = 0
    transform: str = ""

    @property
    def name(self) -> str:
        """What the root is called in results."""
        more = f" {self.transform}" if self.transform else ""
        return f"{self.dataset} {self.questions} {self.meta_steps} seed {self.seed}{more}"


STYLE, DRAWER, ICONS = "character+style,style", "character,drawer", "concept,house,weight"
MATCHED = "character+style,style+speckle:0.86"
ROOTS = (
    Root("style", "omniglot", STYLE, 600),
    Root("drawer", "omniglot", DRAWER, 400),
    Root("icons", "iconify", ICONS, 600),
    Root("matched", "omniglot", MATCHED, 400),
    Root("noise", "omniglot", "character,character+speckle:0.5", 400),
    Root("plain", "omniglot", "", 400),
    Root("four", "omniglot", "character,character+style,style,place", 400),
    Root("place", "omniglot", "character+place,place", 400),
    Root("glyphs", "glyphs:families=4,scripts=10,characters=20", "", 400),
    Root("style", "omniglot", STYLE, 400, 1),
    Root("drawer", "omniglot", DRAWER, 400, 1),
    Root("icons", "iconify", "concept,house", 400, 1),
    Root("matched", "omniglot", MATCHED, 400, 1),
    Root("noise", "omniglot", "character,character+blur:1.5", 400, 1),
    Root("copies", "omniglot", "", 400, 0, "invert:1"),
    Root("icons", "iconify", "concept,weight", 400, 2),
    Root("place", "omniglot", "place+style,style+place", 400, 1),
)


def run() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (
        json.loads(RESULTS.read_text())["found"] if RESULTS.exists() else []
    )
    known = {one["root"] for one in found}
    with Engine(physical_cores()) as engine:
        for root in ROOTS:
            if root.name not in known:
                found += splits_of(root, engine)
                kept = json.dumps({"machine": machine(), "found": found}, indent=1)
                RESULTS.write_text(kept + "\n")
    return found


def splits_of(root: Root, engine: Engine) -> Iterator[dict[str, Any]]:
    """Yield what every cut of a root gains, and what is known of it before."""
    half = root.meta_steps // 2
    config, dataset = opened(
        Config(
            dataset=root.dataset, questions=root.questions, transform=root.transform,
            seed=root.seed, meta_steps=root.meta_steps, split_every=half,
        )
    )  # fmt: skip
    setting = Setting(config, dataset, engine)
    fresh = Trainee("r", 0, fresh_init(config), tuple(dataset.select("train")))
    node, whole = trained(setting, [fresh], half)[0], trained(setting, [fresh], root.meta_steps)[0]
    alone = answered(setting, [whole])
    episodes = affordable(config, len(node.tasks), half)
    seen = foresee(setting, node, episodes)
    names = np.array(seen.tasks)
    for kind, labels in cuts(node, dataset, foresee(setting, node, 4, "groups"), root.seed):
        if np.bincount(labels).min() < FEWEST:
            continue
        groups = tuple(tuple(names[labels == g].tolist()) for g in np.unique(labels))
        kids = trained(setting, started(dataset, node, groups), root.meta_steps)
        gained = answered(setting, kids) - alone
        told = {
            "family": root.family, "root": root.name, "kind": kind, "steps": half,
            "gain": float(gained.mean()), "held_out": len(gained),
            "error": float(gained.std(ddof=1) / len(gained) ** 0.5), "alone": float(alone.mean()),
        }  # fmt: skip
        print(told, flush=True)
        yield told | signs(seen, labels) | {"episodes": episodes}


def trained(setting: Setting, nodes: list[Trainee], stop: int) -> list[Trainee]:
    stops = {one.name: stop for one in nodes}
    return [one for one, _ in train_to_stops(setting, nodes, stops, lambda event: None)]


def answered(setting: Setting, nodes: list[Trainee]) -> np.ndarray:
    router = Router({one.name: one.init for one in nodes}, {})
    router = with_scales(setting, router, {one.name: one.tasks for one in nodes})
    tasks = setting.dataset.select("test")
    found = accuracies(examine_all(setting, router, tasks, 20, ("test",)))
    return np.array([found[task.name] for task in tasks])


def cuts(
    node: Trainee, dataset: Dataset, seen: Foresight, seed: int
) -> Iterator[tuple[str, np.ndarray]]:
    """Yield a name and the groups ``int[n]`` of each cut that a root's tasks are tried with."""
    rng, truth = np.random.default_rng(seed), truths(dataset, seen.tasks)
    for number, labels in enumerate(truth):
        yield f"true {number}", labels
        for share in MIXED if number == 0 else ():
            yield f"partial {share}", mixed(labels, share, rng)
    for number in range(2 if truth else 3):
        yield f"random {number}", rng.permutation(np.arange(len(node.tasks)) % 2)
    yield "difficulty", (seen.losses > np.median(seen.losses)).astype(int)
    for k in (2,) if truth else (2, 3):
        yield f"found {k}", cut(products(seen.whole).across(), k, FEWEST)


def mixed(labels: np.ndarray, share: float, rng: np.random.Generator) -> np.ndarray:
    """Return groups in which a share of each is dealt to the next."""
    made, k = labels.copy(), int(labels.max()) + 1
    for group in range(k):
        members = np.flatnonzero(labels == group)
        goers = rng.choice(members, size=round(share * len(members)), replace=False)
        made[goers] = (group + 1) % k
    return made


def truths(dataset: Dataset, names: tuple[str, ...]) -> list[np.ndarray]:
    """Return the true groups; of several, also each alone against the others."""
    groups = true_groups(dataset)
    if not 2 <= len(groups) <= 4:
        return []
    labels = np.array([next(i for i, g in enumerate(groups) if name in g) for name in names])
    if len(groups) == 2:
        return [labels]
    return [labels, *((labels == one).astype(int) for one in range(len(groups)))]


def signs(seen: Foresight, labels: np.ndarray) -> dict[str, Any]:
    """Return the products of groups' mean gradients in each layer, their sizes, losses, errors."""
    layers = {
        layer: group_products(unbiased(products(one, centred=False)), labels).tolist()
        for layer, one in seen.layers.items()
    }
    losses, errors = (
        [float(each[labels == g].mean()) for g in np.unique(labels)]
        for each in (seen.losses, seen.errors)
    )
    sizes = np.bincount(labels).tolist()
    return {"sizes": sizes, "losses": losses, "errors": errors, "groups": layers}
