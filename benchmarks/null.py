"""The p-values of splits where there is nothing to split: classes, dealt to tasks at random.

Every deal is asked like a node is, with 19 deals of its own to compare with. Under the null its
rank among them is uniform; a uniform draw within the rank makes the p-value continuous, so that
the test of Kolmogorov and Smirnov is exact. Deals are of all classes of one question, or, at an
init trained on two that conflict, within each of the two by turns. What is found is kept as it
comes: interrupted, the benchmark goes on where it was.
"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import kstest

from benchmarks.learn import meta_trained
from treemeta.config import Config
from treemeta.engine.local import Engine, physical_cores
from treemeta.learn.params import Params
from treemeta.learn.setting import Setting
from treemeta.learn.trainee import Trainee
from treemeta.randomness import generator
from treemeta.tasks.dataset import Dataset, Task
from treemeta.tasks.episode import deal
from treemeta.tasks.sources import open_dataset
from treemeta.tree.probe import probe
from treemeta.tree.split import weigh_split

DEALS = 40
SOURCE = "glyphs:families=4,scripts=6"
NULLS = {"one question": "", "within a question": "character+style,style"}
SMALL: dict[str, Any] = {"filters": 16, "meta_steps": 150}  # that each is done in minutes
KEPT = Path(__file__).parent / "results" / "null.jsonl"


def run() -> dict[str, Any]:
    rows: dict[str, Any] = {"deals": DEALS}
    with Engine(physical_cores()) as engine:
        for name, questions in NULLS.items():
            config = Config(dataset=SOURCE, questions=questions, **SMALL)
            rows[name] = summary(name, config, asked(name, config, engine))
    KEPT.unlink()
    return rows


def asked(name: str, config: Config, engine: Engine) -> list[dict[str, Any]]:
    """Return what every deal was told, those of an interrupted run included."""
    dataset = open_dataset(config.dataset, questions=config.questions)
    key = f"{name} {config.fingerprint()} {dataset.fingerprint}"
    found, params = kept(key), None
    for number in range(len(found), DEALS):
        params = params or meta_trained(config, dataset, engine)
        found.append(ask(config, dataset, params, number, engine))
        with KEPT.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"key": key} | found[-1]) + "\n")
        print(f"{name}, deal {number}: {found[-1]}", flush=True)
    return found


def kept(key: str) -> list[dict[str, Any]]:
    if not KEPT.exists():
        return []
    lines = map(json.loads, KEPT.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line.pop("key") == key]


def ask(
    config: Config, dataset: Dataset, params: Params, number: int, engine: Engine
) -> dict[str, Any]:
    """Return the p-values of one deal, and whether it would have been split."""
    node = f"null {number}"  # what all draws of this deal are addressed by
    groups = by_question(dataset, config.questions)
    tasks = deal(dataset, groups[number % len(groups)], generator(config.seed, node))
    setting = Setting(config, dataset, engine)
    observed = probe(setting, params, tasks, config.probe_episodes, (node, 0))
    split, evidence = weigh_split(setting, Trainee(node, 0, params, tuple(tasks)), observed)
    told = asdict(evidence)
    return {"variance": told["p_variance"], "cut": told["p_cut"], "split": bool(split)}


def by_question(dataset: Dataset, questions: str) -> list[list[Task]]:
    """Return the training tasks of each question."""
    tasks = dataset.select("train")
    asked = questions.split(",") if questions else [""]
    return [[task for task in tasks if task.name.endswith(f"/{q}" if q else "")] for q in asked]


def summary(name: str, config: Config, found: list[dict[str, Any]]) -> dict[str, Any]:
    """Return, and print, how even the p-values are."""
    rng, row = np.random.default_rng(0), dict[str, Any](found=found)
    for kind in ("variance", "cut"):
        p = np.array([one[kind] for one in found])
        test = kstest(p - rng.random(len(p)) / (1 + config.deals), "uniform")
        few = int((p <= config.level).sum())
        row[kind] = {"ks": float(test.statistic), "ks p": float(test.pvalue), "rejected": few}
        print(f"{name}, {kind}: {few} of {len(p)} at or below {config.level}; "
              f"Kolmogorov-Smirnov p {test.pvalue:.2f}")  # fmt: skip
    row["split"] = sum(one["split"] for one in found)
    print(f"{name}: {row['split']} of {len(found)} would have been tried by the gate")
    return row
