import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.cluster.hierarchy import is_valid_linkage
from scipy.spatial.distance import squareform

from treemeta.measures.similarity import Similarity, dendrogram_linkage, named

NAMES = [f"task {i}" for i in range(6)]


def made(values: np.ndarray, kind: str = "similarity") -> Similarity:
    tasks = [f"task {i}" for i in range(len(values))]
    return Similarity("direction", kind, named(values, tasks))  # type: ignore[arg-type]


def any_matrix(size: int, seed: int = 0) -> np.ndarray:
    values = np.random.default_rng(seed).normal(size=(size, size))
    return (values + values.T) / 2


def blocks() -> np.ndarray:
    """Return two families, their tasks shuffled."""
    family = np.array([0, 1, 0, 1, 1, 0])
    return np.where(family[:, None] == family, 0.8, -0.5) + 0.2 * np.eye(6)


@given(st.integers(2, 8), st.integers(0, 99))
def test_closer_is_larger_whatever_the_kind(size: int, seed: int) -> None:
    values = np.random.default_rng(seed).normal(size=(size, size))
    alike, apart = made(values), made(-values, "distance")
    assert np.array_equal(alike.closeness(), apart.closeness())
    assert np.array_equal(alike.closeness(), alike.closeness().T)
    assert np.allclose(alike.pairs(), alike.closeness()[np.triu_indices(size, 1)])
    assert np.allclose(apart.pairs(), alike.pairs())


@given(st.integers(2, 8), st.integers(1, 4), st.integers(0, 99))
def test_inner_products_of_distances_are_those_of_the_points(n: int, dim: int, seed: int) -> None:
    points = np.random.default_rng(seed).normal(size=(n, dim))
    apart = np.linalg.norm(points[:, None] - points, axis=-1)
    centred = points - points.mean(0)
    assert np.allclose(made(apart, "distance").inner(), centred @ centred.T, atol=1e-9)


@pytest.mark.parametrize("size", [2, 3, 7])
def test_the_linkage_of_any_matrix_is_one(size: int) -> None:
    links = dendrogram_linkage(made(any_matrix(size)))
    assert is_valid_linkage(links)
    assert len(links) == size - 1


def test_the_linkage_joins_families_last() -> None:
    links = dendrogram_linkage(made(blocks()))
    assert links[:-1, 2] == pytest.approx(0.2)
    assert links[-1, 2] == pytest.approx(1.5)


def test_the_linkage_of_distances_has_their_heights() -> None:
    apart = squareform([1.0, 4.0, 6.0])
    assert dendrogram_linkage(made(apart, "distance"))[:, 2] == pytest.approx([1.0, 5.0])


def test_the_linkage_takes_both_sides_of_a_matrix_alike() -> None:
    matrix = any_matrix(5)
    noise = np.random.default_rng(1).normal(size=(5, 5))
    skewed = made(matrix + 3 * (noise - noise.T))
    assert (dendrogram_linkage(skewed)[:, :2] == dendrogram_linkage(made(matrix))[:, :2]).all()
