import pytest

from tests.conftest import Run
from treemeta import errors
from treemeta.errors import MachineError, StorageError, TreemetaError, masked, unreadable

CODES = {  # what scripts rely on
    "TreemetaError": 1, "ConfigError": 2, "DataError": 3, "RegistryError": 4, "UnreachableError": 4,
    "IntegrityError": 5, "MachineError": 6, "StorageError": 7,
}  # fmt: skip


def test_every_way_to_fail_has_its_code() -> None:
    kinds = {name: kind for name, kind in vars(errors).items() if isinstance(kind, type)}
    assert {name: kind.exit_code for name, kind in kinds.items()} == CODES
    assert all(issubclass(kind, TreemetaError) for kind in kinds.values())


@pytest.mark.parametrize("name", CODES)
def test_a_command_ends_with_the_code_and_one_sentence(
    name: str, treemeta: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise getattr(errors, name)("what, and the way out")

    monkeypatch.setattr("treemeta.cli.options.tracking", fail)
    monkeypatch.setattr("treemeta.cli.tree.tracking", fail)
    ended = treemeta("tree", "list")
    assert (ended.returncode, ended.stderr) == (CODES[name], "treemeta: what, and the way out\n")


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("at http://me:secret@host:5000/a: gone", "at http://me:***@host:5000/a: gone"),
        ("postgresql+psycopg2://u:p@ss:w@host/d", "postgresql+psycopg2://u:***@host/d"),
        ("postgresql://:secret@host/d", "postgresql://:***@host/d"),
        (
            "postgresql://host/d?user=me&password=secret x",
            "postgresql://host/d?user=me&password=*** x",
        ),
        ("x?token=abc&sslpassword=a&b=c", "x?token=***&sslpassword=***&b=c"),
        ("http://host:5000/a", "http://host:5000/a"),
        ("sqlite:///registry/mlflow.db", "sqlite:///registry/mlflow.db"),
        ("a task named a:b@c", "a task named a:b@c"),
    ],
)
def test_passwords_in_addresses_are_masked(told: str, shown: str) -> None:
    assert masked(told) == shown
    assert str(TreemetaError(told)) == shown


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (MemoryError(), MachineError),
        (RuntimeError("CUDA out of memory. Tried to allocate"), MachineError),
        (OSError(12, "Cannot allocate memory"), MachineError),
        (PermissionError(13, "Permission denied"), StorageError),
        (OSError(28, "No space left on device"), StorageError),
        (FileNotFoundError(2, "No such file"), None),
        (OSError("Failed to interpret file as a pickle"), None),
        (RuntimeError("mat1 and mat2 shapes cannot be multiplied"), None),
        (ValueError("out of memory"), None),
    ],
)
def test_what_the_machine_is_to_blame_for(error: Exception, kind: type | None) -> None:
    known = unreadable("the file", error)
    assert type(known) is (kind or type(None))
    assert known is None or "the file" in str(known)
