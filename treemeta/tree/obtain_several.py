"""Arms that take several trees: the best of them on its own tasks, or all answering together."""

from dataclasses import replace

from treemeta.learn.setting import Setting
from treemeta.store.records import Tree
from treemeta.store.registry import open_registry
from treemeta.tree.arrays import params_of
from treemeta.tree.evaluate import accuracies, examine_all
from treemeta.tree.obtain import Place, obtain
from treemeta.tree.rivals import BestOf, Ensemble
from treemeta.tree.route import Router


def obtain_best(place: Place, best: BestOf) -> tuple[Tree, bool]:
    """Return the tree that does best on the tasks it was trained on, the first of equals, and
    whether any had to be trained."""
    trees = [obtain(place, plan) for plan in best.plans]
    chosen = max((tree for tree, _ in trees), key=lambda tree: tree.merit)
    return chosen, any(trained for _, trained in trees)


def obtain_together(place: Place, ensemble: Ensemble) -> tuple[Tree, bool]:
    """Return the first tree with the accuracy and the steps of all together, each episode answered
    by the mean of what they say; and whether any had to be trained."""
    trees = [obtain(place, plan) for plan in ensemble.plans]
    registry, config = open_registry(place.uri), ensemble.plans[0].config
    inits = {
        f"r{number}": params_of(registry, tree.nodes[0], config, place.device)
        for number, (tree, _) in enumerate(trees)
    }
    # The first plan's seed is the comparison's: all arms answer the same episodes.
    setting = Setting(config, place.dataset, place.engine)
    tasks, episodes = place.dataset.select("test"), setting.config.test_episodes
    router = Router(inits, {}, even=True)
    answered = accuracies(examine_all(setting, router, tasks, episodes, ("test",)))
    steps = sum(tree.summary["meta_steps_total"] for tree, _ in trees)
    first = trees[0][0]
    whole = replace(
        first,
        test_accuracy=answered,
        summary={**first.summary, "meta_steps_total": steps},
        routes={},
        curve=(),
    )
    return whole, any(trained for _, trained in trees)
