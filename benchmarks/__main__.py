"""Run benchmarks by name, or all but the longest: ``python -m benchmarks [NAME ...]``.

Each prints a table, every ratio from one run, and writes ``benchmarks/results/NAME.json``.
"""

import importlib
import json
import sys
from pathlib import Path

from benchmarks.measure import machine

NAMES = [
    "startup",
    "registry",
    "scale",
    "throughput",
    "solved",
    "busy",
    "reliability",
    "null",
    "recovery",
    "floor",
]
LONGER = [
    "ablation",
    "search",
    "tables",
    "detect",
    "splits",
    "forecast",
    "pays",
]  # if named, as they take long or draw on those that do
RESULTS = Path(__file__).parent / "results"


def main(names: list[str]) -> None:
    if unknown := [name for name in names if name not in NAMES + LONGER]:
        sys.exit(f"benchmark {unknown[0]!r} does not exist: choose {', '.join(NAMES + LONGER)}")
    for name in names or NAMES:
        print(f"== {name}", flush=True)
        found = importlib.import_module(f"benchmarks.{name}").run()
        text = json.dumps({"machine": machine(), "found": found}, indent=1)
        (RESULTS / f"{name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
