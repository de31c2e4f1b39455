from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from treemeta.config import Config
from treemeta.tree.evidence import NullTest, resample
from treemeta.tree.probe import Probe
from treemeta.tree.products import Products, gram, products
from treemeta.tree.propose import Proposal, fewest, joined, numbers_of_children, propose, steadiest

CONFIG = Config(min_tasks=2, max_children=4)


def planted(noise: float) -> tuple[Products, list[Products]]:
    """Return nine tasks in three groups, with directions that vary with the episodes."""
    rng = np.random.default_rng(0)
    centres = np.repeat(np.eye(3, 20), 3, axis=0)[:, None, None]
    directions = centres + noise * rng.normal(size=(9, 2, 6, 20))
    probe = Probe(tuple("abcdefghi"), directions.astype(np.float32), 24)
    return products(gram(probe)), resample(gram(probe), 20, rng)


@given(st.integers(0, 60), st.integers(1, 9), st.integers(2, 9))
def test_every_child_can_have_its_tasks(tasks: int, least: int, most: int) -> None:
    ks = numbers_of_children(replace(CONFIG, min_tasks=least, max_children=most), tasks)
    for k in range(2, 10):
        assert (k in ks) == (k <= most and k * least <= tasks)


def test_planted_groups_are_proposed_and_always_reappear() -> None:
    proposal = propose(*planted(0.05), [3], CONFIG)[3]
    assert proposal.labels.tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    assert proposal.stabilities.tolist() == proposal.supports.tolist() == [1, 1, 1]
    assert proposal.steadiness == 1


def test_noise_takes_steadiness_away() -> None:
    proposals = propose(*planted(1.5), (2, 3, 4), CONFIG)
    assert max(one.steadiness for one in proposals.values()) < 1
    k = steadiest(proposals)
    assert proposals[k].steadiness == max(one.steadiness for one in proposals.values())


def test_of_equally_steady_proposals_the_fewest_children_win() -> None:
    equal = Proposal(np.zeros(4, int), (), np.ones(2), np.ones(2))
    assert steadiest({2: equal, 3: equal, 4: equal}) == 2


def test_joined_children_reappear_where_their_parts_do_between_them() -> None:
    proposal = Proposal(
        np.array([0, 0, 1, 1, 2, 2]),
        (np.array([0, 0, 1, 1, 2, 2]), np.array([0, 0, 1, 2, 2, 1]), np.array([0, 1, 1, 1, 2, 2])),
        np.ones(3),
        np.ones(3),
    )
    found = joined(proposal, np.array([0, 0, 1, 1, 1, 1]))
    assert [again.tolist() for again in found.again] == [
        [0, 0, 1, 1, 1, 1], [0, 0, 1, 1, 1, 1], [0, 1, 1, 1, 1, 1],
    ]  # fmt: skip
    assert found.supports.tolist() == pytest.approx([2 / 3, 2 / 3])
    assert found.stabilities.tolist() == pytest.approx([(2 + 1 / 2) / 3, (2 + 4 / 5) / 3])


@pytest.mark.parametrize(
    ("excess", "expected"), [([0.1, 0.9, 0.9], 3), ([0.9, 0.9, 0.9], 2), ([0.1, 0.2, 0.9], 4)]
)
def test_the_fewest_children_within_one_standard_error_of_the_best(
    excess: list[float], expected: int
) -> None:
    null = NullTest(np.array(excess), 0.05, np.full(3, 0.05))
    again = planted(0.05)[1]
    assert fewest(null, range(2, 5), (2, 3, 4), again, CONFIG) == expected
    assert fewest(null, range(2, 5), (4,), again, CONFIG) == 4  # among those there are
