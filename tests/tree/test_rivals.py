from dataclasses import replace

from tests.conftest import SMALL_SOLVED
from tests.trees import make_node, make_tree
from treemeta.declared import make_config
from treemeta.tasks.dataset import Dataset
from treemeta.tree.arms import plan_of
from treemeta.tree.plan import UNCUT, Plan
from treemeta.tree.rivals import (
    POWERS,
    RIVALS,
    BestOf,
    Ensemble,
    ensemble,
    equal_compute,
    reweighted,
    wide,
)

CONFIG = make_config(SMALL_SOLVED | {"meta_steps": 12, "split_every": 4})
TREE = make_tree(summary={"meta_steps_total": 40.0, "trial_steps_total": 8.0})  # of three leaves
ALONE = make_tree(
    nodes=(make_node("r", ("a", "b"), meta_steps=12),), summary={"meta_steps_total": 12.0}
)


def test_reweighted_inits_differ_in_the_power_of_losses_alone(small: Dataset) -> None:
    found, joint = reweighted(CONFIG, small, TREE), equal_compute(CONFIG, small, TREE)
    assert isinstance(found, BestOf)
    assert [plan.config.focus for plan in found.plans] == list(POWERS)
    assert {plan.control for plan in found.plans} == {"joint-reweighted"}
    plain = {replace(plan.config, focus=0.0) for plan in found.plans}
    assert plain == {joint.config}  # type: ignore[union-attr]


def test_an_ensemble_shares_the_tree_s_steps_among_as_many_inits_as_leaves(small: Dataset) -> None:
    found = ensemble(CONFIG, small, TREE)
    assert isinstance(found, Ensemble)
    assert [plan.config.meta_steps for plan in found.plans] == [16] * 3
    assert len({plan.config.seed for plan in found.plans}) == 3
    assert found.plans[0].config.seed == CONFIG.seed
    assert ensemble(CONFIG, small, ALONE) == UNCUT


def test_a_tree_that_made_no_cut_is_as_wide_as_one_init(small: Dataset) -> None:
    assert wide(CONFIG, small, ALONE) == UNCUT


def test_one_init_takes_no_note_of_focus_but_where_that_is_what_it_is_for(small: Dataset) -> None:
    focused = replace(CONFIG, focus=3.0)
    for arm, make in RIVALS.items():
        found = make(focused, small, TREE)
        assert isinstance(found, Plan | BestOf | Ensemble)
        plans = (found,) if isinstance(found, Plan) else found.plans
        powers = list(POWERS) if arm == "joint-reweighted" else [0.0] * len(plans)
        assert [plan.config.focus for plan in plans] == powers
    assert plan_of("joint", focused, small, None) == Plan("joint", replace(CONFIG, arm="joint"))
    assert plan_of("tree", focused, small, None) == Plan("", focused)
