import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from treemeta.randomness import generator
from treemeta.tasks.dataset import Dataset
from treemeta.tasks.episode import draw_episode
from treemeta.tasks.load import LoadedEpisode, load, load_episode, resident, turned


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


# Turned classes

LABELS = torch.arange(3).repeat_interleave(2)
IMAGES = torch.rand(2, 6, 1, 28, 28, generator=torch.Generator().manual_seed(0))
EPISODE = LoadedEpisode(IMAGES[0], LABELS, IMAGES[1], LABELS)
QUARTERS = st.lists(st.integers(0, 3), min_size=3, max_size=3)


def images_of(episode: LoadedEpisode) -> Tensor:
    return torch.cat([episode.support, episode.query])


@given(QUARTERS)
def test_turning_on_to_a_whole_turn_changes_nothing(quarters: list[int]) -> None:
    on = turned(EPISODE, np.array(quarters))
    back = turned(on, np.array([4 - quarter for quarter in quarters]))
    assert torch.equal(images_of(back), images_of(EPISODE))
    assert torch.equal(on.support_labels, LABELS)
    assert torch.equal(images_of(on), images_of(EPISODE)) == (not any(quarters))


@given(QUARTERS)
def test_support_and_queries_of_a_class_are_turned_alike(quarters: list[int]) -> None:
    found = turned(EPISODE, np.array(quarters))
    for turned_to, before in ((found.support, EPISODE.support), (found.query, EPISODE.query)):
        for image, original, label in zip(turned_to, before, LABELS, strict=True):
            expected = np.rot90(original[0].numpy(), quarters[label])
            assert np.array_equal(image[0].numpy(), expected)
