"""What finds the questions: meta-gradients, as a tree weighs them, or how hard tasks are?

At the root of an experiment, where it is first asked whether to split: the split that the tree
would try, with what does not conflict merged, and cuts into as many groups as there are questions
by meta-gradients and by losses, all against the questions. One question under noise or blur is none
to cut. Six minutes on 2 quiet cores.
"""

from pathlib import Path
from typing import Any

import numpy as np

from treemeta.analysis.cuts import agreement
from treemeta.config import Config
from treemeta.declared import make_config, read_config
from treemeta.engine.local import Engine, physical_cores
from treemeta.learn.learner import fresh_init
from treemeta.learn.setting import Setting
from treemeta.learn.trainee import Trainee
from treemeta.measures.loss import task_losses
from treemeta.tasks.sources import opened
from treemeta.tree.cluster import cut
from treemeta.tree.probe import probe_by, task_probes
from treemeta.tree.products import gram, products
from treemeta.tree.split import groups_of, weigh_split
from treemeta.tree.stretch import train_to_stops
from treemeta.tree.weigh import probe_node

EXPERIMENTS = Path(__file__).parents[1] / "registry" / "experiments"
SEEDS = 1
FOUND = ("questions-matched", "questions-four")
ONE = ("character,character+speckle:0.5", "character,character+blur:1.5")  # under noise or blur


def run() -> list[dict[str, Any]]:
    rows = []
    base = read_config(EXPERIMENTS / "questions-matched.toml")
    cases = {name: read_config(EXPERIMENTS / f"{name}.toml") for name in FOUND}
    cases |= {text: base | {"questions": text} for text in ONE}
    with Engine(physical_cores()) as engine:
        for name, declared in cases.items():
            for seed in range(SEEDS):
                config = make_config(declared, {"seed": seed})
                rows.append({"experiment": name, "seed": seed} | detected(config, engine))
                print(rows[-1], flush=True)
    return rows


def detected(config: Config, engine: Engine) -> dict[str, Any]:
    """Return what meta-gradients and losses find at a root."""
    config, dataset = opened(config)
    setting = Setting(config, dataset, engine)
    fresh = Trainee("r", 0, fresh_init(config), tuple(dataset.select("train")))
    stops = {"r": config.split_every}
    ((node, _),) = train_to_stops(setting, [fresh], stops, lambda event: None)
    observed = probe_node(setting, node)
    split, evidence = weigh_split(setting, node, observed)
    units = task_probes(setting, node.init, list(node.tasks), config.probe_episodes, ("loss",))
    probed = probe_by(task_losses, units, engine)
    losses = probed.directions[..., 0].mean((1, 2)).astype(np.float64)
    truth = {task: dataset.lineage[task][0] for task in probed.tasks}
    logs = np.log(losses) - np.log(losses).mean()
    k = len(set(truth.values()))
    pulled = products(gram(observed)).across()
    by_pull, by_loss = (
        groups_of(probed.tasks, cut(alike, k, config.min_tasks))
        for alike in (pulled, np.outer(logs, logs))
    )
    whole = (probed.tasks,)
    means = {
        question: float(np.mean([loss for task, loss in zip(probed.tasks, losses, strict=True)
                                 if truth[task] == question]))
        for question in sorted(set(truth.values()))
    }  # fmt: skip
    return {
        "children": len(split.groups) if split else 1, "reason": evidence.reason,
        "merged": evidence.merged,
        "ARI of the split": agreement(split.groups if split else whole, truth),
        "ARI by meta-gradients": agreement(by_pull, truth),
        "ARI by loss": agreement(by_loss, truth), "losses": means,
    }  # fmt: skip
