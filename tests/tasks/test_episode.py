from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tasks.planted import make_dataset
from treemeta.randomness import generator
from treemeta.tasks.dataset import Dataset, Task
from treemeta.tasks.episode import deal, draw_episode, draw_minibatches

SEED = st.integers(0, 2**32)
TASKS = st.lists(st.integers(1, 6), min_size=1, max_size=6)
PLAIN = make_dataset({})  # no task of it means the same as another


def make_tasks(sizes: list[int]) -> list[Task]:
    """Return tasks of these sizes that share no class."""
    ends = np.cumsum(sizes).tolist()
    return [
        Task(f"t{i}", tuple(range(end - size, end)))
        for i, (end, size) in enumerate(zip(ends, sizes, strict=True))
    ]


@settings(deadline=None)
@given(
    st.lists(st.lists(st.integers(4, 9), min_size=3, max_size=6), min_size=1, max_size=4),
    st.integers(2, 3),
    st.integers(1, 3),
    st.integers(0, 3),
    SEED,
)
def test_an_episode_is_a_problem_of_one_task(
    counts: list[list[int]], ways: int, shots: int, queries: int, seed: int
) -> None:
    queries = min(max(queries, 1), 4 - shots)
    dataset = make_dataset({f"t{i}": sizes for i, sizes in enumerate(counts)})
    task = dataset.tasks[f"t{seed % len(counts)}"]
    episode = draw_episode(dataset, task, ways, shots, queries, generator(seed))

    assert episode.support.shape == (ways, shots)
    assert episode.query.shape == (ways, queries)
    images = np.concatenate([episode.support, episode.query], axis=1)
    assert len(np.unique(images)) == images.size  # no image twice, so none in both
    owners = np.searchsorted(dataset.starts, images, side="right") - 1
    assert (owners == owners[:, :1]).all()  # a row is a class
    assert len(set(owners[:, 0])) == ways
    assert set(owners[:, 0]) <= set(task.classes)


def test_every_class_every_image_and_every_order_is_drawn() -> None:
    dataset = make_dataset({"a": [3, 4, 5], "b": [3, 3, 3]})
    drawn = [
        draw_episode(dataset, dataset.tasks["a"], 2, 1, 2, generator(0, i)) for i in range(200)
    ]
    for part in ("support", "query"):
        images = np.stack([getattr(episode, part) for episode in drawn])
        assert set(images[:, 0].flat) == set(images[:, 1].flat) == set(range(12))


@settings(deadline=None)
@given(st.integers(1, 30), st.integers(1, 12), st.integers(0, 12), SEED)
def test_minibatches_take_each_image_once_before_any_twice(
    images: int, size: int, steps: int, seed: int
) -> None:
    batches = draw_minibatches(images, size, steps, generator(seed))
    assert batches.shape == (steps, size)
    for start in range(0, batches.size, images):
        epoch = batches.ravel()[start : start + images]
        assert len(np.unique(epoch)) == len(epoch)
        assert set(epoch) <= set(range(images))


def test_each_epoch_has_an_order_of_its_own() -> None:
    first, second = draw_minibatches(50, 50, 2, generator(0))
    assert not np.array_equal(first, second)


@settings(deadline=None)
@given(TASKS, SEED)
def test_a_deal_gives_every_class_to_one_task_of_the_same_size(sizes: list[int], seed: int) -> None:
    tasks = make_tasks(sizes)
    dealt = deal(PLAIN, tasks, generator(seed))
    assert [(task.name, len(task.classes)) for task in dealt] == [
        (task.name, len(task.classes)) for task in tasks
    ]
    assert Counter(position for task in dealt for position in task.classes) == Counter(
        position for task in tasks for position in task.classes
    )


@settings(deadline=None)
@given(TASKS, SEED, st.randoms(use_true_random=False))
def test_a_deal_does_not_depend_on_the_order_of_the_tasks(
    sizes: list[int], seed: int, random: np.random.RandomState
) -> None:
    tasks = make_tasks(sizes)
    shuffled = list(tasks)
    random.shuffle(shuffled)
    assert deal(PLAIN, shuffled, generator(seed)) == deal(PLAIN, tasks, generator(seed))


@pytest.mark.parametrize("position", [0, 5, 11])
def test_a_class_may_be_dealt_to_any_task(position: int) -> None:
    tasks = make_tasks([4, 4, 4])
    owners = {
        task.name
        for seed in range(50)
        for task in deal(PLAIN, tasks, generator(seed))
        if position in task.classes
    }
    assert owners == {"t0", "t1", "t2"}


def test_a_deal_is_the_one_it_always_was() -> None:
    dealt = deal(PLAIN, make_tasks([3, 2, 4]), generator(0))
    assert [task.classes for task in dealt] == [(1, 5, 7), (6, 8), (0, 2, 3, 4)]


def alike(labels: dict[str, str], shared: Iterable[str]) -> Dataset:
    """Return a data set whose tasks have one class for each letter, some of them shared."""
    made = make_dataset({task: [4] * len(letters) for task, letters in labels.items()})
    names = tuple(f"{task}/{letter}" for task, letters in labels.items() for letter in letters)
    return replace(made, class_names=names, shared=frozenset(shared))


@settings(deadline=None)
@given(st.integers(1, 5), st.integers(2, 5), SEED)
def test_classes_that_mean_the_same_are_dealt_within_their_meaning(
    count: int, labels: int, seed: int
) -> None:
    letters = "abcde"[:labels]
    dataset = alike({f"x/{i}": letters for i in range(count)}, [f"x/{i}" for i in range(count)])
    dealt = deal(dataset, dataset.select("all"), generator(seed))
    for task in dealt:
        assert sorted(dataset.class_names[c][-1] for c in task.classes) == list(letters)
        assert list(task.classes) == sorted(task.classes)
    assert sorted(c for task in dealt for c in task.classes) == list(range(count * labels))
    again = deal(dataset, dealt[::-1], generator(seed + 1))  # of tasks that were dealt already
    assert [Counter(dataset.class_names[c][-1] for c in one.classes) for one in again] == [
        Counter(letters) for _ in dealt
    ]


def test_within_a_meaning_any_task_may_be_dealt_any_class() -> None:
    dataset = alike({"s": "ab", "t": "ab", "u": "ab"}, "stu")
    tasks = dataset.select("all")
    dealt = {tuple(one.classes for one in deal(dataset, tasks, generator(i))) for i in range(300)}
    assert len(dealt) == 6 * 6


@pytest.mark.parametrize(
    ("labels", "shared"),
    [
        ({"s": "ab", "t": "ab", "u": "ab"}, "st"),
        ({"s": "ab", "t": "ab", "u": "ac"}, "stu"),
        ({"s": "ab", "t": "ab", "u": "abc"}, "stu"),
    ],
    ids=["not all", "others", "more"],
)
def test_otherwise_all_classes_are_dealt_as_one_bag(labels: dict[str, str], shared: str) -> None:
    dataset = alike(labels, shared)
    tasks = dataset.select("all")
    for seed in range(20):
        assert deal(dataset, tasks, generator(seed)) == deal(PLAIN, tasks, generator(seed))
