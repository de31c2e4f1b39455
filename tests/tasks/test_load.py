import numpy as np
import torch

from treemeta.randomness import generator
from treemeta.tasks.dataset import Dataset
from treemeta.tasks.episode import draw_episode
from treemeta.tasks.load import load, load_episode, resident


def test_labels_are_rows_and_pixels_lie_between_0_and_1(small: Dataset) -> None:
    rows = np.array([[0, 1], [6, 7], [12, 13]])
    images, labels = load(small, rows)
    assert labels.tolist() == [0, 0, 1, 1, 2, 2]
    assert images.shape == (6, 1, 28, 28)
    assert float(images.min()) == 0
    assert 0.5 < float(images.max()) <= 1


def test_pixels_are_those_of_the_rows_over_255(small: Dataset) -> None:
    rows = np.array([[5, 0], [40, 7]])
    images, _ = load(small, rows)
    assert torch.equal(images.mul(255).round().byte()[:, 0],
                       torch.from_numpy(small.images[[5, 0, 40, 7]]))  # fmt: skip


def test_loading_leaves_the_data_set_as_it_was(small: Dataset) -> None:
    rows = np.array([[0, 1]])
    before = np.array(small.images[:2])
    load(small, rows)[0].zero_()
    assert np.array_equal(small.images[:2], before)


def test_an_episode_s_halves_are_loaded_each_with_its_labels(small: Dataset) -> None:
    drawn = draw_episode(small, small.select("train")[0], 3, 2, 1, generator(0))
    found = load_episode(small, drawn)
    for (images, labels), rows in (
        ((found.support, found.support_labels), drawn.support),
        ((found.query, found.query_labels), drawn.query),
    ):
        expected, classes = load(small, rows)
        assert torch.equal(images, expected)
        assert torch.equal(labels, classes)
    assert found.query_labels.tolist() == [0, 1, 2]


def test_what_a_device_holds_is_the_data_set_moved_once(small: Dataset) -> None:
    held = resident(small, torch.device("cpu"))
    assert np.array_equal(held.numpy(), small.images)
    assert resident(small, torch.device("cpu")) is held
