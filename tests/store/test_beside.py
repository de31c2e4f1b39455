from dataclasses import replace

import pytest

from tests.trees import leaf_of, make_tree, store
from treemeta.store.beside import one_init_beside
from treemeta.store.records import Tree
from treemeta.store.registry import Registry, experiment_id
from treemeta.store.runs import CONTROL


def stored(registry: Registry, arm: str, accuracy: float = 0.5, **settings: object) -> Tree:
    """Store an init as an arm of a comparison."""
    one = leaf_of("a", "b")
    node = replace(one.nodes[0], accuracy=accuracy)
    config = make_tree().config | {"control": arm, "arm": "joint"} | settings
    kept = store(registry, replace(one, nodes=(node,), config=config))
    registry.client.set_tag(kept.id, CONTROL, arm)
    return kept


def test_arms_of_the_same_data_and_seed_stand_beside_a_tree(registry: Registry) -> None:
    tree = store(registry, make_tree())
    joint = stored(registry, "joint")
    longer = stored(registry, "joint-equal-compute", meta_steps=99)
    stored(registry, "random")
    stored(registry, "joint", seed=7)
    found = one_init_beside(registry, tree)
    assert {arm: one.id for arm, one in found.items()} == {
        "joint": joint.id, "joint-equal-compute": longer.id,
    }  # fmt: skip


def test_beside_an_arm_of_one_init_nothing_stands(registry: Registry) -> None:
    joint = stored(registry, "joint")
    wide = stored(registry, "joint-wide", filters=128)
    assert one_init_beside(registry, joint) == one_init_beside(registry, wide) == {}


def test_of_several_the_best_on_its_own_tasks_counts(registry: Registry) -> None:
    tree = store(registry, make_tree())
    stored(registry, "joint-reweighted", 0.4, focus=0.5)
    best = stored(registry, "joint-reweighted", 0.6, focus=1.0)
    stored(registry, "joint-reweighted", 0.5, focus=2.0)
    assert one_init_beside(registry, tree)["joint-reweighted"].id == best.id


@pytest.mark.parametrize("finished", [True, False])
def test_only_what_is_finished_and_of_the_experiment_counts(
    registry: Registry, finished: bool
) -> None:
    tree = store(registry, make_tree())
    one = leaf_of("a")
    config = make_tree().config | {"control": "joint", "arm": "joint"}
    other = store(registry, replace(one, config=config), finish=finished)
    registry.client.set_tag(other.id, CONTROL, "joint")
    assert (one_init_beside(registry, tree) != {}) == finished
    assert experiment_id(registry, "other") != experiment_id(registry, "treemeta")
