"""The search behind the defaults of solved heads, on a split of the training alphabets alone.

A quarter of the poster's 35 training alphabets is set aside; every setting is trained on the others
and examined on these. The 15 test alphabets have no part in it.
"""

import time
from dataclasses import replace
from typing import Any

from benchmarks.learn import meta_trained
from treemeta.analysis.estimate import estimate
from treemeta.config import Config
from treemeta.engine.local import Engine, physical_cores
from treemeta.learn.setting import Setting
from treemeta.randomness import generator
from treemeta.tasks.dataset import Dataset
from treemeta.tasks.imported import omniglot_path
from treemeta.tasks.sources import open_dataset
from treemeta.tree.evaluate import accuracies, examine_all
from treemeta.tree.route import Router

ASIDE = 9  # of the 35
EPISODES = 40
BASE: dict[str, Any] = {"augment": "rotate", "meta_steps": 1500}
# One thing changed at a time, for about as many images unless more steps are the change.
CHANGES: dict[str, dict[str, Any]] = {
    "base": {},
    "not turned": {"augment": "none"},
    "600 steps": {"meta_steps": 600},
    "600 steps, not turned": {"meta_steps": 600, "augment": "none"},
    "rate 0.001": {"meta_step_size": 0.001},
    "rate 0.004": {"meta_step_size": 0.004},
    "8 episodes a step": {"meta_batch_size": 8, "meta_steps": 750},
    "2 episodes a step": {"meta_batch_size": 2, "meta_steps": 3000},
    "91 filters": {"filters": 91},
    "6,000 steps": {"meta_steps": 6000},
    "6,000 steps, not turned": {"meta_steps": 6000, "augment": "none"},
    "6,000 steps, 91 filters": {"meta_steps": 6000, "filters": 91},
    "12,000 steps": {"meta_steps": 12_000},
}


def run() -> dict[str, Any]:
    if not omniglot_path().exists():
        print("Omniglot is not packed: nothing is searched")
        return {}
    dataset = set_aside(open_dataset("omniglot"))
    rows: dict[str, Any] = {"set aside": [task.name for task in dataset.select("test")]}
    base: dict[str, float] = {}
    with Engine(physical_cores()) as engine:
        for name, change in CHANGES.items():
            config = Config(**({"dataset": "omniglot", "arm": "joint"} | BASE | change))
            began = time.perf_counter()
            params = meta_trained(config, dataset, engine)
            took = time.perf_counter() - began
            setting, router = Setting(config, dataset, engine), Router({"r": params}, {})
            tasks = dataset.select("test")
            found = accuracies(examine_all(setting, router, tasks, EPISODES, ("search",)))
            base = base or found
            gain = estimate({(0, 0): {task: found[task] - base[task] for task in found}})
            rows[name] = {
                "accuracy": estimate({(0, 0): found}).mean, "seconds": took, "change": change,
                "gain": [gain.mean, gain.low, gain.high],
            }  # fmt: skip
            print(f"{name:22} {rows[name]['accuracy']:.4f}  {gain.mean:+.4f} "
                  f"({gain.low:+.4f} to {gain.high:+.4f})  {took:.0f} s", flush=True)  # fmt: skip
    return rows


def set_aside(dataset: Dataset) -> Dataset:
    """Return the training alphabets alone, a quarter of them in the role of a test."""
    names = [task.name for task in dataset.select("train")]
    aside = set(generator(0, "search").permutation(names)[:ASIDE].tolist())
    tasks = {name: dataset.tasks[name] for name in names}
    roles = {name: "test" if name in aside else "train" for name in names}
    return replace(dataset, tasks=tasks, roles=roles)
