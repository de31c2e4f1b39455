from dataclasses import replace
from itertools import chain

import pytest

from tests.conftest import SMALL_SOLVED
from tests.trees import make_node, make_tree
from treemeta.declared import make_config
from treemeta.store.evidence import Evidence
from treemeta.store.records import Routed, Tree
from treemeta.tasks.dataset import Dataset, Task
from treemeta.tree.arms import plan_of, plan_told, tree_cuts
from treemeta.tree.cost import multiply_adds, parameters
from treemeta.tree.plan import Absent, Plan

CONFIG = make_config(SMALL_SOLVED | {"meta_steps": 12, "split_every": 4})


def grown(dataset: Dataset, *groups: tuple[str, ...], deeper: bool = False) -> Tree:
    """Return a tree cut at step 4, its first child again at step 8 if ``deeper``."""
    tasks = tuple(task.name for task in dataset.select("train"))
    if not groups:
        node = make_node("r", tasks, meta_steps=12)
        return make_tree(nodes=(node,), summary={"meta_steps_total": 12.0})
    trial = Evidence(4, True, "so", 2, trial_steps=4)
    nodes = [make_node("r", tasks, groups=groups, supports=(1.0,) * len(groups), evidence=(trial,))]
    for number, group in enumerate(groups):
        nodes.append(make_node(f"r{number}", group, start=4, meta_steps=8))
    if deeper:
        first = groups[0]
        parts = ((first[0],), first[1:])
        nodes[1] = make_node("r0", first, start=4, groups=parts, supports=(1.0, 1.0))
        nodes += [make_node(f"r0{i}", p, start=8, meta_steps=4) for i, p in enumerate(parts)]
    summary = {
        "meta_steps_total": float(sum(node.meta_steps for node in nodes)),
        "trial_steps_total": 4.0,
    }
    return make_tree(nodes=tuple(nodes), summary=summary)


def halves(dataset: Dataset) -> tuple[tuple[str, ...], tuple[str, ...]]:
    names = tuple(task.name for task in dataset.select("train"))
    return names[::2], names[1::2]


def planned(arm: str, dataset: Dataset, tree: Tree | None = None) -> Plan:
    plan = plan_of(arm, CONFIG, dataset, tree)
    assert isinstance(plan, Plan), plan
    return plan


def reason(arm: str, dataset: Dataset, tree: Tree) -> str:
    plan = plan_of(arm, CONFIG, dataset, tree)
    assert isinstance(plan, Absent), plan
    return plan.reason


def test_one_path_needs_no_tree(small: Dataset) -> None:
    assert planned("tree", small) == Plan("", CONFIG)
    assert planned("joint", small) == Plan("joint", replace(CONFIG, arm="joint"))
    assert planned("scratch", small).config.arm == "scratch"


def test_equal_compute_is_every_node_s_and_every_trial_s_steps(small: Dataset) -> None:
    tree = grown(small, *halves(small), deeper=True)
    plan = planned("joint-equal-compute", small, tree)
    assert plan.config.meta_steps == sum(node.meta_steps for node in tree.nodes) + 4
    assert plan.config == replace(CONFIG, arm="joint", meta_steps=plan.config.meta_steps)


def test_equal_compute_of_a_tree_that_took_no_more_is_joint(small: Dataset) -> None:
    assert planned("joint-equal-compute", small, grown(small)) == planned("joint", small)


def test_wide_has_the_leaves_parameters_and_the_tree_s_products(small: Dataset) -> None:
    tree = grown(small, *halves(small), deeper=True)
    wide = planned("joint-wide", small, tree).config
    assert parameters(wide) >= 3 * parameters(CONFIG)
    assert parameters(replace(wide, filters=wide.filters - 1)) < 3 * parameters(CONFIG)
    ours, theirs = tree.steps * multiply_adds(CONFIG), wide.meta_steps * multiply_adds(wide)
    assert abs(ours - theirs) <= multiply_adds(wide) / 2


def test_random_deals_the_same_sizes_at_the_same_steps(small: Dataset) -> None:
    tree = grown(small, *halves(small), deeper=True)
    cuts, told = tree_cuts(tree), planned("random", small, tree).cuts
    assert told is not None
    assert told != cuts
    assert told.keys() == cuts.keys()
    for name, (step, groups) in told.items():
        assert (step, [*map(len, groups)]) == (cuts[name][0], [*map(len, cuts[name][1])])
        above = tree.nodes[0].tasks if name == "r" else told["r"][1][0]
        assert sorted(chain(*groups)) == sorted(above)
    assert planned("random", small, tree).cuts == told
    other = plan_of("random", replace(CONFIG, seed=1), small, tree)
    assert isinstance(other, Plan)
    assert other.cuts != told


def test_oracle_is_cut_by_truth_where_the_tree_first_was(small: Dataset) -> None:
    plan = planned("oracle", small, grown(small, *halves(small), deeper=True))
    assert plan.cuts is not None
    ((step, groups),) = plan.cuts.values()
    assert step == 4
    assert [{small.lineage[task] for task in group} for group in groups] == [
        {("family1",)},
        {("family2",)},
    ]
    uncut = planned("oracle", small, grown(small))
    assert uncut.cuts == {"r": (CONFIG.split_every, groups)}


