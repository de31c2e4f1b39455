from pathlib import Path

import numpy as np
import pytest

from tests.trees import artifact, make_tree, store
from treemeta.errors import IntegrityError, RegistryError
from treemeta.store import checkpoint
from treemeta.store.checkpoint import drop_checkpoint, read_checkpoint, write_checkpoint
from treemeta.store.registry import Registry
from treemeta.store.runs import CHECKPOINT

FIRST = {"0": {"w": np.arange(3, dtype=np.float32)}, "1": {"w": np.zeros(2, np.float32)}}
SECOND = {"0": FIRST["0"], "2": {"v": np.ones(4, np.float32)}}


@pytest.fixture
def tree(registry: Registry) -> str:
    return store(registry, make_tree()).id


def files(registry: Registry, tree: str) -> list[str]:
    names = [one.path for one in registry.client.list_artifacts(tree)]
    return [name for name in names if name.startswith("checkpoint-")]


def equal(one: dict[str, dict[str, np.ndarray]], other: dict[str, dict[str, np.ndarray]]) -> bool:
    assert {key: [*value] for key, value in one.items()} == {k: [*v] for k, v in other.items()}
    return all((one[key][name] == other[key][name]).all() for key in one for name in one[key])


def test_the_last_checkpoint_is_read_and_the_one_before_is_gone(
    registry: Registry, tree: str
) -> None:
    assert read_checkpoint(registry, tree) == ({}, {})
    for number, tensors in enumerate([FIRST, SECOND]):
        write_checkpoint(registry, tree, {"number": number}, tensors)
        document, found = read_checkpoint(registry, tree)
        assert document == {"number": number}
        assert equal(found, tensors)
        assert len(files(registry, tree)) == 1 + len(tensors)
    drop_checkpoint(registry, tree)
    assert read_checkpoint(registry, tree) == ({}, {})
    assert files(registry, tree) == []


def test_a_checkpoint_that_did_not_come_to_its_tag_leaves_the_last_one(
    registry: Registry, tree: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_checkpoint(registry, tree, {"number": 0}, FIRST)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(checkpoint, "vouch", killed)
        with pytest.raises(KeyboardInterrupt):
            write_checkpoint(registry, tree, {"number": 1}, SECOND)
    document, found = read_checkpoint(registry, tree)
    assert document == {"number": 0}
    assert equal(found, FIRST)
    assert len(files(registry, tree)) > 3
    write_checkpoint(registry, tree, {"number": 2}, FIRST)
    assert len(files(registry, tree)) == 3  # what was left is gone too


def test_a_checkpoint_that_was_changed_is_named(registry: Registry, tree: str) -> None:
    write_checkpoint(registry, tree, {}, FIRST)
    path: Path = artifact(tree, files(registry, tree)[0])
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(IntegrityError, match=rf"run {tree}: checkpoint-\w+.* was changed after"):
        read_checkpoint(registry, tree)


@pytest.mark.parametrize(
    "tag", ["", "{}", '{"step": 0, "sha256": {}}', '{"sha256": {"a.json": 1, "b.json": 2}}']
)
def test_a_tag_that_vouches_for_no_checkpoint_is_named(
    registry: Registry, tree: str, tag: str
) -> None:
    registry.client.set_tag(tree, CHECKPOINT, tag)
    with pytest.raises(IntegrityError, match="vouches for no checkpoint: restore the tag"):
        read_checkpoint(registry, tree)


def test_files_that_cannot_be_removed_are_left(
    registry: Registry, tree: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mlflow.store.artifact.local_artifact_repo import LocalArtifactRepository

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    write_checkpoint(registry, tree, {}, FIRST)
    monkeypatch.setattr(LocalArtifactRepository, "delete_artifacts", refuse)
    drop_checkpoint(registry, tree)
    assert read_checkpoint(registry, tree) == ({}, {})
    assert len(files(registry, tree)) == 3
    with pytest.raises(RegistryError):
        drop_checkpoint(registry, "0" * 32)
