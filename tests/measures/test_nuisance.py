from dataclasses import replace

import numpy as np
import pytest

from treemeta.measures.nuisance import Nuisance, nuisance, nuisance_distance
from treemeta.tasks.dataset import Dataset, Task


def drawn(*pages: np.ndarray) -> tuple[Dataset, Task]:
    """Return a data set of one task, a class for each page."""
    task = Task("task", tuple(range(len(pages))))
    images = np.stack(pages).astype(np.uint8)
    starts = tuple(range(len(pages) + 1))
    return Dataset("drawn", None, images, starts, (), {"task": task}, {}, {}, ""), task  # type: ignore[arg-type]


def page(*boxes: tuple[slice, slice]) -> np.ndarray:
    blank = np.zeros((28, 28))
    for box in boxes:
        blank[box] = 255
    return blank


def test_a_bar_is_measured() -> None:
    found = nuisance(*drawn(page((slice(4, 24), slice(10, 13)))))
    assert found.classes == 1
    assert found.ink == pytest.approx(60 / 784)
    assert (found.box_height, found.box_width) == (20, 3)
    assert found.components == 1
    # Pixels 1, 2, 1 from the edge, the ends a little less: 4/3 of a pixel on average.
    assert found.stroke_width == pytest.approx(4 * 4 / 3, abs=0.3)


def test_a_wider_bar_has_wider_strokes() -> None:
    widths = [
        nuisance(*drawn(page((slice(4, 24), slice(10, 10 + w))))).stroke_width for w in range(1, 8)
    ]
    assert widths == sorted(widths)
    assert widths[0] < widths[2] < widths[4]


def test_pieces_are_counted_within_images_only() -> None:
    two = page((slice(2, 5), slice(2, 5)), (slice(10, 12), slice(20, 22)))
    touching = page((slice(2, 5), slice(2, 5)), (slice(5, 8), slice(5, 8)))
    assert nuisance(*drawn(two, two)).components == 2
    assert nuisance(*drawn(touching, two)).components == 1.5
    assert nuisance(*drawn(two)).box_width == 20


def test_pieces_are_a_mean_over_images_not_over_classes() -> None:
    dataset, task = drawn(*3 * [page((slice(4, 24), slice(10, 13)))])
    one = replace(dataset, starts=(0, 3)), replace(task, classes=(0,))
    assert nuisance(*one).components == nuisance(dataset, task).components == 1


def test_an_empty_page_has_no_strokes() -> None:
    assert nuisance(*drawn(page())) == Nuisance(1, 0, 0, 0, 0, 0)


def test_distances_are_those_of_standardised_statistics(small: Dataset) -> None:
    tasks = small.select("all")
    found = nuisance_distance(small, tasks)
    squares = sum(part.to_numpy() ** 2 for part in found.parts.values())
    assert np.allclose(found.matrix.to_numpy() ** 2, squares)
    assert found.kind == "distance"
    assert not np.diag(found.matrix).any()
    assert not found.parts["classes"].to_numpy().any()  # all tasks have as many
    ink = found.parts["ink"].to_numpy()
    assert ink.max() > 1


def test_scale_does_not_matter(small: Dataset) -> None:
    tasks = small.select("all")
    dark = replace(small, images=small.images // 2 + (small.images >= 128) * np.uint8(128))
    plain, darker = (nuisance_distance(each, tasks).parts["components"] for each in (small, dark))
    assert np.allclose(plain, darker)


def test_faint_ink_is_no_stroke() -> None:
    faint = page((slice(4, 24), slice(10, 13)))
    faint[26, 26] = 100
    found = nuisance(*drawn(faint))
    assert (found.components, found.box_width) == (1, 3)
    assert found.ink > 60 / 784
