"""The same on a busy machine: beside one process that computes, and beside one for each core."""

import multiprocessing
from typing import Any

from benchmarks.measure import in_fresh_process
from benchmarks.throughput import train_rate


def run() -> dict[str, Any]:
    from treemeta.engine.local import physical_cores

    rows: dict[str, Any] = {}
    for count in sorted({1, physical_cores()}):
        others = [multiprocessing.Process(target=spin, daemon=True) for _ in range(count)]
        for other in others:
            other.start()
        plain = in_fresh_process("benchmarks.plain:loop_rate(5)")
        pinned = in_fresh_process("benchmarks.plain:loop_rate(20)", 1)
        ours = train_rate("one node", 2, "cpu")
        for other in others:
            other.kill()
        rows[f"{count} others"] = {
            "plain loop, default threads": plain, "plain loop, 1 thread": pinned,
            "treemeta train": ours, "of plain": ours / plain,
        }  # fmt: skip
        print(f"beside {count}: plain loop, default threads {plain:,.0f} images/s, 1 thread "
              f"{pinned:,.0f}; treemeta train {ours:,.0f}, {ours / plain:.1f} x plain")  # fmt: skip
    return rows


def spin() -> None:
    while True:
        pass
