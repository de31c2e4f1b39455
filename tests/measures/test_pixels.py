from dataclasses import replace

import numpy as np

from treemeta.measures.pixels import images_of, pixel_similarity
from treemeta.tasks.dataset import Dataset


def test_a_task_has_all_its_images_and_no_others(small: Dataset) -> None:
    tasks = small.select("all")
    parts = [images_of(small, task) for task in tasks]
    assert sum(len(part) for part in parts) == len(small.images)
    first = tasks[0].classes[0]
    assert np.array_equal(parts[0][0], small.images[small.starts[first]])


def test_it_is_the_correlation_of_centred_mean_images(small: Dataset) -> None:
    tasks = small.select("all")
    means = np.stack([images_of(small, task).reshape(-1, 784).mean(0) for task in tasks])
    centred = means - means.mean(0)
    found = pixel_similarity(small, tasks)
    expected = centred[0] @ centred[3] / np.linalg.norm(centred[0]) / np.linalg.norm(centred[3])
    assert np.isclose(found.matrix.iloc[0, 3], expected)
    assert np.allclose(np.diag(found.matrix), 1)
    assert found.kind == "similarity"


def test_tasks_with_the_same_images_are_all_alike(small: Dataset) -> None:
    same = replace(small, images=np.broadcast_to(small.images[0], small.images.shape))
    found = pixel_similarity(same, same.select("all"))
    assert not found.matrix.to_numpy().any()
