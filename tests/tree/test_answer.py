from dataclasses import replace

import numpy as np
import pytest
import torch

from tests.conftest import SMALL_SOLVED
from tests.learn.answers import predict
from treemeta.config import Config
from treemeta.declared import make_config
from treemeta.engine.local import Engine
from treemeta.errors import ConfigError, DataError
from treemeta.learn.learner import learner_of
from treemeta.randomness import generator
from treemeta.tasks.load import LoadedEpisode
from treemeta.tasks.support import Labelled, labelled
from treemeta.tree.answer import answer
from treemeta.tree.evaluate import exam_minibatches
from treemeta.tree.route import Router

SOLVED = make_config(SMALL_SOLVED)
DRAWN = torch.from_numpy(generator(0, "drawn").random((12, 1, 28, 28), dtype="float32"))
QUERY = torch.from_numpy(generator(0, "query").random((9, 1, 28, 28), dtype="float32"))
UNEVEN = labelled(DRAWN[:7], list("abcabca"))


def router_of(config: Config, *names: str) -> Router:
    learner = learner_of(config)
    scales = dict.fromkeys(names, 0.1)
    inits = {name: learner.fresh_init(config, generator(7, name)) for name in names}
    return Router(inits, {}, scales)


@pytest.mark.parametrize("change", [{}, {"norm": "none"}, {"mix": "soft"}])
def test_the_answer_to_one_query_does_not_depend_on_the_others(
    change: dict[str, str], engine: Engine
) -> None:
    config = replace(SOLVED, **change)  # type: ignore[arg-type]
    router = router_of(config, "r0", "r1")
    whole = answer(config, router, UNEVEN, QUERY, engine).answers
    assert whole.shape == (9, 3)
    np.testing.assert_allclose(whole.sum(1), 1, rtol=1e-5)
    alone = [answer(config, router, UNEVEN, QUERY[i : i + 1], engine) for i in range(9)]
    assert (np.concatenate([one.answers for one in alone]) == whole).all()


def test_transductive_queries_are_answered_together(engine: Engine) -> None:
    config = replace(SOLVED, transductive=True)
    router = router_of(config, "r")
    whole = answer(config, router, UNEVEN, QUERY, engine).answers
    alone = answer(config, router, UNEVEN, QUERY[:1], engine).answers
    assert not np.allclose(whole[:1], alone)


@pytest.mark.parametrize("learner", ["solved", "reptile"])
def test_a_single_node_answers_what_its_learner_predicts(
    small_config: Config, learner: str, engine: Engine
) -> None:
    config = small_config if learner == "reptile" else SOLVED
    router, nobody_knows = router_of(config, "r"), torch.zeros(9, dtype=torch.int64)
    found = answer(config, router, UNEVEN, QUERY, engine).answers
    minibatches = exam_minibatches(config, 7, generator(config.seed, "answer"))
    episode = LoadedEpisode(UNEVEN.inputs, UNEVEN.labels, QUERY, nobody_knows)
    logits = predict(learner_of(config).fit, config, router.inits["r"], episode, minibatches)
    np.testing.assert_allclose(found, logits.softmax(1).detach(), rtol=1e-3, atol=1e-5)


def test_soft_answers_are_the_nodes_own_by_weight(engine: Engine) -> None:
    config = replace(SOLVED, mix="soft")
    router = router_of(config, "r0", "r1")
    mixed = answer(config, router, UNEVEN, QUERY, engine)
    each = [
        answer(config, Router({name: init}, {}), UNEVEN, QUERY, engine).answers
        for name, init in router.inits.items()
    ]
    weights = list(mixed.route.weights.values())
    assert min(weights) > 0
    expected = weights[0] * each[0] + weights[1] * each[1]
    np.testing.assert_allclose(mixed.answers, expected, rtol=1e-5)


def test_two_workers_and_more_units_answer_the_same(
    monkeypatch: pytest.MonkeyPatch, engine: Engine
) -> None:
    router = router_of(SOLVED, "r0", "r1")
    whole = answer(SOLVED, router, UNEVEN, QUERY, engine).answers
    monkeypatch.setattr("treemeta.tree.answer.CHUNK", 4)
    with Engine(2) as two:
        assert (answer(SOLVED, router, UNEVEN, QUERY, two).answers == whole).all()


def test_a_support_that_is_asked_back_is_known(engine: Engine) -> None:
    router = router_of(SOLVED, "r")
    found = answer(SOLVED, router, UNEVEN, UNEVEN.inputs, engine).answers
    assert (found.argmax(1) == UNEVEN.labels.numpy()).all()


def two_classes() -> Labelled:
    return labelled(DRAWN[:4], list("abab"))


def test_only_a_solved_head_takes_another_number_of_classes(
    small_config: Config, engine: Engine
) -> None:
    found = answer(SOLVED, router_of(SOLVED, "r"), two_classes(), QUERY, engine)
    assert found.answers.shape == (9, 2)
    with pytest.raises(ConfigError, match=r"the support has 2 classes, and the head .* tells 3"):
        answer(small_config, router_of(small_config, "r"), two_classes(), QUERY, engine)


def test_one_image_of_each_class_has_no_direction_of_meta_gradient(engine: Engine) -> None:
    config, one = replace(SOLVED, route="direction"), labelled(DRAWN[:3], list("abc"))
    with pytest.raises(DataError, match="one input of each class"):
        answer(config, router_of(config, "r0", "r1"), one, QUERY, engine)
    assert answer(config, router_of(config, "r"), one, QUERY, engine).answers.shape == (9, 3)


def of_numbers() -> tuple[Config, Router, Labelled]:
    settings = SMALL_SOLVED | {"dataset": "functions", "targets": "numbers", "ways": 1}
    config = replace(make_config(settings), features=3, mix="soft")
    rows = torch.from_numpy(generator(0, "rows").standard_normal((12, 3), dtype="float32"))
    support = Labelled((), rows, rows @ torch.tensor([1.0, -2.0, 0.5]))
    return config, router_of(config, "r0", "r1"), support


def test_numbers_are_the_nodes_own_by_weight_and_each_query_by_itself(engine: Engine) -> None:
    config, router, support = of_numbers()
    asked = support.inputs[:5] + 0.1
    mixed = answer(config, router, support, asked, engine)
    each = [
        answer(config, Router({name: init}, {}), support, asked, engine).answers
        for name, init in router.inits.items()
    ]
    weights = list(mixed.route.weights.values())
    assert (min(weights) > 0, mixed.answers.shape) == (True, (5,))
    expected = weights[0] * each[0] + weights[1] * each[1]
    np.testing.assert_allclose(mixed.answers, expected, rtol=1e-5)
    alone = [answer(config, router, support, asked[i : i + 1], engine) for i in range(5)]
    assert (np.concatenate([one.answers for one in alone]) == mixed.answers).all()


def test_reptile_tells_numbers_too(engine: Engine) -> None:
    config, _, support = of_numbers()
    changes = {"learner": "reptile", "inner_batch_size": 4, "route": "direction", "mix": "hard"}
    config = replace(config, **changes)  # type: ignore[arg-type]
    found = answer(config, router_of(config, "r"), support, support.inputs, engine).answers
    assert found.shape == (12,)
