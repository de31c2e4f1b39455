import numpy as np

from tests.tree.planted import planted_probe
from treemeta.randomness import generator
from treemeta.tree.route import choose, make_fork

TRUTH = np.arange(12) % 3
PROBE = planted_probe(TRUTH, generator(0))
GROUPS = tuple(tuple(PROBE.tasks[i] for i in np.flatnonzero(c == TRUTH)) for c in range(3))


def test_every_task_finds_the_child_it_belongs_to() -> None:
    fork = make_fork(PROBE, GROUPS)
    assert [choose(fork, direction) for direction in PROBE.mean()] == TRUTH.tolist()


def test_the_order_of_groups_decides_the_number_of_a_child() -> None:
    fork = make_fork(PROBE, GROUPS[::-1])
    assert [choose(fork, direction) for direction in PROBE.mean()] == (2 - TRUTH).tolist()


def test_how_far_a_task_pulls_is_no_matter() -> None:
    fork = make_fork(PROBE, GROUPS)
    offsets = PROBE.mean() - fork.mean
    for length in (0.01, 100):
        assert [choose(fork, fork.mean + length * d) for d in offsets] == TRUTH.tolist()
