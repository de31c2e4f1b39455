import numpy as np
import pytest
import torch

from tests.conftest import SMALL_SOLVED
from tests.tree.test_answer import SOLVED, UNEVEN, router_of
from tests.trees import sentence
from treemeta.declared import make_config
from treemeta.engine.local import Engine
from treemeta.errors import ConfigError
from treemeta.randomness import generator
from treemeta.tasks.support import support_from
from treemeta.tasks.units import Units
from treemeta.tree.answer import adapt
from treemeta.tree.predictor import Predictor

ASKED = generator(0, "asked").integers(0, 256, (9, 28, 28), dtype=np.uint8)
NUMBERS = make_config(SMALL_SOLVED | {"dataset": "functions", "ways": "auto"})
object.__setattr__(NUMBERS, "features", 2)  # which the data say
UNITS = Units((3.0, -2.0), (2.0, 5.0), 100.0, 10.0)
ROWS = generator(0, "rows").random((12, 2))


def test_labels_are_those_of_the_support_whatever_they_are(engine: Engine) -> None:
    learned = adapt(SOLVED, router_of(SOLVED, "r0", "r1"), UNEVEN)
    query = torch.from_numpy(ASKED / np.float32(255))[:, None]
    for labels in (("a", "b", "c"), (10, 2, 3)):
        told = Predictor(learned, labels, None, engine)
        probabilities = told.probabilities(ASKED)
        assert tuple(probabilities.columns) == labels
        assert (probabilities.to_numpy() == learned.answer(query, engine)).all()
        best = probabilities.to_numpy().argmax(1)
        assert list(told.predict(ASKED)) == [labels[at] for at in best]
        assert told.route == learned.route
        best_node = max(learned.route.weights, key=lambda name: learned.route.weights[name])
        assert (
            repr(told) == f"Predictor: labels {', '.join(map(repr, labels))}, by node {best_node}"
        )


@pytest.mark.parametrize("learner", ["solved", "reptile"])
def test_numbers_do_not_depend_on_the_units_they_are_given_in(learner: str, engine: Engine) -> None:
    config = make_config(SMALL_SOLVED | {"learner": learner, "dataset": "functions", "ways": 1,
                                         "inner_batch_size": 4})  # fmt: skip
    object.__setattr__(config, "features", 2)
    router, values = router_of(config, "r0", "r1"), ROWS.sum(1)

    def told(units: Units | None, rows: np.ndarray, values: np.ndarray) -> np.ndarray:
        support = support_from(config, units, rows, values)
        learned = adapt(config, router, support)
        return Predictor(learned, (), units, engine).predict(rows).to_numpy()

    plain = told(None, ROWS, values)
    assert plain.shape == (12,)
    own = told(UNITS, ROWS * [2, 5] + [3, -2], 100 + 10 * values)
    np.testing.assert_allclose(own, 100 + 10 * plain, rtol=1e-4)


def test_numbers_have_no_probabilities(engine: Engine) -> None:
    support = support_from(NUMBERS, UNITS, ROWS, ROWS.sum(1))
    learned = adapt(NUMBERS, router_of(NUMBERS, "r"), support)
    with pytest.raises(ConfigError, match="have no probabilities: use predict") as caught:
        Predictor(learned, (), UNITS, engine).probabilities(ROWS)
    sentence(caught)
