"""Reptile's training ends in the bits it ended in at commit 5de7292.

``tests/fixtures/make_reptile.py`` tells how they were made; a run's settings are ``base`` and what
it has of its own.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from treemeta.config import Config
from treemeta.declared import make_config
from treemeta.engine.local import Engine
from treemeta.learn.machine import changed, machine_fingerprint
from treemeta.learn.setting import Setting
from treemeta.store.tensors import Arrays, arrays_sha256
from treemeta.tasks.dataset import Dataset
from treemeta.tasks.sources import open_dataset
from treemeta.tree.evaluate import accuracies
from treemeta.tree.grow import grow
from treemeta.tree.growth import Growth
from treemeta.tree.held_out import examine_held_out

GOLDEN = json.loads(
    (Path(__file__).parents[1] / "fixtures" / "reptile-5de7292.json").read_text(encoding="utf-8")
)
WEIGHED = (
    "step",
    "accepted",
    "children",
    "variance",
    "p_variance",
    "cohesion",
    "p_cut",
    "stability",
)


def reptile_config(settings: dict[str, Any]) -> Config:
    """Return the config that trains by Reptile with settings of that commit."""
    return make_config({"learner": "reptile", "gate": "none"} | settings)


def outcome(config: Config, dataset: Dataset, engine: Engine) -> dict[str, Any]:
    """Return what a run ends in: digests of parameters, forks and accuracies, and its evidence.

    Of evidence only the numbers, so that a reason may be said in other words.
    """
    grown = list(grow(Growth(Setting(config, dataset, engine), lambda _: None), {}))
    held_out = accuracies(examine_held_out(Setting(config, dataset, engine), grown))
    params: dict[str, Arrays] = {
        one.node.name: {name: tensor.numpy() for name, tensor in one.params.items()}
        for one in grown
    }
    forks = {one.node.name: vars(one.fork) for one in grown if one.fork}
    weighed = [(one.node.name, found) for one in grown for found in one.node.evidence]
    return {
        "nodes": {name: arrays_sha256(arrays) for name, arrays in params.items()},
        "forks": {name: arrays_sha256(arrays) for name, arrays in forks.items()},
        "evidence": [[node] + [getattr(e, key) for key in WEIGHED] for node, e in weighed],
        "accuracies": sha256([{one.node.name: one.node.accuracy for one in grown}, held_out]),
    }


def sha256(document: Any) -> str:
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()


@pytest.mark.parametrize("name", GOLDEN["runs"])
def test_reptile_ends_in_the_same_bits(
    name: str, engine: Engine, request: pytest.FixtureRequest
) -> None:
    if changed(GOLDEN["machine"], machine_fingerprint()):
        pytest.skip("the bits were made on a machine whose bits are not this one's")
    run = GOLDEN["runs"][name]
    config = reptile_config(GOLDEN["base"] | run["settings"])
    if config.dataset == "omniglot":
        request.getfixturevalue("omniglot")  # which skips where it is missing
    dataset = open_dataset(config.dataset, config.split, config.transform)
    then = {key: run[key] for key in run if key != "settings"}
    now = outcome(config, dataset, engine)
    # Statistics of products are numpy's, whose kernels differ between CPUs on which torch's do not.
    weighed, expected = now.pop("evidence"), then.pop("evidence")
    assert now == then
    assert len(weighed) == len(expected)
    for row, other in zip(weighed, expected, strict=True):
        assert all(map(close, row, other)), (row, other)


def close(found: Any, expected: Any) -> bool:
    if not isinstance(expected, float):
        return bool(found == expected)
    return bool(found == pytest.approx(expected, rel=1e-4, abs=1e-6))
