"""Time and memory of a similarity matrix with its reliability, against the number of tasks."""

import resource
import time

import numpy as np

from benchmarks.measure import in_fresh_process

TASKS = (50, 500, 2000, 5000, 10_000)
DIM = 512  # of the synthetic directions


def run() -> list[dict[str, float]]:
    rows = [in_fresh_process(f"benchmarks.scale:similarity_of({n})", 1) for n in TASKS]
    for row in rows:
        print(f"{row['tasks']:6} tasks {row['seconds']:8.3f} s, {row['MiB']:6.0f} MiB at most")
    (n, t), (m, u) = ((row["tasks"], row["seconds"]) for row in rows[-2:])
    print(f"growth from {n:.0f} to {m:.0f} tasks: exponent {np.log(u / t) / np.log(m / n):.2f}")
    return rows


def similarity_of(tasks: int) -> dict[str, float]:
    from treemeta.tree.probe import Probe
    from treemeta.tree.similarity import reliability, similarity

    rng = np.random.default_rng(0)
    centres = rng.standard_normal((tasks, 1, 1, DIM), dtype="float32")
    directions = centres + rng.standard_normal((tasks, 2, 1, DIM), dtype="float32")
    probe = Probe(tuple(f"task {i}" for i in range(tasks)), directions, 2)
    started = time.perf_counter()
    matrix, found = similarity(probe), reliability(probe)
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "tasks": tasks, "seconds": seconds, "MiB": peak, "reliability": found or 0.0,
        "cells": matrix.size,
    }  # fmt: skip
