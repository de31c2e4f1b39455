import fcntl
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.trees import leaf_of, sentence, store
from treemeta.errors import RegistryError, StorageError
from treemeta.store.owner import is_owned, owned
from treemeta.store.registry import Registry

HOLD = """
import sys
from treemeta.store.owner import owned
from treemeta.store.registry import open_registry
with owned(open_registry(sys.argv[1]), sys.argv[2]):
    print("held", flush=True)
    sys.stdin.read()
"""


def locks(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.endswith(".lock")]


def test_a_tree_has_one_owner_at_a_time(registry: Registry) -> None:
    one, other = (store(registry, leaf_of("a", "b")).id for _ in range(2))
    with owned(registry, one), owned(registry, other):
        with pytest.raises(RegistryError) as caught, owned(registry, one):
            pass
        assert f"tree {one} is being trained by another process" in sentence(caught)
        assert f"pid {os.getpid()}, since 20" in sentence(caught)
    with owned(registry, one):
        pass
    assert not [name for name in locks(Path("registry")) if one in name or other in name]


def test_another_name_of_the_registry_is_the_same_registry(registry: Registry) -> None:
    tree = store(registry, leaf_of("a", "b")).id
    Path("link").symlink_to(Path("registry").resolve())
    same = Registry(registry.client, "sqlite:///link/mlflow.db")
    with owned(registry, tree), pytest.raises(RegistryError), owned(same, tree):
        pass


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
def test_a_dead_owner_owns_nothing(registry: Registry, end: signal.Signals) -> None:
    tree = store(registry, leaf_of("a", "b")).id
    command = [sys.executable, "-c", HOLD, registry.uri, tree]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(RegistryError) as caught, owned(registry, tree):
            pass
        assert f"pid {holder.pid}" in sentence(caught)
        holder.send_signal(end)
        holder.wait()
        with owned(registry, tree):
            pass


def test_an_error_ends_it_too(registry: Registry) -> None:
    tree = store(registry, leaf_of("a", "b")).id
    with pytest.raises(KeyboardInterrupt), owned(registry, tree):
        raise KeyboardInterrupt
    with owned(registry, tree):
        pass


def test_who_only_looks_is_no_owner(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = store(registry, leaf_of("a", "b")).id
    real, looks = fcntl.flock, []

    def looked_at(handle: object, how: int) -> None:
        looks.append(how)
        if len(looks) == 1:
            raise BlockingIOError
        real(handle, how)  # type: ignore[arg-type]

    monkeypatch.setattr(fcntl, "flock", looked_at)
    with owned(registry, tree):
        assert len(looks) == 2
        assert is_owned(registry, tree)
    assert not is_owned(registry, tree)


def test_whatever_stands_in_the_lock_does_no_harm(registry: Registry) -> None:
    tree = store(registry, leaf_of("a", "b")).id
    with owned(registry, tree):
        (path,) = Path("registry").glob(f".*{tree}*")
        path.write_text('{"host": "\x1b[31m", "pid": "x"}')
        with pytest.raises(RegistryError) as caught, owned(registry, tree):
            pass
        assert "\x1b" not in sentence(caught)


def test_a_folder_that_takes_no_file_is_named(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = store(registry, leaf_of("a", "b")).id

    def refuse(*args: object, **options: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("builtins.open", refuse)
    with pytest.raises(StorageError) as caught, owned(registry, tree):
        pass
    assert "registry cannot be written to (Permission denied)" in sentence(caught)
