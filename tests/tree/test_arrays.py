import json
from dataclasses import replace

import numpy as np
import pytest

from tests.conftest import SMALL_SOLVED
from tests.tree.test_obtain import place_of
from tests.trees import artifact
from treemeta.declared import make_config
from treemeta.engine.local import Engine
from treemeta.errors import IntegrityError
from treemeta.store.registry import Registry
from treemeta.store.runs import COMMIT, FORK_FILE, PARAMS_FILE, SNAPSHOTS_FILE
from treemeta.store.tensors import Arrays, arrays_bytes, arrays_sha256, file_sha256
from treemeta.tasks.dataset import Dataset
from treemeta.tree.arrays import params_of, revive
from treemeta.tree.obtain import obtain
from treemeta.tree.plan import Plan

CONFIG = make_config(SMALL_SOLVED | {"rule": "always", "meta_steps": 3, "max_depth": 1})


def test_a_fork_that_is_no_more_is_missed_where_there_was_one(
    registry: Registry, small: Dataset, engine: Engine
) -> None:
    tree, _ = obtain(place_of(registry, small, engine), Plan("", CONFIG))
    root = tree.nodes[0]
    assert root.groups
    assert revive(registry, root, CONFIG).fork is not None
    commit = json.loads(registry.client.get_run(root.run_id).data.tags[COMMIT])
    del commit["sha256"][FORK_FILE]
    registry.client.set_tag(root.run_id, COMMIT, json.dumps(commit))
    with pytest.raises(IntegrityError, match=r"does not vouch for fork\.safetensors: restore"):
        revive(registry, root, CONFIG)
    assert revive(registry, root, CONFIG, probed=False).fork is None


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        (FORK_FILE, {"mean": np.zeros(3, np.float32), "centroids": np.zeros((2, 3), np.float32)}),
        (FORK_FILE, {"mean": np.zeros(3, np.float32)}),
        (FORK_FILE, {}),
        (PARAMS_FILE, {"conv1.weight": np.zeros(3, np.float32)}),
        (SNAPSHOTS_FILE, {"x/conv1.weight": np.zeros(3, np.float32)}),
        (SNAPSHOTS_FILE, {"1/conv1.weight": np.zeros(3, np.float32)}),
    ],
)
def test_arrays_of_another_network_are_refused(
    registry: Registry, small: Dataset, engine: Engine, name: str, wrong: Arrays
) -> None:
    tree, _ = obtain(place_of(registry, small, engine), Plan("", CONFIG))
    root = tree.nodes[0]
    artifact(root.run_id, name).write_bytes(arrays_bytes(wrong))
    commit = json.loads(registry.client.get_run(root.run_id).data.tags[COMMIT])
    commit["sha256"][name] = file_sha256(artifact(root.run_id, name))
    registry.client.set_tag(root.run_id, COMMIT, json.dumps(commit))
    if name == PARAMS_FILE:
        root = replace(root, tensors_sha256=arrays_sha256(wrong))
        with pytest.raises(IntegrityError, match="holds no parameters of the network"):
            params_of(registry, root, CONFIG)
    with pytest.raises(IntegrityError, match=rf"{name} of node 'r' holds no parameters of the"):
        revive(registry, root, CONFIG)
