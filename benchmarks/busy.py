"""The same on a busy machine: as many other processes compute as there are cores."""

import multiprocessing
from typing import Any

from benchmarks.measure import in_fresh_process
from benchmarks.throughput import train_rate


def run() -> dict[str, Any]:
    from treemeta.engine.local import physical_cores

    others = [multiprocessing.Process(target=spin, daemon=True) for _ in range(physical_cores())]
    for other in others:
        other.start()
    plain = in_fresh_process("benchmarks.plain:loop_rate(2)")
    pinned = in_fresh_process("benchmarks.plain:loop_rate(20)", 1)
    ours = train_rate("one node", 2, "cpu")
    for other in others:
        other.kill()
    print(f"plain loop, default threads {plain:,.0f} images/s, 1 thread {pinned:,.0f}")
    print(f"treemeta train {ours:,.0f} images/s, {ours / plain:.1f} x plain")
    return {"plain": plain, "plain, 1 thread": pinned, "treemeta": ours, "of plain": ours / plain}


def spin() -> None:
    while True:
        pass
