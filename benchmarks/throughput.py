"""Images per second of ``treemeta train`` against the plain loop and the matrix-product bound."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from benchmarks.measure import in_fresh_process, said, seconds_of, spread, workplace
from benchmarks.plain import IMAGES

REPEATS = 2
SHORT, LONG = 40, 340  # meta-steps; the difference is free of start-up, probes and evaluation
COMMON = [
    "--learner=reptile", "--dataset=glyphs", "--probe-episodes=4", "--node-episodes=1",
    "--test-episodes=1", "--eval-inner-steps=1", "--meta-step-size=0.1",
]  # fmt: skip
ARMS = {
    "one node": ["--arm=joint"],
    # A root of 20 steps, then two children side by side.
    "two nodes": ["--rule=always", "--split-every=20", "--max-depth=1", "--max-children=2"],
}


def run() -> dict[str, Any]:
    import torch

    found: dict[str, Any] = {}
    devices = ["cpu", "cuda"] if torch.cuda.is_available() else ["cpu"]
    for _ in range(REPEATS):  # interleaved, so that a busy minute hits all alike
        add(
            found, "plain loop, default threads", in_fresh_process("benchmarks.plain:loop_rate(40)")
        )
        add(found, "matrix products alone, 2 processes", sum(both_products()))
        for arm in ARMS:
            for device in devices:
                workers = 2 if device == "cpu" else None
                name = f"treemeta train, {arm}, {workers or device}"
                add(found, name, train_rate(arm, workers, device))
    rows = {name: spread(rates) for name, rates in found.items()}
    plain = rows["plain loop, default threads"]["median"]
    bound = rows["matrix products alone, 2 processes"]["median"]
    for name, row in rows.items():
        row["of plain"], row["of bound"] = row["median"] / plain, row["median"] / bound
        ratios = f"{row['of plain']:.2f} x plain, {row['of bound']:.0%} of the bound"
        print(f"{name:40} {said(row)} images/s, {ratios}")
    return rows


def add(found: dict[str, list[float]], name: str, rate: float) -> None:
    found.setdefault(name, []).append(rate)


def both_products() -> list[float]:
    """Return the bound of each of two single-thread processes that run at once."""
    with ThreadPoolExecutor(2) as pool:
        call = "benchmarks.plain:products_rate(4)"
        return list(pool.map(lambda _: in_fresh_process(call, 1), range(2)))


def train_rate(arm: str, workers: int | None, device: str) -> float:
    """Return images per second of the command itself, data and logging included."""
    where = [f"--workers={workers}"] if workers else [f"--device={device}"]
    nodes = 2 if arm == "two nodes" else 1
    with workplace() as folder:
        walls = [
            seconds_of(["train", *COMMON, *ARMS[arm], f"--meta-steps={steps}", *where], folder)[0]
            for steps in (SHORT, LONG)
        ]
    return nodes * (LONG - SHORT) * IMAGES / (walls[1] - walls[0])
