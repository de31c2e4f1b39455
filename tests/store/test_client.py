import os
import resource
import socket
import sqlite3
from itertools import pairwise

import pytest
import requests
from mlflow.exceptions import MlflowException
from sqlalchemy.exc import OperationalError

from tests.trees import sentence
from treemeta.errors import (
    IntegrityError,
    RegistryError,
    StorageError,
    TreemetaError,
    UnreachableError,
)
from treemeta.store.client import of_sqlite, patience, refusal
from treemeta.store.registry import Registry, open_registry


@pytest.mark.parametrize(
    "uri", ["http://127.0.0.1:1", "http://[bad", "http://a b", "postgresql+nodriver://u@h/d"]
)
def test_a_server_that_does_not_answer_is_named(uri: str) -> None:
    with pytest.raises(RegistryError) as caught:
        open_registry(uri)
    said = sentence(caught)
    assert f"the registry at {uri} does not answer (" in said
    assert said.endswith("or name another with --tracking-uri")


def test_what_the_system_says_of_a_server_is_told() -> None:
    with pytest.raises(RegistryError, match=r"answer \(connection refused\): start"):
        open_registry("http://127.0.0.1:1")


def test_a_server_that_is_silent_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "1")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(RegistryError, match=r"answer \((timed out|no answer in time)\): "):
            open_registry(address)


def test_asking_a_server_leaves_the_environment_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "3")
    monkeypatch.delenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", raising=False)
    before = dict(os.environ)
    with pytest.raises(RegistryError):
        open_registry("http://127.0.0.1:1")
    assert dict(os.environ) == before


def test_a_registry_that_breaks_while_open_is_one_sentence(
    registry: Registry, capfd: pytest.CaptureFixture[str]
) -> None:
    with sqlite3.connect("registry/mlflow.db") as connection:
        connection.execute("alter table runs rename column status to other")
    connection.close()
    with pytest.raises(TreemetaError) as caught:
        registry.client.search_runs(["0"])
    assert "refuses search_runs: " in sentence(caught)
    assert capfd.readouterr() == ("", "")


def test_a_disk_that_takes_no_more_is_named_not_a_registry_that_refuses(
    registry: Registry,
) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        with pytest.raises(StorageError) as caught:
            registry.client.create_experiment("one more")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "cannot be read or written (disk I/O error)" in sentence(caught)
    registry.client.create_experiment("one more")


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("SQLITE_BUSY", RegistryError),
        ("SQLITE_LOCKED_SHAREDCACHE", RegistryError),
        ("SQLITE_CORRUPT_INDEX", IntegrityError),
        ("SQLITE_NOTADB", IntegrityError),
        ("SQLITE_FULL", StorageError),
        ("SQLITE_IOERR_WRITE", StorageError),
        ("SQLITE_READONLY", StorageError),
        ("SQLITE_CONSTRAINT_UNIQUE", None),
        (None, None),
    ],
)
def test_what_sqlite_says_is_found_below_what_others_say_of_it(
    code: str | None, kind: type[TreemetaError] | None
) -> None:
    cause: Exception = sqlite3.OperationalError("why")
    if code is None:
        cause = ValueError("why")
    else:
        vars(cause)["sqlite_errorname"] = code
    error = Exception("outer")
    error.__cause__ = ValueError("inner")
    error.__cause__.__context__ = cause
    known = of_sqlite(error, "x.db")
    assert type(known) is (kind or type(None))
    if known:
        assert "registry at x.db" in str(known)


@pytest.mark.parametrize("uri", ["http://me:secret@127.0.0.1:1", "postgresql+no://me:se@cret@h/d"])
def test_no_password_is_told(uri: str) -> None:
    with pytest.raises(RegistryError) as caught:
        open_registry(uri)
    assert "cret" not in sentence(caught)
    assert "://me:***@" in sentence(caught)


def raised(*errors: Exception) -> Exception:
    """Return the first of errors, each the cause of the one before it."""
    for error, cause in pairwise(errors):
        error.__cause__ = cause
    return errors[0]


@pytest.mark.parametrize(
    ("error", "away"),
    [
        (raised(MlflowException("x"), requests.exceptions.ConnectionError()), True),
        (raised(MlflowException("x"), requests.exceptions.RetryError()), True),
        (raised(MlflowException("x"), requests.exceptions.ReadTimeout()), True),
        (raised(MlflowException("x"), OperationalError("select", {}, Exception("gone"))), True),
        (
            raised(MlflowException("x"), OperationalError("s", {}, sqlite3.OperationalError())),
            False,
        ),
        (MlflowException("no such run"), False),
    ],
)
def test_a_server_that_does_not_answer_is_told_from_one_that_refuses(
    error: Exception, away: bool
) -> None:
    assert (
        isinstance(refusal(error, "http://me:secret@host", "refuses x"), UnreachableError) == away
    )


def test_patience_is_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "7")
    monkeypatch.delenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", raising=False)
    with patience(0, 3):
        assert os.environ["MLFLOW_HTTP_REQUEST_TIMEOUT"] == "3"
        assert os.environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] == "0"
    assert os.environ["MLFLOW_HTTP_REQUEST_TIMEOUT"] == "7"
    assert "MLFLOW_HTTP_REQUEST_MAX_RETRIES" not in os.environ
