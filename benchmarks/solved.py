"""Images per second of solved heads against the products' bound, and seconds to a result.

The bound is that of a conv4 episode's own matrix products and nothing else, one process a core.
Seconds to .90 and .95 on the 15 test alphabets are told beside those of Reptile's 2,000 steps.
"""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import torch

from benchmarks.measure import in_fresh_process, said, seconds_of, spread, workplace
from treemeta.config import Config
from treemeta.engine.local import Engine, physical_cores
from treemeta.learn.learner import fresh_init, learner_of
from treemeta.learn.setting import Setting
from treemeta.learn.trainee import Trainee
from treemeta.tasks.imported import omniglot_path
from treemeta.tasks.sources import open_dataset
from treemeta.tree.evaluate import accuracies, examine_all
from treemeta.tree.route import Router

REPEATS, SECONDS = 3, 2.0
SHORT, LONG = 20, 220  # meta-steps; the difference is free of start-up, probes and evaluation
COMMON = ["--probe-episodes=4", "--node-episodes=1", "--test-episodes=1", "--arm=joint"]
IMAGES = 50  # of an episode: 5 ways, 5 shots, 5 queries
GOALS = (0.90, 0.95)
EVERY = 50  # steps between two looks at the test alphabets, which are not timed


def run() -> dict[str, Any]:
    found: dict[str, list[float]] = {"products alone": [], "treemeta train": []}
    for _ in range(REPEATS):  # interleaved, so that a busy minute hits both alike
        found["products alone"].append(sum(bound_of_all_cores()))
        found["treemeta train"].append(train_rate())
    rows: dict[str, Any] = {name: spread(rates) for name, rates in found.items()}
    share = rows["treemeta train"]["median"] / rows["products alone"]["median"]
    rows["of bound"] = share
    for name in found:
        print(f"{name:16} {said(rows[name])} images/s")
    print(f"treemeta train --learner solved, conv4: {share:.0%} of the products' bound")
    return rows | {"seconds to": time_to_result()}


def bound_of_all_cores() -> list[float]:
    cores = physical_cores()
    call = f"benchmarks.solved:products_rate({SECONDS})"
    with ThreadPoolExecutor(cores) as pool:
        return list(pool.map(lambda _: in_fresh_process(call, 1), range(cores)))


def products() -> list[tuple[int, int, int]]:
    """Return (rows, inner, columns) of every product of a conv4 episode, forward and backward."""
    found, side, channels = [], 28, 1
    for _ in range(4):
        side = (side + 1) // 2
        rows, inner = IMAGES * side * side, 9 * channels
        found += [(rows, inner, 64), (inner, rows, 64)]
        found += [(rows, 64, inner)] if channels > 1 else []
        channels = 64
    return found


def products_rate(seconds: float) -> float:
    """Return images per second if an episode were nothing but its matrix products."""
    pairs = [(torch.rand(m, k), torch.rand(k, n), torch.empty(m, n)) for m, k, n in products()]
    episodes, started = 0, time.perf_counter()
    while time.perf_counter() - started < seconds:
        for a, b, out in pairs:
            torch.mm(a, b, out=out)
        episodes += 1
    return episodes * IMAGES / (time.perf_counter() - started)


def train_rate() -> float:
    """Return images per second of the command itself, data and logging included."""
    with workplace() as folder:
        walls = [
            seconds_of(["train", "--dataset=glyphs", *COMMON, f"--meta-steps={steps}"], folder)[0]
            for steps in (SHORT, LONG)
        ]
    return (LONG - SHORT) * Config().meta_batch_size * IMAGES / (walls[1] - walls[0])


def time_to_result() -> dict[str, float | None]:
    """Return the seconds of training to each goal, and those of all of Reptile's steps with what
    these reach."""
    if not omniglot_path().exists():
        print("Omniglot is not packed: no seconds to a result are told")
        return {}
    solved = Config(dataset="omniglot", arm="joint", meta_steps=6000, augment="rotate")
    reptile = Config(dataset="omniglot", arm="joint", learner="reptile", meta_steps=2000)
    found: dict[str, float | None] = {f"solved to {goal:.2f}": None for goal in GOALS}
    for seconds, accuracy in curve(solved, EVERY):
        for goal in GOALS:
            if accuracy >= goal and found[f"solved to {goal:.2f}"] is None:
                found[f"solved to {goal:.2f}"] = seconds
        if accuracy >= GOALS[-1]:
            break
    ((seconds, accuracy),) = curve(reptile, reptile.meta_steps)
    found[f"reptile's 2,000 steps, to {accuracy:.3f}"] = seconds
    for name, took in found.items():
        print(f"{name}: {'not reached' if took is None else f'{took:.0f} s'}", flush=True)
    return found


def curve(config: Config, every: int) -> Iterator[tuple[float, float]]:
    """Yield seconds of training and mean accuracy on the test alphabets, every so many steps."""
    dataset = open_dataset(config.dataset)
    trainee = Trainee("r", 0, fresh_init(config), tuple(dataset.select("train")))
    tests, spent = dataset.select("test"), 0.0
    with Engine(physical_cores()) as engine:
        engine.map(physical_cores_of, [0, 1])  # its processes are started before the clock
        while trainee.step < config.meta_steps:
            started = time.perf_counter()
            for _ in range(every):
                ((trainee, _),) = learner_of(config).meta_step(
                    Setting(config, dataset, engine), [trainee]
                )
            spent += time.perf_counter() - started
            router = Router({"r": trainee.init}, {})
            routed = examine_all(Setting(config, dataset, engine), router, tests, 20, ("test",))
            yield spent, sum(accuracies(routed).values()) / len(tests)


def physical_cores_of(_: int) -> int:
    return physical_cores()
