from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from tests.conftest import SMALL, SMALL_SOLVED
from treemeta.config import Config
from treemeta.declared import make_config
from treemeta.engine.local import Engine
from treemeta.errors import DataError
from treemeta.learn.learner import learner_of
from treemeta.learn.setting import Setting
from treemeta.randomness import generator
from treemeta.store.records import Routed
from treemeta.tasks.dataset import Dataset
from treemeta.tasks.layout import lay_out
from treemeta.tasks.sources import open_folder
from treemeta.tree.evaluate import Exam, examine_all
from treemeta.tree.place import place, placed
from treemeta.tree.route import Router

SOLVED = make_config(SMALL_SOLVED)


def write_tasks(folder: Path, dataset: Dataset, names: list[str], images: int = 9) -> Path:
    """Write tasks of a data set as image files, which are read back as they were."""
    for name in names:
        for position in dataset.tasks[name].classes:
            place = folder / name / dataset.class_names[position].rpartition("/")[2]
            place.mkdir(parents=True)
            first, end = dataset.starts[position : position + 2]
            for number, pixels in enumerate(dataset.images[first:end][:images]):
                Image.fromarray(255 - pixels).save(place / f"{number}.png")
    return folder


def router_of(config: Config) -> Router:
    inits = {n: learner_of(config).fresh_init(config, generator(7, n)) for n in ("r0", "r1")}
    return Router(inits, {}, {"r0": 0.1, "r1": 0.1})


@pytest.mark.parametrize("learner", ["solved", "reptile"])
def test_a_held_out_task_goes_where_it_went(
    small: Dataset, engine: Engine, tmp_path: Path, learner: str
) -> None:
    config = make_config((SMALL_SOLVED if learner == "solved" else SMALL) | {"route": "likelihood"})
    router, held_out = router_of(config), small.select("test")
    then = examine_all(
        Setting(config, small, engine), router, held_out, config.test_episodes, ("test",)
    )
    folder = write_tasks(tmp_path / "new", small, [task.name for task in held_out])
    unseen = open_folder(lay_out(folder), config.size, config.channels)
    found = place(Setting(config, unseen, engine), router)
    assert [one.task for one in found] == sorted(then)
    for one in found:
        was = then[one.task]
        assert (one.shares, one.margin, one.accuracy) == (was.shares, was.margin, was.accuracy)
        assert one.shares[one.node] == max(was.shares.values())
        assert (one.episodes, one.queries) == (config.test_episodes, config.queries)


def test_of_equal_shares_the_first_node_counts(small: Dataset) -> None:
    exam = Exam(SOLVED, small, router_of(SOLVED), small.select("test")[0], 2, ())
    (one,) = placed([exam], [Routed(0.5, {"r01": 0.4, "r1": 0.4, "r00": 0.2})])
    assert one.node == "r1"


@pytest.mark.parametrize(("images", "queries"), [(3, 1), (2, 0)])
def test_fewer_images_are_fewer_queries(
    small: Dataset, engine: Engine, tmp_path: Path, images: int, queries: int
) -> None:
    name = small.select("test")[0].name
    unseen = open_folder(lay_out(write_tasks(tmp_path / "new", small, [name], images)), 28, "1")
    (found,) = place(Setting(SOLVED, unseen, engine), router_of(SOLVED))
    assert found.queries == queries
    assert (found.accuracy is None) == (queries == 0)
    assert found.margin is not None
    assert sum(found.shares.values()) == pytest.approx(1)


def test_a_task_goes_where_it_goes_alone(small: Dataset, engine: Engine, tmp_path: Path) -> None:
    names = [task.name for task in small.select("all")[:3]]
    together = open_folder(lay_out(write_tasks(tmp_path / "all", small, names)), 28, "1")
    alone = open_folder(lay_out(write_tasks(tmp_path / "one", small, names[1:2])), 28, "1")
    router = router_of(SOLVED)
    several, (one,) = (place(Setting(SOLVED, each, engine), router) for each in (together, alone))
    assert several[1] == one


def test_a_task_that_fills_no_support_is_named(
    small: Dataset, engine: Engine, tmp_path: Path
) -> None:
    name = small.select("test")[0].name
    unseen = open_folder(lay_out(write_tasks(tmp_path / "new", small, [name], 2)), 28, "1")
    for change, said in (({"ways": 7}, f"task '{name}'"), ({"shots": 3}, "a support of the tree")):
        config = replace(SOLVED, **change)  # type: ignore[arg-type]
        with pytest.raises(DataError, match=said):
            place(Setting(config, unseen, engine), router_of(config))
