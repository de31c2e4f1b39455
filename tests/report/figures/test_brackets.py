import numpy as np
import pytest

from tests.pictures import any_similarity, blocks, similarity_of
from treemeta.measures.similarity import Similarity, dendrogram_linkage
from treemeta.report.figures.brackets import brackets, joined_at


def test_brackets_join_leaves_where_they_lie() -> None:
    links = np.array([[0, 2, 1.0, 2], [1, 3, 4.0, 3]])
    first, second = brackets(links, [1, 2, 0])
    assert (first.places, first.feet, first.height) == ((1, 2), (0, 0), 1.0)
    assert (second.places, second.feet, second.height) == ((0, 1.5), (0, 1.0), 4.0)
    assert (first.leaves, second.leaves) == ((2, 0), (1, 2, 0))


def test_a_chain_of_thousands_is_no_problem() -> None:
    count = 5000
    links = np.array([[i, i + count - 2 if i > 1 else 0, i, i + 1] for i in range(1, count)])
    assert len(brackets(links, range(count))) == count - 1


@pytest.mark.parametrize("similarity", [blocks(), any_similarity(6)])
def test_heights_stand_for_the_mean_of_the_two_sides(similarity: Similarity) -> None:
    links = dendrogram_linkage(similarity)
    clades = [(0,), (1,), (2,), (3,), (4,), (5,)]
    clades += [one.leaves for one in brackets(links, range(6))]
    side = np.isin(range(6), clades[int(links[-1, 0])])
    mean = similarity.matrix.to_numpy()[np.ix_(side, ~side)].mean()
    assert joined_at(similarity, links[-1, 2]) == pytest.approx(mean)


def test_distances_are_their_own_heights() -> None:
    distances = similarity_of(np.array([[0.0, 3.0], [3.0, 0.0]]), kind="distance")
    assert joined_at(distances, dendrogram_linkage(distances)[:, 2]) == pytest.approx([3.0])
