"""Comparing a tree with other ways to train, from Python and for ``treemeta compare``."""

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from os import PathLike
from warnings import warn

from treemeta.analysis.comparison import Comparison
from treemeta.analysis.comparison import compare as compared
from treemeta.analysis.estimate import Repeat
from treemeta.api.arms import Repeats, run_arms
from treemeta.api.grown import Data, Options, config_of
from treemeta.api.network import engine_for, network_of
from treemeta.api.repeats import chosen_arms, chosen_numbers, curved
from treemeta.api.telling import Telling, told_to, warn_of
from treemeta.config import Config
from treemeta.errors import ConfigError, DataError
from treemeta.pages import Say, page_files
from treemeta.report.export import figures
from treemeta.store.finish import write_figures
from treemeta.store.records import Tree
from treemeta.store.registry import experiment_named, lasting_address, open_registry
from treemeta.tasks.dataset import Dataset
from treemeta.tasks.sources import opened
from treemeta.tree.job import check_fit
from treemeta.tree.obtain import Place


def compare(
    data: Data,
    config: Options | None = None,
    arms: str | Sequence[str] | None = ("joint", "tree"),
    seeds: int | None = None,
    task_splits: int | None = None,
    tracking_uri: str | PathLike[str] | None = None,
    experiment: str | None = None,
    workers: int = 1,
    device: str = "cpu",
    say: Say | None = None,
) -> Comparison:
    """Return how a tree does on held-out tasks beside other arms of ``treemeta compare``, over
    ``seeds`` and ``task_splits`` counted from 0; without, over the config's own.

    ``data``, ``config`` and the rest are as ``grow`` takes them. What the experiment holds already,
    a tree that ``grow`` has stored too, is not trained again. Raises ``ConfigError`` for arms that
    are none or make no sense here, and ``DataError`` for data without held-out tasks.
    """
    wanted, asked, told = chosen_arms(arms), config_of(data, config), told_to(say)
    if asked.arm != "tree":
        raise ConfigError(f"arm {asked.arm!r} is one of what compare compares: name it in arms")
    given = config if isinstance(config, Mapping) else {}
    splits = chosen_numbers(task_splits, "task_split", given, asked)
    numbers, uri = chosen_numbers(seeds, "seed", given, asked), lasting_address(tracking_uri)
    with engine_for(network_of(asked), workers, device, uri) as engine:
        repeats = repeats_of(asked, splits, numbers)
        engine.start()  # before anything is stored
        _, dataset = next(iter(repeats.values()))
        name = experiment_named(experiment)
        warn_of(dataset)
        place = Place(
            dataset, uri, name, engine, device, figures, lambda one: nullcontext(Telling(one, told))
        )
        entries, absent = run_arms(place, repeats, wanted, told, partial(log_page, place, warn))
    return compared(entries, truth_of(dataset), absent)


def repeats_of(
    config: Config, splits: Sequence[int], seeds: Sequence[int], curves: bool = False
) -> Repeats:
    """Return the config and the data of every repeat, with ``curves`` one whose way is examined;
    raises ``DataError`` where no tasks are held out."""
    repeats: dict[Repeat, tuple[Config, Dataset]] = {}
    for split in splits:
        fitting, dataset = opened(replace(config, task_split=split))
        check_fit(fitting, dataset)
        if not dataset.select("test"):
            raise DataError(f"data set {dataset.name} holds no tasks out to compare on: add some")
        fitting = curved(fitting) if curves else fitting
        repeats |= {(split, seed): (replace(fitting, seed=seed), dataset) for seed in seeds}
    return repeats


def truth_of(dataset: Dataset) -> dict[str, str]:
    """Return the group of every task of which it is known: its first ancestor."""
    return {task: steps[0] for task, steps in dataset.lineage.items() if steps}


def log_page(place: Place, say: Say, tree: Tree) -> None:
    """Log a tree's page, with what it gains on the arms beside it."""
    registry = open_registry(place.uri)
    write_figures(registry, tree, page_files(registry, place.engine, place.device, say, tree))
