"""Seconds to a similarity matrix of a given reliability: head-solved directions, displacements.

Both are measured at the same init on the same tasks; episodes beyond those drawn are extrapolated
by the Spearman-Brown formula. Where two halves agree no better than chance, the greatest
correlation that a bootstrap over tasks allows stands in, which favours the displacements. The
formula takes noise to fall as in a mean; cosines of noisy directions lose theirs faster, so from
few episodes it asks for too many: the price is told from few episodes and from many.
"""

import time
from dataclasses import replace
from typing import Any

import numpy as np

from benchmarks.learn import meta_trained
from treemeta.config import Config
from treemeta.engine.local import Engine, physical_cores
from treemeta.learn.setting import Setting
from treemeta.tasks.imported import omniglot_path
from treemeta.tasks.sources import open_dataset
from treemeta.tree.cosines import halves_correlation
from treemeta.tree.probe import Probe, probe
from treemeta.tree.reliability import stepped_up

META_STEPS = 500
EPISODES: dict[Any, int] = {"head_solved": 24, "displacement": 480}
TARGETS = (0.9, 0.95)
RESAMPLES = 200


def run() -> dict[str, Any]:
    name = "omniglot" if omniglot_path().exists() else "glyphs:families=10,scripts=5"
    config = Config(learner="reptile", dataset=name, meta_steps=META_STEPS)
    dataset = open_dataset(name)
    with Engine(physical_cores()) as engine:
        params, tasks = meta_trained(config, dataset, engine), dataset.select("all")
        rows: dict[str, Any] = {"dataset": name, "tasks": len(tasks)}
        for direction, episodes in EPISODES.items():
            asked = replace(config, direction=direction)
            probe(Setting(asked, dataset, engine), params, tasks, 4, ("warm",))
            started = time.perf_counter()
            found = probe(Setting(asked, dataset, engine), params, tasks, episodes, ("bench",))
            seconds = time.perf_counter() - started
            rows[direction] = told(found, seconds)
        few = Probe(found.tasks, found.directions[:, :, :1], found.episodes // 12)
        rows["displacement, few episodes"] = told(few, seconds / 12)
    for target in TARGETS:
        ours, *theirs = (
            row[f"seconds to {target}"] for row in rows.values() if isinstance(row, dict)
        )
        rows[f"ratios at {target}"] = [each / ours for each in theirs]
        print(f"reliability {target}: {ours:.1f} s against {theirs[0]:,.0f} s, "
              f"{theirs[0] / ours:,.0f} times cheaper; {theirs[1] / ours:,.0f} times as "
              "extrapolated from the few episodes")  # fmt: skip
    return rows


def told(found: Probe, seconds: float) -> dict[str, float]:
    """Return what a probe says of the price of reliability."""
    measured = halves_correlation(found) or 0.0
    rng = np.random.default_rng(0)
    draws = [
        halves_correlation(some(found, rng.choice(len(found.tasks), len(found.tasks))))
        for _ in range(RESAMPLES)
    ]
    low, high = np.quantile([draw or 0.0 for draw in draws], [0.025, 0.975])
    assumed = measured if low > 0 else max(float(high), 1e-3)
    row = {
        "episodes": found.episodes, "seconds": seconds, "halves": measured,
        "halves low": float(low), "halves high": float(high), "halves assumed": assumed,
    }  # fmt: skip
    whole = stepped_up(assumed) or assumed
    for target in TARGETS:
        factor = target * (1 - whole) / (whole * (1 - target))
        row[f"seconds to {target}"] = seconds * factor
    print(f"{found.episodes} episodes in {seconds:.1f} s: correlation of the halves "
          f"{measured:.3f} ({low:.3f} to {high:.3f})")  # fmt: skip
    return row


def some(whole: Probe, rows: np.ndarray) -> Probe:
    """Return the probe of a resample of tasks, without repetitions, which would agree too well."""
    rows = np.unique(rows)
    return Probe(tuple(whole.tasks[i] for i in rows), whole.directions[rows], whole.episodes)
