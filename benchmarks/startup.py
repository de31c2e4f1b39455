"""Seconds until the program has said what needs no training."""

from typing import Any

from benchmarks.measure import said, seconds_of, spread, workplace
from benchmarks.registry import fill

COMMANDS = {"--help": ["--help"], "--version": ["--version"], "train --help": ["train", "--help"]}
SHOW = "tree show, 1,000 nodes"
REPEATS = 5


def run() -> dict[str, Any]:
    with workplace() as folder:
        fill(folder, 1000)
        rows: dict[str, Any] = {}
        for name, arguments in {**COMMANDS, SHOW: ["tree", "show"]}.items():
            times = [seconds_of(arguments, folder) for _ in range(REPEATS)]
            rows[name] = {
                "wall": spread([wall for wall, _ in times]),
                "cpu": spread([cpu for _, cpu in times]),
            }
            wall, cpu = said(rows[name]["wall"], 2), said(rows[name]["cpu"], 2)
            print(f"{name:24} wall {wall} s, CPU {cpu} s")
    return rows
