"""What treemeta's runs are known by in MLflow, their tags and files, and queries over these."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from treemeta.store.documents import parse_json
from treemeta.store.registry import Registry

if TYPE_CHECKING:
    from mlflow.entities import Run

KIND, TREE, NODE, COMMIT = "treemeta.kind", "treemeta.tree", "treemeta.node", "treemeta.commit"
BEGINNING = "beginning"  # the kind of a run that is no tree yet
CONFIG_COMMIT = COMMIT + ".config"
CHECKPOINT = COMMIT + ".checkpoint"  # of a tree's run: of what is trained of unfinished nodes
CONTROL = "treemeta.control"  # the arm of a tree that was grown to be compared with another
BOUND = "treemeta.bound_for"  # the id that a tree has in the registry which was away
NODE_FILE, PARAMS_FILE, FORK_FILE = "node.json", "params.safetensors", "fork.safetensors"
SNAPSHOTS_FILE = "snapshots.safetensors"
CONFIG_FILE, TREE_FILE = "config.json", "tree.json"
TASKS_FILE, VERDICT_FILE = "task_accuracy.json", "verdict.md"  # among the figures of a tree
LOSS = "meta_train/loss"  # the metric of every meta-step of a node
SMOOTHED = "meta_train/loss_smoothed"
PROBING = "seconds/probes"  # the metric whose values add up to what probes and deals took
PAGE = 1000  # runs or experiments that MLflow is asked for in one call


def tree_runs(registry: Registry) -> list["Run"]:
    """Return the tree runs of all experiments, newest first; those without a config are none: their
    processes were killed before there was a tree."""
    return [run for run in runs_with(registry, KIND, "tree") if CONFIG_COMMIT in run.data.tags]


def runs_with(registry: Registry, tag: str, value: str, deleted: bool = False) -> Iterator["Run"]:
    """Yield every run whose tag has that value, in all experiments, newest first; with those that
    were deleted, if these are asked for too."""
    from mlflow.entities import ViewType

    experiments = [e.experiment_id for e in _pages(registry.client.search_experiments)]
    yield from _pages(
        registry.client.search_runs,
        experiment_ids=experiments,
        filter_string=f"tags.`{tag}` = '{value}'",
        run_view_type=ViewType.ALL if deleted else ViewType.ACTIVE_ONLY,
        order_by=["attributes.start_time DESC"],
    )


def _pages(search: Callable[..., Any], **what: Any) -> Iterator[Any]:
    token: str | None = None
    while True:
        page = search(**what, max_results=PAGE, page_token=token)
        yield from page
        token = page.token
        if not token:
            return


def vouched(run: "Run", tag: str) -> dict[str, Any]:
    """Return what a run's commit vouches for: names of files and their sha256."""
    try:
        digests = parse_json(run.data.tags[tag])["sha256"]
    except (KeyError, TypeError, ValueError):
        return {}
    return digests if isinstance(digests, dict) else {}


def committed_step(run: "Run", tag: str) -> int | None:
    """Return the step of the path that a run's commit says it is of."""
    try:
        step = parse_json(run.data.tags[tag])["step"]
    except (KeyError, TypeError, ValueError):
        return None
    return step if type(step) is int and abs(step) < 2**53 else None
