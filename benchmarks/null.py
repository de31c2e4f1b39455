"""The p-values of splits where there is nothing to split: all classes, dealt to tasks at random.

Every deal is asked like a node is, with 19 deals of its own to compare with. Under the null its
rank among them is uniform; a uniform draw within the rank makes the p-value continuous, so that
the test of Kolmogorov and Smirnov is exact.
"""

from typing import Any

import numpy as np
from scipy.stats import kstest

from benchmarks.learn import meta_trained
from treemeta.config import Config
from treemeta.engine.local import Engine, physical_cores
from treemeta.randomness import generator
from treemeta.tasks.episode import deal
from treemeta.tasks.sources import omniglot_path, open_dataset
from treemeta.tree.probe import probe
from treemeta.tree.split import ask_split

DEALS = 40
META_STEPS = 500


def run() -> dict[str, Any]:
    name = "omniglot" if omniglot_path().exists() else "glyphs:families=10,scripts=5"
    config = Config(learner="reptile", dataset=name, meta_steps=META_STEPS)
    dataset = open_dataset(name)
    found: list[dict[str, Any]] = []
    with Engine(physical_cores()) as engine:
        params = meta_trained(config, dataset, engine)
        for number in range(DEALS):
            node = f"null {number}"  # what all draws of this deal are addressed by
            tasks = deal(dataset, dataset.select("all"), generator(config.seed, node))
            observed = probe(
                config, dataset, params, tasks, config.probe_episodes, (node, 0), engine
            )
            split, evidence = ask_split(config, dataset, params, tasks, observed, node, 0, engine)
            found.append(
                {"variance": evidence.p_variance, "cut": evidence.p_cut, "split": bool(split)}
            )
            print(f"deal {number}: {found[-1]}", flush=True)
    rng = np.random.default_rng(0)
    rows: dict[str, Any] = {"dataset": name, "deals": DEALS, "found": found}
    for kind in ("variance", "cut"):
        p = np.array([one[kind] for one in found])
        test = kstest(p - rng.random(DEALS) / (1 + config.deals), "uniform")
        few = int((p <= config.level).sum())
        rows[kind] = {"ks": float(test.statistic), "ks p": float(test.pvalue), "rejected": few}
        print(f"{kind}: {few} of {DEALS} at or below {config.level}; "
              f"Kolmogorov-Smirnov p {test.pvalue:.2f}")  # fmt: skip
    rows["split"] = sum(one["split"] for one in found)
    print(f"{rows['split']} of {DEALS} deals would have been split")
    return rows
