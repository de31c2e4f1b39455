import json

import pytest

from tests.conftest import SMALL_SOLVED
from tests.tree.test_obtain import place_of
from treemeta.declared import make_config
from treemeta.engine.local import Engine
from treemeta.errors import IntegrityError
from treemeta.store.registry import Registry
from treemeta.store.runs import COMMIT, FORK_FILE
from treemeta.tasks.dataset import Dataset
from treemeta.tree.arrays import revive
from treemeta.tree.obtain import obtain
from treemeta.tree.plan import Plan

CONFIG = make_config(SMALL_SOLVED | {"rule": "always", "meta_steps": 3, "max_depth": 1})


def test_a_fork_that_is_no_more_is_missed_where_there_was_one(
    registry: Registry, small: Dataset, engine: Engine
) -> None:
    tree, _ = obtain(place_of(registry, small, engine), Plan("", CONFIG))
    root = tree.nodes[0]
    assert root.groups
    assert revive(registry, root).fork is not None
    commit = json.loads(registry.client.get_run(root.run_id).data.tags[COMMIT])
    del commit["sha256"][FORK_FILE]
    registry.client.set_tag(root.run_id, COMMIT, json.dumps(commit))
    with pytest.raises(IntegrityError, match=r"does not vouch for fork\.safetensors: restore"):
        revive(registry, root)
    assert revive(registry, root, probed=False).fork is None
