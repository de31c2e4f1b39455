import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tests.tree.planted import planted_probe
from treemeta.config import Config
from treemeta.learn.learner import support_likelihood, support_scale
from treemeta.learn.params import Params
from treemeta.learn.solved import fresh_init
from treemeta.randomness import generator
from treemeta.tree.direction import directions, of_support
from treemeta.tree.route import Fork, Router, by_likelihood, choose, make_fork, route

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


# By likelihood

NAMES = ("r0", "r1", "r20", "r21")
VALUES = st.lists(st.floats(-1e4, 1e4), min_size=2, max_size=4)


def named(values: list[float]) -> dict[str, float]:
    return dict(zip(NAMES, values, strict=False))


@given(VALUES, st.sampled_from(["hard", "soft"]))
def test_weights_sum_to_one_and_the_likeliest_has_most(values: list[float], mix: str) -> None:
    found = by_likelihood(named(values), mix)
    assert list(found.weights) == list(NAMES[: len(values)])
    assert sum(found.weights.values()) == pytest.approx(1)
    assert min(found.weights.values()) >= 0
    likeliest = NAMES[values.index(max(values))]
    assert found.weights[likeliest] == max(found.weights.values())
    best, second = sorted(values)[::-1][:2]
    assert found.margin == best - second


@given(st.lists(st.floats(-20, 20), min_size=2, max_size=4))
def test_soft_weights_are_likelihoods_normalised(values: list[float]) -> None:
    found = by_likelihood(named(values), "soft").weights
    likelihoods = [math.exp(value) for value in values]
    expected = [each / sum(likelihoods) for each in likelihoods]
    assert list(found.values()) == pytest.approx(expected, rel=1e-9)


@given(VALUES)
def test_hard_weights_are_all_for_the_first_of_the_likeliest(values: list[float]) -> None:
    found = by_likelihood(named(values), "hard").weights
    first = values.index(max(values))
    assert list(found.values()) == [float(i == first) for i in range(len(values))]


def test_equals_share_softly_and_the_first_in_path_order_takes_all_hard() -> None:
    equal = named([-3.0, -1.0, -1.0])
    assert by_likelihood(equal, "hard").weights == {"r0": 0, "r1": 1, "r20": 0}
    soft = by_likelihood(equal, "soft")
    assert soft.weights["r1"] == soft.weights["r20"] > 3 * soft.weights["r0"]
    assert soft.margin == 0


# Who may answer

CONFIG = Config(ways=3, shots=2, filters=4)
FORK = Fork(np.zeros(1, np.float32), np.zeros((2, 1), np.float32))


def router(seeds: dict[str, int]) -> Router:
    """Return nodes with drawn inits; those with children in sight have forks."""
    inits = {name: fresh_init(CONFIG, generator(seed)) for name, seed in seeds.items()}
    return Router(inits, {name: FORK for name in seeds if f"{name}0" in seeds})


TREE = router({"r10": 4, "r1": 2, "r2": 5, "r": 0, "r0": 1, "r11": 3})


def test_leaves_answer_or_all_nodes_in_path_order() -> None:
    assert TREE.candidates(CONFIG) == ("r0", "r2", "r10", "r11")
    every = replace(CONFIG, candidates="nodes")
    assert TREE.candidates(every) == ("r", "r0", "r1", "r2", "r10", "r11")


@pytest.mark.parametrize("candidates", ["leaves", "nodes"])
def test_a_lean_router_has_those_that_answer_and_no_more(candidates: str) -> None:
    config = replace(CONFIG, candidates=candidates)  # type: ignore[arg-type]
    lean = TREE.lean(config)
    assert tuple(lean.inits) == TREE.candidates(config) == lean.candidates(config)
    assert not lean.forks
    assert all(lean.inits[name] is TREE.inits[name] for name in lean.inits)


def test_routing_by_direction_needs_the_nodes_on_the_way() -> None:
    assert TREE.lean(replace(CONFIG, route="direction")) is TREE


SUPPORT = torch.rand(6, 1, 28, 28, generator=torch.Generator().manual_seed(0))
LABELS = torch.arange(3).repeat_interleave(2)


@pytest.mark.parametrize("way", ["likelihood", "loo"])
@pytest.mark.parametrize("mix", ["hard", "soft"])
def test_a_support_goes_where_it_is_likeliest(way: str, mix: str) -> None:
    config = replace(CONFIG, route=way, mix=mix)  # type: ignore[arg-type]
    values = {
        name: support_likelihood(config, TREE.inits[name], SUPPORT, LABELS)
        for name in TREE.candidates(config)
    }
    found = route(config, TREE, SUPPORT, LABELS, generator(0))
    assert found == by_likelihood(values, mix)
    assert len(set(values.values())) == 4
    likeliest = max(values, key=values.__getitem__)
    assert max(found.weights, key=found.weights.__getitem__) == likeliest


def test_a_scale_decides_between_nodes_that_are_alike_but_for_it() -> None:
    inits = dict.fromkeys(("r", "r0", "r1"), TREE.inits["r"])
    own = support_scale(CONFIG, inits["r"], SUPPORT, LABELS)
    for scales, leaf in (((own, 2 * own), "r0"), ((own / 2, own), "r1")):
        tree = Router(inits, {}, dict(zip(("r0", "r1"), scales, strict=True)))
        found = route(CONFIG, tree, SUPPORT, LABELS, generator(0))
        assert (found.weights[leaf], found.margin > 0) == (1.0, True)  # type: ignore[operator]


def test_a_node_that_is_alone_answers_with_nothing_to_lead() -> None:
    found = route(CONFIG, router({"r": 0}), SUPPORT, LABELS, generator(0))
    assert (found.weights, found.margin) == ({"r": 1.0}, None)


@pytest.mark.parametrize("child", [0, 1])
def test_directions_lead_down_to_a_leaf(child: int) -> None:
    config = replace(CONFIG, route="direction", direction="head_solved")
    params = fresh_init(CONFIG, generator(0))
    pull = pull_of(config, params)
    centroids = np.stack([-pull, -pull])
    centroids[child] = pull
    fork = Fork(np.zeros_like(pull), centroids)
    # Both forks alike: down the same child twice.
    inits = dict.fromkeys(("r", "r0", "r1", "r00", "r01", "r10", "r11"), params)
    tree = Router(inits, {"r": fork, "r0": fork, "r1": fork})
    found = route(config, tree, SUPPORT, LABELS, generator(0))
    assert found.weights == {
        name: float(name == f"r{child}{child}") for name in ("r00", "r01", "r10", "r11")
    }
    assert found.margin is None


def pull_of(config: Config, params: Params) -> np.ndarray:
    (found,) = directions(config, params, [of_support(config, SUPPORT, LABELS)], [generator(0)])
    return found.numpy()


def test_an_even_router_lets_all_answer_alike() -> None:
    config = Config(route="likelihood")
    inits: dict[str, Params] = {"r0": {}, "r1": {}}
    nothing = torch.zeros(1)
    found = route(config, Router(inits, {}, even=True), nothing, nothing, generator(0))
    assert found.weights == {"r0": 0.5, "r1": 0.5}
    many: dict[str, Params] = {f"r{number}": {} for number in range(25)}  # no "r10" is below "r1"
    assert len(Router(many, {}, even=True).candidates(config)) == 25
