from dataclasses import replace

import numpy as np
import pytest

from tests.tree.test_obtain import CONFIG, place_of
from treemeta.engine.local import Engine
from treemeta.learn.setting import Setting
from treemeta.store.registry import Registry
from treemeta.tasks.dataset import Dataset
from treemeta.tree.arrays import params_of
from treemeta.tree.evaluate import accuracies, examine_all
from treemeta.tree.obtain import Place, obtain
from treemeta.tree.obtain_several import obtain_best, obtain_together
from treemeta.tree.plan import Plan
from treemeta.tree.rivals import BestOf, Ensemble
from treemeta.tree.route import Router

JOINT = replace(CONFIG, arm="joint", meta_steps=2)


@pytest.fixture
def place(registry: Registry, small: Dataset, engine: Engine) -> Place:
    return place_of(registry, small, engine)


def test_the_best_is_the_one_that_does_best_on_its_own_tasks(place: Place) -> None:
    plans = tuple(Plan("x", replace(JOINT, focus=power)) for power in (0.5, 1.0, 4.0))
    found, trained = obtain_best(place, BestOf(plans))
    assert trained
    every = [obtain(place, plan)[0] for plan in plans]
    accuracies = [tree.nodes[0].accuracy for tree in every]
    assert found == every[int(np.argmax(np.array(accuracies, float)))]
    assert obtain_best(place, BestOf(plans)) == (found, False)


def test_an_ensemble_of_one_init_twice_answers_as_that_init(place: Place) -> None:
    plan = Plan("joint", JOINT)
    alone, _ = obtain(place, plan)
    twice, _ = obtain_together(place, Ensemble((plan, plan)))
    assert twice.test_accuracy == alone.test_accuracy
    assert twice.summary["meta_steps_total"] == 2 * alone.summary["meta_steps_total"]


def test_an_ensemble_answers_by_the_mean_of_what_its_inits_say(
    place: Place, registry: Registry, engine: Engine
) -> None:
    plans = tuple(Plan("joint", replace(JOINT, seed=seed)) for seed in (0, 1))
    whole, trained = obtain_together(place, Ensemble(plans))
    assert trained
    nodes = [obtain(place, plan)[0].nodes[0] for plan in plans]
    inits = {f"r{i}": params_of(registry, node, CONFIG) for i, node in enumerate(nodes)}
    setting, tasks = Setting(JOINT, place.dataset, engine), place.dataset.select("test")

    def answered(router: Router) -> dict[str, float]:
        return accuracies(examine_all(setting, router, tasks, JOINT.test_episodes, ("test",)))

    assert whole.test_accuracy == answered(Router(inits, {}, even=True))
    assert obtain_together(place, Ensemble(plans)) == (whole, False)
