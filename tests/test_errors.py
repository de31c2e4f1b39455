import pytest

from tests.conftest import Run
from treemeta import errors
from treemeta.errors import TreemetaError

CODES = {  # what scripts rely on
    "TreemetaError": 1, "ConfigError": 2, "DataError": 3, "RegistryError": 4, "IntegrityError": 5,
    "MachineError": 6, "StorageError": 7,
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
