"""What the directions can see: planted families and transforms, recovered or not.

Glyphs have four planted families of six scripts, ``effect`` apart; transforms add a changed copy of
every task. Each row says how well clusters of the known number agree with what was planted (ARI),
from how many episodes, and ``share``: how much of the variance between tasks lies along the planted
contrast, against ``rival``, the largest share of any direction at right angles to it: two clusters
follow the larger of the two. ``readable`` is how many tasks are put right by the nearest mean of
the others (a task's own copy left out), which is told what to look for. ``halves`` is the ARI of
every second task as drawn among copies of the others.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.contrast import agreed, first, halves, only, told, truth
from benchmarks.curves import draw_curves
from benchmarks.learn import meta_trained
from treemeta.config import Config
from treemeta.engine.local import Engine, physical_cores
from treemeta.learn.params import Params
from treemeta.learn.setting import Setting
from treemeta.measures.nuisance import nuisance_distance
from treemeta.measures.pixels import pixel_similarity
from treemeta.measures.task2vec import normalised_cosines, task_fisher
from treemeta.tasks.cache import reopen, write_pack
from treemeta.tasks.copies import add_copies
from treemeta.tasks.counts import parse_counts
from treemeta.tasks.dataset import Dataset
from treemeta.tasks.glyphs import GlyphCounts, make_glyphs
from treemeta.tasks.imported import omniglot_path
from treemeta.tasks.sources import open_dataset
from treemeta.tasks.transform import parse_transform
from treemeta.tree.cluster import cut
from treemeta.tree.probe import Probe, probe, probe_by, task_probes

GLYPHS = "glyphs:families=4,scripts=6"
EFFECTS = (0.0, 0.1, 0.2, 0.3, 0.5, 1.0)
SEEDS = range(5)
GLYPH_STEPS, STEPS = 100, 500
BLOCKS = (1, 2, 4, 12)  # of the probe's 12 in each half: 4, 8, 16 and 48 episodes
EPISODES = 48
TRANSFORMS = {
    "thick": (0.25, 0.5, 1, 1.5, 2),
    "thin": (0.1, 0.25, 0.5, 1),
    "invert": (0.1, 0.25, 0.4, 1),
    "blur": (0.25, 0.5, 1, 2),
    "rotate": (15, 45, 90, 180),
    "reflect": (0.25, 0.5, 1),
}
LAYERS: tuple[tuple[str, ...], ...] = ((), ("conv1",), ("conv2",), ("norm",))
LATER = (0, 500, 2000)  # meta-steps before rotation is asked for again


def run() -> dict[str, Any]:
    with Engine(physical_cores()) as engine:
        found = {
            "glyphs": list(glyph_rows(engine)),
            "transforms": list(transform_rows(engine)),
            "rotation": list(rotation_rows(engine)),
        }
    draw_curves(found, Path(__file__).parent / "results" / "recovery.svg")
    return found


def glyph_rows(engine: Engine) -> Iterator[dict[str, Any]]:
    for effect in EFFECTS:
        for seed in SEEDS:
            config = Config(learner="reptile", meta_steps=GLYPH_STEPS, seed=seed)
            with TemporaryDirectory() as folder:
                counts = parse_counts(f"{GLYPHS},effect={effect},seed={seed}", GlyphCounts())
                dataset = reopen(write_pack(Path(folder) / "glyphs", "glyphs", make_glyphs(counts)))
                params = meta_trained(config, dataset, engine)
                asked = ask(config, dataset, params, engine)
            for blocks in BLOCKS:
                row = {"effect": effect, "seed": seed, **told(first(asked, blocks), dataset, 4)}
                yield row
            print(row, flush=True)


def transform_rows(engine: Engine) -> Iterator[dict[str, Any]]:
    base, config, params = trained(STEPS, engine)
    for kind, strengths in TRANSFORMS.items():
        for strength in strengths:
            with TemporaryDirectory() as folder:
                dataset = copied(base, f"{kind}:{strength}", folder)
                asked = ask(config, dataset, params, engine)
                for layers in LAYERS:
                    part = only(asked, params, layers)
                    for blocks in BLOCKS if not layers else BLOCKS[-1:]:
                        some = first(part, blocks)
                        found = told(some, dataset, 2) | {"halves": halves(some, dataset)}
                        yield {"transform": kind, "strength": strength,
                               "measure": " ".join(("direction", *layers)), **found}  # fmt: skip
                    print(kind, strength, layers, found, flush=True)
                for row in others(config, dataset, params, engine):
                    yield {"transform": kind, "strength": strength, **row}
                    print(kind, strength, row, flush=True)


def rotation_rows(engine: Engine) -> Iterator[dict[str, Any]]:
    for steps in LATER:
        base, config, params = trained(steps, engine)
        with TemporaryDirectory() as folder:
            dataset = copied(base, "rotate:90", folder)
            asked = ask(config, dataset, params, engine)
            for layers in LAYERS:
                row = told(only(asked, params, layers), dataset, 2)
                row |= {"meta_steps": steps, "measure": " ".join(("direction", *layers))}
                print(row, flush=True)
                yield row


def trained(steps: int, engine: Engine) -> tuple[Dataset, Config, Params]:
    name = "omniglot" if omniglot_path().exists() else "glyphs:families=5,scripts=5"
    config, dataset = (
        Config(learner="reptile", dataset=name, meta_steps=max(steps, 1)),
        open_dataset(name),
    )
    if steps == 0:  # one step of size 0: the init as it was drawn
        config = replace(config, meta_step_size=1e-12, meta_step_size_end=0.0)
    return dataset, config, meta_trained(config, dataset, engine)


def copied(base: Dataset, transform: str, folder: str) -> Dataset:
    pack = add_copies(base, parse_transform(transform))
    return reopen(write_pack(Path(folder) / transform.replace(":", " "), base.name, pack))


def ask(config: Config, dataset: Dataset, params: Params, engine: Engine) -> Probe:
    return probe(
        Setting(config, dataset, engine), params, dataset.select("all"), EPISODES, ("recovery",)
    )


def others(
    config: Config, dataset: Dataset, params: Params, engine: Engine
) -> Iterator[dict[str, Any]]:
    tasks = dataset.select("all")
    planted = truth(dataset, [task.name for task in tasks])
    for similarity in (pixel_similarity(dataset, tasks), nuisance_distance(dataset, tasks)):
        found = agreed(cut(similarity.inner(), 2, 1), planted)
        yield {"measure": similarity.measure, "ARI": found}
    setting = Setting(config, dataset, engine)
    units = task_probes(setting, params, tasks, EPISODES, ("fisher",))
    asked = probe_by(task_fisher, units, engine)
    a, b = asked.directions.mean(axis=2).swapaxes(0, 1)
    across = normalised_cosines(a, b)
    found = agreed(cut(across + across.T, 2, 1), planted)
    yield {"measure": "task2vec", "ARI": found, "episodes": asked.episodes}
