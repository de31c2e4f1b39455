import numpy as np
import pytest

from treemeta.config import Config
from treemeta.tree.evidence import NullTest
from treemeta.tree.judge import objection_to
from treemeta.tree.propose import Proposal


def proposal(*stabilities: float) -> Proposal:
    return Proposal(np.array([0, 0, 1, 1]), (), np.array(stabilities), np.ones(len(stabilities)))


@pytest.mark.parametrize(
    ("p_variance", "p_cut", "stability", "objection"),
    [
        (0.05, 0.05, 0.5, None),
        (0.10, 0.05, 0.9, "tasks differ no more than dealt classes do"),
        (0.05, 0.10, 0.9, "the best cut is no better than that of dealt classes"),
        (0.05, 0.05, 0.4, "a child does not reappear when episodes are drawn again"),
    ],
)
def test_each_question_can_refuse(
    p_variance: float, p_cut: float, stability: float, objection: str | None
) -> None:
    null = NullTest(np.array([1.0]), p_variance, np.array([p_cut]))
    config = Config(learner="reptile")
    assert objection_to(config, proposal(0.95, stability), null) == objection


def test_mixtures_that_vary_more_than_tasks_do_not_refuse_a_cut_of_meta_gradients() -> None:
    config, steady, shaky = Config(), proposal(0.95, 0.8), proposal(0.5, 0.4)
    found, chance = (NullTest(np.array([1.0]), 1.0, np.array([p])) for p in (0.05, 0.1))
    assert objection_to(config, steady, found) is None
    assert "best cut" in str(objection_to(config, steady, chance))
    assert "reappear" in str(objection_to(config, shaky, found))


def test_tasks_that_tell_numbers_have_no_classes_that_could_be_dealt() -> None:
    config, null = Config(dataset="functions", learner="reptile"), np.array([1.0])
    said = [
        objection_to(config, proposal(0.95), NullTest(null, v, null * p))
        for v, p in ((0.1, 0.05), (0.05, 0.1))
    ]
    assert said == [
        "tasks differ no more than turned tasks do",
        "the best cut is no better than that of turned tasks",
    ]
