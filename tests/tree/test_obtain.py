from contextlib import nullcontext
from dataclasses import replace

import numpy as np
import pytest

from tests.conftest import SMALL_SOLVED
from treemeta.config import Config
from treemeta.declared import make_config
from treemeta.engine.local import Engine
from treemeta.errors import IntegrityError
from treemeta.store.find import find_tree, list_trees
from treemeta.store.read import read_arrays, read_seconds, read_tree
from treemeta.store.records import Tree
from treemeta.store.registry import Registry
from treemeta.tasks.dataset import Dataset
from treemeta.tree.arms import plan_of
from treemeta.tree.obtain import Place, obtain
from treemeta.tree.plan import Plan
from treemeta.tree.stretch import Progress

CONFIG = make_config(
    SMALL_SOLVED | {"rule": "always", "split_every": 1, "meta_steps": 3, "max_depth": 1}
)


def place_of(registry: Registry, dataset: Dataset, engine: Engine) -> Place:
    return Place(
        dataset, registry.uri, "treemeta", engine, "cpu", lambda _: {},
        lambda _: nullcontext(lambda _: None),
    )  # fmt: skip


@pytest.fixture
def place(registry: Registry, small: Dataset, engine: Engine) -> Place:
    return place_of(registry, small, engine)


@pytest.fixture
def tree(place: Place) -> Tree:
    return obtain(place, Plan("", CONFIG))[0]


def told(arm: str, place: Place, tree: Tree, config: Config = CONFIG) -> Plan:
    plan = plan_of(arm, config, place.dataset, tree)
    assert isinstance(plan, Plan)
    return plan


def unnamed(tree: Tree) -> Tree:
    nodes = tuple(replace(node, run_id="") for node in tree.nodes)
    return replace(tree, id="", nodes=nodes)


@pytest.mark.parametrize(
    ("share", "arm", "trunks"), [("trunk", "copies", {""}), ("none", "trunk", {"r0"})]
)
def test_children_of_a_shared_root_share_what_the_arm_says(
    place: Place, share: str, arm: str, trunks: set[str]
) -> None:
    config = replace(CONFIG, share=share)  # type: ignore[arg-type]
    tree, _ = obtain(place, Plan("", config))
    assert tree.nodes[0].groups
    assert {leaf.trunk for leaf in tree.leaves()} == {"r0", ""} - trunks
    plan = told(arm, place, tree, config)
    shared, _ = obtain(place, plan, tree)
    assert {leaf.trunk for leaf in shared.leaves()} == trunks
    alone, _ = obtain(replace(place, experiment="elsewhere"), plan)
    assert shared.hash() == alone.hash()
    assert unnamed(shared) == unnamed(alone)
    assert shared.hash() != tree.hash()


@pytest.mark.parametrize("route", ["likelihood", "direction"])
def test_a_shared_root_is_what_the_control_would_have_trained(
    place: Place, registry: Registry, route: str
) -> None:
    config = replace(CONFIG, route=route)  # type: ignore[arg-type]
    tree, _ = obtain(place, Plan("", config))
    plan = told("random", place, tree, config)
    shared, trained = obtain(place, plan, tree)
    assert trained
    assert "meta_train/loss" not in registry.client.get_run(shared.nodes[0].run_id).data.metrics
    elsewhere = replace(place, experiment="elsewhere")
    alone, _ = obtain(elsewhere, plan)
    assert shared.id != alone.id
    assert unnamed(shared) == unnamed(alone)
    assert shared.hash() == alone.hash()
    forks = [read_arrays(registry, one.nodes[0])[1] for one in (shared, alone)]
    assert (forks[0] is not None) == (route == "direction")
    assert (shared.nodes[0].reliability is None) == (route == "likelihood")
    np.testing.assert_equal(*forks)
    assert [node.groups for node in shared.nodes if node.groups] == [plan.cuts["r"][1]]  # type: ignore[index]


def test_what_is_stored_is_not_trained_again(place: Place, tree: Tree) -> None:
    plan = told("random", place, tree)
    control, _ = obtain(place, plan, tree)
    assert obtain(place, plan, tree) == (control, False)
    assert obtain(place, Plan("", CONFIG)) == (tree, False)
    again, trained = obtain(place, Plan("", replace(CONFIG, seed=1)))
    assert trained
    assert again.id != tree.id


def test_controls_are_listed_but_never_the_latest(
    place: Place, tree: Tree, registry: Registry
) -> None:
    control, _ = obtain(place, told("random", place, tree), tree)
    assert find_tree(registry, "latest") == tree.id
    assert list_trees(registry)[0]["tree"] == control.id
    assert str(list_trees(registry)[0]["name"]).startswith("random ")


def test_a_killed_control_goes_on_with_its_cuts(
    place: Place, tree: Tree, registry: Registry
) -> None:
    plan = told("random", place, tree)

    def stop(event: Progress) -> None:
        if event.node == "r0":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        obtain(replace(place, listening=lambda _: nullcontext(stop)), plan, tree)
    half = list_trees(registry)[0]
    assert half["status"] == "unfinished"
    found, trained = obtain(place, plan, tree)
    assert (found.id, trained) == (half["tree"], True)
    whole, _ = obtain(replace(place, experiment="elsewhere"), plan)
    assert unnamed(found) == unnamed(whole)


def test_other_data_are_refused(place: Place, tree: Tree) -> None:
    other = replace(place, dataset=replace(place.dataset, fingerprint="0" * 64))
    with pytest.raises(IntegrityError, match="compare over other data than the trees it resumes"):
        obtain(other, Plan("", CONFIG))


def test_seconds_of_probes_are_kept_beside_the_record(
    place: Place, tree: Tree, registry: Registry
) -> None:
    assert read_seconds(registry, tree.id) > 0
    assert read_tree(registry, tree.id) == tree
