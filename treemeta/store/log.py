"""Params and metrics of runs, as many and as long as MLflow takes them."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from treemeta.store.registry import Registry

LONGEST_PARAM = 6000  # MLflow cuts longer ones without a word
BATCH = 900  # metrics; MLflow takes 1,000 in one call


def log(
    registry: Registry,
    run_id: str,
    params: Mapping[str, Any],
    metrics: Mapping[str, Any],
    step: int,
) -> None:
    """Log params, and metrics of a step, as far as these are known."""
    from mlflow.entities import Param

    kept = [Param(name, str(value)[:LONGEST_PARAM]) for name, value in params.items()]
    registry.client.log_batch(run_id, params=kept)
    log_points(registry, run_id, [(k, v, step) for k, v in metrics.items() if v is not None])


def log_points(registry: Registry, run_id: str, points: Sequence[tuple[str, float, int]]) -> None:
    """Log metrics, each a name, a value and a step."""
    from mlflow.entities import Metric

    now = round(time.time() * 1000)
    for first in range(0, len(points), BATCH):
        batch = [Metric(k, float(v), now, step) for k, v, step in points[first : first + BATCH]]
        registry.client.log_batch(run_id, metrics=batch)
