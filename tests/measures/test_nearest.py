from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.conftest import SMALL_SOLVED
from tests.measures.test_direction import subject
from tests.tree.test_place import write_tasks
from treemeta.config import Config
from treemeta.declared import make_config
from treemeta.engine.local import Engine
from treemeta.learn.learner import learner_of
from treemeta.measures.direction import measure
from treemeta.measures.nearest import nearest, probe_config
from treemeta.measures.subject import Subject
from treemeta.randomness import generator
from treemeta.tasks.dataset import Dataset
from treemeta.tasks.layout import lay_out
from treemeta.tasks.sources import open_folder

SOLVED = make_config(SMALL_SOLVED)


def known(config: Config, small: Dataset, engine: Engine) -> Subject:
    """Return a subject about the training tasks of a data set."""
    made = subject(config, small, engine, target=0.0)
    params = learner_of(config).fresh_init(config, generator(0))
    vars(made).update(tasks=small.select("train"), params=params)
    return made


@pytest.mark.parametrize("direction", ["meta_gradient", "head_solved"])
def test_neighbours_of_a_known_task_are_as_the_measure_says(
    small: Dataset, engine: Engine, tmp_path: Path, direction: str
) -> None:
    config = replace(SOLVED, direction=direction)  # type: ignore[arg-type]
    asked, name = known(config, small, engine), small.select("train")[1].name
    found = nearest(
        asked, open_folder(lay_out(write_tasks(tmp_path / "n", small, [name])), 28, "1")
    )[name]
    assert [one.similarity for one in found] == sorted((n.similarity for n in found), reverse=True)
    for one in found:
        assert one.low is not None
        assert one.high is not None
        assert one.low <= one.similarity <= one.high
    if direction == "head_solved":  # a task's own ceiling is high, and one more shifts the mean
        assert found[0].task == name
        return
    expected = measure(asked).matrix[name].sort_values(ascending=False)
    assert [one.task for one in found] == list(expected.index[:3])
    assert [one.similarity for one in found] == pytest.approx(expected[:3].tolist(), abs=1e-5)


def test_neighbours_do_not_hang_on_which_others_are_new(
    small: Dataset, engine: Engine, tmp_path: Path
) -> None:
    names = [task.name for task in small.select("test")]
    asked = known(SOLVED, small, engine)
    both = nearest(asked, open_folder(lay_out(write_tasks(tmp_path / "a", small, names)), 28, "1"))
    one = nearest(
        asked, open_folder(lay_out(write_tasks(tmp_path / "b", small, names[:1])), 28, "1")
    )
    assert both[names[0]] == one[names[0]]


def test_many_known_tasks_share_out_their_blocks(
    small: Dataset, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = small.select("test")[0].name
    unseen = open_folder(lay_out(write_tasks(tmp_path / "n", small, [name])), 28, "1")
    asked = known(replace(SOLVED, probe_episodes=16), small, engine)
    monkeypatch.setattr("treemeta.tree.probe.ROWS", 2 * 3 * len(asked.tasks))  # three blocks each
    assert len(nearest(asked, unseen)[name]) == 3


def test_a_task_with_too_few_images_has_no_neighbours(
    small: Dataset, engine: Engine, tmp_path: Path
) -> None:
    name = small.select("test")[0].name
    unseen = open_folder(lay_out(write_tasks(tmp_path / "n", small, [name], SOLVED.shots)), 28, "1")
    assert nearest(known(SOLVED, small, engine), unseen) == {name: ()}


def test_a_probe_takes_what_images_there_are(small_config: Config) -> None:
    assert probe_config(SOLVED, 0) is None
    fewer = probe_config(replace(SOLVED, queries=4), 1)
    assert fewer is not None
    assert fewer.queries == 1
    heads = replace(small_config, direction="head_solved", shots=1, inner_batch_size=2)
    assert probe_config(heads, 0) is None
    assert probe_config(heads, 1) == heads
    far = replace(small_config, direction="displacement", inner_batch_size=12)
    whole = probe_config(far, 1)
    assert whole is not None
    assert whole.inner_batch_size == far.ways * (far.shots + 1)
    assert np.isfinite(whole.inner_lr)
