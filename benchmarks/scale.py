"""Time and memory from directions to a similarity matrix with its reliability, a clustering and a
Newick file, against the number of tasks."""

import resource
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.measure import in_fresh_process

TASKS = (50, 500, 2000, 5000, 10_000)
DIM = 512  # of the synthetic directions


def run() -> list[dict[str, float]]:
    rows = [in_fresh_process(f"benchmarks.scale:similarity_of({n})", 1) for n in TASKS]
    for row in rows:
        print(f"{row['tasks']:6} tasks: similarity {row['seconds']:8.3f} s, clustering and Newick "
              f"{row['newick seconds']:8.3f} s, {row['MiB']:6.0f} MiB at most")  # fmt: skip
    for kind in ("seconds", "newick seconds"):
        (n, t), (m, u) = ((row["tasks"], row[kind]) for row in rows[-2:])
        print(f"growth of {kind} from {n:.0f} to {m:.0f} tasks: exponent "
              f"{np.log(u / t) / np.log(m / n):.2f}")  # fmt: skip
    return rows


def similarity_of(tasks: int) -> dict[str, float]:
    from treemeta.measures.similarity import Similarity
    from treemeta.report.newick import linkage_newick
    from treemeta.tree.cosines import reliability, similarity
    from treemeta.tree.probe import Probe

    rng = np.random.default_rng(0)
    centres = rng.standard_normal((tasks, 1, 1, DIM), dtype="float32")
    directions = centres + rng.standard_normal((tasks, 2, 1, DIM), dtype="float32")
    probe = Probe(tuple(f"task {i}" for i in range(tasks)), directions, 2)
    started = time.perf_counter()
    matrix, found = similarity(probe), reliability(probe)
    seconds = time.perf_counter() - started
    started = time.perf_counter()
    with TemporaryDirectory() as folder:
        text = linkage_newick(Similarity("direction", "similarity", matrix, found, probe.episodes))
        (Path(folder) / "tasks.newick").write_text(text)
    newick_seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "tasks": tasks, "seconds": seconds, "newick seconds": newick_seconds, "MiB": peak,
        "reliability": found or 0.0, "cells": matrix.size, "tips": text.count("task"),
    }  # fmt: skip
