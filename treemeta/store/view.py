"""What MLflow's user interface shows of treemeta's runs: columns, charts, the data, who and how."""

import getpass
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from treemeta.errors import RegistryError
from treemeta.store.notes import VIEW
from treemeta.store.registry import Registry

if TYPE_CHECKING:
    from mlflow.entities import DatasetInput

COLUMNS = (
    "metrics.`meta_val/accuracy`", "params.`tasks`", "params.`depth`", "metrics.`support`",
    "metrics.`test/accuracy`",
)  # fmt: skip
VIEW_TAG = f"mlflow.sharedViewState.{VIEW}"  # of an experiment
# Nesting shows only while runs are sorted by creation; ascending puts the root first. Which runs
# show their children is nothing that MLflow lets a view say.
VIEW_STATE = {
    "orderByKey": "attributes.start_time", "orderByAsc": True, "selectedColumns": list(COLUMNS),
}  # fmt: skip
TABLES = "mlflow.loggedArtifacts"  # the tag that names tables among a run's artifacts
DECAY = 0.95  # of a smoothed loss
MOST_POINTS = 500  # of a chart
LONGEST = 36  # characters of a data set's digest


def source_tags() -> dict[str, str]:
    """Return the tags by which MLflow tells who made a run, and with what."""
    return {
        "mlflow.user": _user(), "mlflow.source.name": "treemeta", "mlflow.source.type": "LOCAL",
    }  # fmt: skip


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # in a container users may have no name
        return "unknown"


def data_input(config: Mapping[str, Any]) -> "DatasetInput":
    """Return the data set of a tree's settings as MLflow records inputs."""
    from mlflow.entities import Dataset, DatasetInput, InputTag

    name = str(config.get("dataset", ""))
    about = Dataset(
        name=name[:500], digest=str(config.get("data", ""))[:LONGEST], source_type="local",
        source=json.dumps({"uri": name}),
    )  # fmt: skip
    return DatasetInput(about, [InputTag("mlflow.data.context", "training")])


def show_begun(registry: Registry, experiment: str, run_id: str, config: Mapping[str, Any]) -> None:
    """Give an experiment its view, and a tree's run its data set as input. What other processes
    write at the same moment MLflow refuses to write again, so each is tried twice; and without
    them a tree is no less a tree."""
    view = (VIEW_TAG, json.dumps(VIEW_STATE))
    writes: tuple[Callable[[], Any], ...] = (
        lambda: registry.client.set_experiment_tag(experiment, *view),
        lambda: registry.client.log_inputs(run_id, [data_input(config)]),
    )
    for write in writes:
        for _ in range(2):
            with suppress(RegistryError):
                write()
                break


def smoothed(losses: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
    """Return losses by their steps as an exponential mean without its bias, at no more steps than a
    chart shows."""
    mean, weight, points = 0.0, 0.0, []
    every = -(-len(losses) // MOST_POINTS) or 1
    for count, (step, loss) in enumerate(losses, 1):
        mean, weight = DECAY * mean + (1 - DECAY) * loss, DECAY * weight + 1 - DECAY
        if count % every == 0 or count == len(losses):
            points.append((step, mean / weight))
    return points


def table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Return a table as MLflow shows one among a run's artifacts."""
    return json.dumps({"columns": list(columns), "data": [list(row) for row in rows]})
