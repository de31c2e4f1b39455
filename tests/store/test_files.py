import json
from pathlib import Path

import numpy as np
import pytest

from tests.trees import make_tree, store
from treemeta.errors import IntegrityError
from treemeta.store import files
from treemeta.store.files import commit, fetch, vouched
from treemeta.store.registry import Registry
from treemeta.store.tensors import file_sha256, load_arrays

ARRAYS = {"a": np.arange(3, dtype=np.float32)}


@pytest.fixture
def run_id(registry: Registry) -> str:
    run_id = store(registry, make_tree()).nodes[0].run_id
    commit(registry, run_id, {"x.json": {"y": 1}}, {"z.safetensors": ARRAYS}, "t", 7)
    return run_id


@pytest.mark.parametrize("near", [True, False])
def test_what_was_committed_is_fetched(
    registry: Registry, run_id: str, monkeypatch: pytest.MonkeyPatch, near: bool
) -> None:
    if not near:
        monkeypatch.setattr(files, "_local", lambda *_: None)
    run = registry.client.get_run(run_id)
    assert json.loads(fetch(registry, run, "x.json", "t").read_text()) == {"y": 1}
    held = fetch(registry, run, "z.safetensors", "t")
    assert load_arrays(held)["a"].tolist() == [0, 1, 2]
    told = file_sha256(fetch(registry, run, "x.json", "t"))
    assert vouched(run, "t") == {"x.json": told, "z.safetensors": file_sha256(held)}
    assert json.loads(run.data.tags["t"])["step"] == 7


def test_only_what_a_tag_vouches_for_is_fetched(registry: Registry, run_id: str) -> None:
    run = registry.client.get_run(run_id)
    assert vouched(run, "another") == {}
    for name, tag in (("x.json", "another"), ("unknown", "t")):
        with pytest.raises(IntegrityError, match="does not vouch for"):
            fetch(registry, run, name, tag)


def test_what_was_changed_is_not_fetched(registry: Registry, run_id: str) -> None:
    run = registry.client.get_run(run_id)
    path: Path = fetch(registry, run, "x.json", "t")
    path.write_text('{"y": 2}')
    with pytest.raises(IntegrityError, match=r"x\.json was changed after it was committed"):
        fetch(registry, run, "x.json", "t")
