from pathlib import Path

import numpy as np
import pytest

from tests.conftest import Run
from treemeta import errors
from treemeta.errors import (
    MachineError,
    StorageError,
    TreemetaError,
    brief,
    masked,
    nearest,
    some_of,
    unreadable,
    way_beside,
    way_out,
)

CODES = {  # what scripts rely on
    "TreemetaError": 1, "ConfigError": 2, "DataError": 3, "RegistryError": 4, "UnreachableError": 4,
    "IntegrityError": 5, "MachineError": 6, "StorageError": 7,
}  # fmt: skip


def test_every_way_to_fail_has_its_code() -> None:
    kinds = {
        name: kind
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, TreemetaError)
    }
    assert {name: kind.exit_code for name, kind in kinds.items()} == CODES
    assert all(issubclass(kind, TreemetaError) for kind in kinds.values())


@pytest.mark.parametrize("name", CODES)
def test_a_command_ends_with_the_code_and_one_sentence(
    name: str, treemeta: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise getattr(errors, name)("what, and the way out")

    monkeypatch.setattr("treemeta.cli.options.tracking", fail)
    monkeypatch.setattr("treemeta.cli.listing.tracking", fail)
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


def test_the_nearest_is_named_whatever_its_case_or_else_all() -> None:
    assert nearest("OMNIGLOT", ["glyphs", "omniglot"]) == "omniglot"
    assert nearest("svg", ["SVG", "png"]) == "SVG"
    assert nearest("x", []) is None
    assert nearest(3, ["3"]) is None
    assert way_out("slved", ("solved", "reptile")) == "did you mean 'solved'?"
    assert way_out("maml", ("solved", "reptile", "x")) == "choose solved, reptile or x"


def test_a_value_is_shown_on_one_line() -> None:
    assert brief("a\nb") == r"'a\nb'"
    assert brief(np.eye(2)) == "array([[1., 0.], [0., 1.]])"
    assert brief("a" * 99) == "'" + "a" * 59


def test_what_lies_beside_a_path_is_named_but_never_itself(tmp_path: Path) -> None:
    (tmp_path / "sites.csv").touch()
    there = str(tmp_path / "sites.csv")
    assert way_beside(tmp_path / "site.csv", "no") == f"did you mean {there!r}?"
    assert way_beside(tmp_path / "sites.csv", "no") == "no"
    assert way_beside(Path("none/a\0b"), "no", ("glyphs",)) == "no"
    assert way_beside(Path("glyph"), "no", ("glyphs",)) == "did you mean 'glyphs'?"


def test_an_error_writes_nothing_but_letters_to_a_terminal() -> None:
    """A registry or a folder that somebody else wrote may name things by escape codes."""
    said = str(errors.ConfigError("network \x1b[31mevil\n.Net is not known: hand it over"))
    assert said.isprintable()
    assert "evil" in said
    assert said.endswith(".Net is not known: hand it over")


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ("a", "'a'"),
        ("abcde", "'a', 'b', 'c', 'd', 'e'"),
        ("abcdefg", "'a', 'b', 'c', 'd', 'e' and 2 more"),
    ],
)
def test_of_many_names_the_first_are_said(names: str, said: str) -> None:
    assert some_of(list(names)) == said
