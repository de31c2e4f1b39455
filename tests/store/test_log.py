from tests.trees import CONFIG, MACHINE
from treemeta.store.log import BATCH, LONGEST_PARAM, log, log_points
from treemeta.store.registry import Registry, experiment_id
from treemeta.store.write import start_tree


def started(registry: Registry) -> str:
    return start_tree(registry, experiment_id(registry, "treemeta"), "t", CONFIG, MACHINE)


def test_more_points_than_mlflow_takes_at_once_are_all_there(registry: Registry) -> None:
    tree = started(registry)
    log_points(registry, tree, [("x", 0.5, step) for step in range(2 * BATCH + 1)])
    history = registry.client.get_metric_history(tree, "x")
    assert sorted(one.step for one in history) == list(range(2 * BATCH + 1))


def test_long_params_are_cut_and_unknown_metrics_left_out(registry: Registry) -> None:
    tree = started(registry)
    log(registry, tree, {"long": "x" * (LONGEST_PARAM + 1)}, {"a": 1.0, "b": None}, 3)
    data = registry.client.get_run(tree).data
    assert data.params["long"] == "x" * LONGEST_PARAM
    assert data.metrics == {"a": 1.0}