def test_a_tree_that_is_cut_by_truth_is_the_oracle(small: Dataset) -> None:
    told = planned("oracle", small, grown(small, *halves(small))).cuts
    assert told is not None
    right = told["r"][1]
    assert planned("oracle", small, grown(small, *reversed(right))) == Plan("", CONFIG)
    assert planned("oracle", small, grown(small, *right, deeper=True)).control == "oracle"


def test_own_gives_each_task_a_child(small: Dataset) -> None:
    plan = planned("own", small, grown(small, *halves(small)))
    assert plan.cuts == {"r": (4, tuple((task.name,) for task in small.select("train")))}


def test_what_makes_no_sense_is_absent_with_the_reason(small: Dataset) -> None:
    for arm in ("random", "joint-wide", "best-leaf", "wrong-leaf"):
        assert reason(arm, small, grown(small)) == "the tree made no cut"
    cut = grown(small, *halves(small))
    blind = replace(small, lineage={})
    assert "no truth" in reason("oracle", blind, cut)
    tasks = {f"t{i}": Task(f"t{i}", (0,)) for i in range(63)}
    many = replace(small, tasks=tasks, roles=dict.fromkeys(tasks, "train"))
    assert "63 groups are more than the 62" in reason("own", many, cut)
    short = replace(CONFIG, split_every=12)
    assert plan_of("own", short, small, grown(small)) == Absent("the path is too short to split")


@pytest.mark.parametrize("known", [True, False])
def test_a_leaf_is_chosen_only_where_all_were_tried(small: Dataset, known: bool) -> None:
    tried = {"r0": 0.5, "r1": 0.6}
    tree = grown(small, *halves(small))
    routes = {"x": Routed(0.5, {"r0": 1.0}, each=tried if known else {}, elsewhere=tried)}
    found = plan_of("best-leaf", CONFIG, small, replace(tree, routes=routes))
    assert isinstance(found, Plan if known else Absent)


# What children share

GATED = replace(CONFIG, rule="evidence", gate="gain")


def test_pcgrad_is_one_init_of_equal_compute(small: Dataset) -> None:
    tree = grown(small, *halves(small))
    equal, cut = (planned(arm, small, tree) for arm in ("joint-equal-compute", "joint-pcgrad"))
    assert cut.control == "joint-pcgrad"
    assert cut.config == replace(equal.config, surgery="pcgrad")
    reptile = replace(CONFIG, learner="reptile", direction="head_solved")
    assert isinstance(plan_of("joint-pcgrad", reptile, small, tree), Absent)


def test_trunk_and_copies_are_the_tree_s_cuts_sharing_otherwise(small: Dataset) -> None:
    tree, auto = grown(small, *halves(small)), replace(GATED, share="auto")
    plan = plan_of("trunk", auto, small, tree)
    assert plan == Plan("trunk", replace(GATED, share="trunk"), tree_cuts(tree))
    assert plan_of("copies", auto, small, tree) == Plan("", auto)  # as the tree is itself
    cut = replace(tree.nodes[0], share="trunk")
    shared = replace(tree, nodes=(cut, *tree.nodes[1:]))
    assert plan_of("trunk", auto, small, shared) == Plan("", auto)
    assert plan_of("copies", auto, small, shared) == Plan("copies", GATED, tree_cuts(tree))
    uncut = plan_of("trunk", auto, small, grown(small))
    assert isinstance(uncut, Absent)


@pytest.mark.parametrize("arm", ["random", "own"])
def test_controls_share_what_the_tree_does(small: Dataset, arm: str) -> None:
    tree, auto = grown(small, *halves(small)), replace(GATED, share="auto")
    shared = replace(tree, nodes=(replace(tree.nodes[0], share="trunk"), *tree.nodes[1:]))
    for one, share in ((tree, "none"), (shared, "trunk")):
        plan = plan_of(arm, auto, small, one)
        assert isinstance(plan, Plan)
        assert plan.config.share == share


def test_without_norms_there_is_no_trunk(small: Dataset) -> None:
    plain = replace(CONFIG, norm="none")
    assert isinstance(plan_of("trunk", plain, small, grown(small, *halves(small))), Absent)
    rows = replace(
        plain, dataset="t.csv", network="mlp"
    )  # whose layers have scales and shifts anyway
    assert isinstance(plan_of("trunk", rows, small, grown(small, *halves(small))), Plan)


def test_a_tree_that_is_told_its_own_cut_is_itself(small: Dataset) -> None:
    tree = grown(small, *halves(small))
    assert plan_told("by-loss", tree_cuts(tree), CONFIG, tree) == Plan("", CONFIG)
    other = {"r": (4, (halves(small)[0][:1], halves(small)[0][1:] + halves(small)[1]))}
    assert plan_told("by-loss", other, CONFIG, tree) == Plan("by-loss", CONFIG, other)
