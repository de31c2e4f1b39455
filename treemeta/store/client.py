"""MLflow's client, quick to say that nobody answers, and every refusal in one sentence."""

import logging
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from textwrap import shorten
from typing import Any

from treemeta.errors import (
    IntegrityError,
    RegistryError,
    StorageError,
    TreemetaError,
    UnreachableError,
)

LONGEST_REASON = 200
# For the first question to a server; MLflow's own patience is minutes.
QUICK = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1", "MLFLOW_HTTP_REQUEST_TIMEOUT": "20"}
BRIEF = (0, 2)  # retries and seconds at the end of a command, which somebody waits for


class Client:
    """MLflow's client, with every refusal a ``RegistryError`` of one sentence."""

    def __init__(self, client: Any, uri: str):
        self._client, self._uri = client, uri

    def __getattr__(self, name: str) -> Callable[..., Any]:
        from mlflow.exceptions import MlflowException

        if name.startswith("_"):  # what copies a client asks for, before it has its own
            raise AttributeError(f"a client has no {name}")
        method = getattr(self._client, name)

        def call(*arguments: Any, **options: Any) -> Any:
            try:
                return method(*arguments, **options)
            except MlflowException as error:
                raise refusal(error, self._uri, f"refuses {name}") from error

        return call


def load_mlflow() -> None:
    """Import MLflow, which says and sends nothing of its own accord."""
    os.environ.setdefault("MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true")
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    import mlflow  # noqa: F401

    for noisy in ("mlflow", "alembic"):
        logging.getLogger(noisy).setLevel(logging.CRITICAL)


def connect(uri: str) -> Client:
    """Return the client of a registry that answers, or raise ``RegistryError``."""
    load_mlflow()
    from mlflow import MlflowClient
    from mlflow.exceptions import MlflowException
    from sqlalchemy.exc import SQLAlchemyError

    try:
        # Whoever has set them knows better.
        with environment({n: v for n, v in QUICK.items() if n not in os.environ}):
            client = MlflowClient(tracking_uri=uri)
            client.search_experiments(max_results=1)
    except (MlflowException, SQLAlchemyError, ImportError, ValueError) as error:
        if known := of_sqlite(error, uri):
            raise known from error
        raise RegistryError(
            f"the registry at {uri} does not answer ({_first_sentence(error)}): start or repair "
            "it, or name another with --tracking-uri"
        ) from error
    return Client(client, uri)


def refusal(error: Exception, uri: str, what: str) -> TreemetaError:
    """Return what a user is told of an error of MLflow's."""
    if is_away(error):
        return UnreachableError(f"the registry at {uri} does not answer: {_first_sentence(error)}")
    said = RegistryError(f"the registry at {uri} {what}: {_first_sentence(error)}")
    return of_sqlite(error, uri) or said


def is_away(error: BaseException | None) -> bool:
    """Whether an error of MLflow's comes from a server that does not answer, or only with 5xx."""
    from requests.exceptions import RequestException
    from sqlalchemy.exc import InterfaceError, OperationalError

    while error is not None:
        if isinstance(error, OperationalError | InterfaceError):
            return not isinstance(error.orig, sqlite3.Error)
        if isinstance(error, RequestException):
            return True
        error = error.__cause__ or error.__context__
    return False


def of_sqlite(error: BaseException | None, where: object) -> TreemetaError | None:
    """Return what a user is told where an error comes from the sqlite file or from its disk."""
    while error is not None and not isinstance(error, sqlite3.Error):
        error = error.__cause__ or error.__context__
    code = getattr(error, "sqlite_errorname", "").removeprefix("SQLITE_").partition("_")[0]
    if code in ("BUSY", "LOCKED"):
        return RegistryError(f"the registry at {where} is in use by another process: try again")
    if code in ("CORRUPT", "NOTADB", "FORMAT"):
        return IntegrityError(f"the registry at {where} is damaged ({error}): restore it")
    if code in ("FULL", "IOERR", "READONLY", "CANTOPEN", "PERM", "NOMEM"):
        return StorageError(
            f"the registry at {where} cannot be read or written ({error}): see to its disk and its "
            "permissions"
        )
    return None


@contextmanager
def patience(retries: int, seconds: int) -> Iterator[None]:
    """Let MLflow try so many times again, each for so many seconds, and not for minutes."""
    wanted = {"MAX_RETRIES": str(retries), "TIMEOUT": str(seconds)}
    with environment({f"MLFLOW_HTTP_REQUEST_{name}": value for name, value in wanted.items()}):
        yield


@contextmanager
def environment(settings: Mapping[str, str]) -> Iterator[None]:
    """Set environment variables for a while."""
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def run_mlflow(*arguments: str) -> str | None:
    """Run one of MLflow's own commands, in a process of its own as they change what a process
    tracks and logs; return the end of what it says if it fails."""
    command = [sys.executable, "-m", "mlflow", *arguments]
    ended = subprocess.run(command, capture_output=True, text=True)
    return ended.stderr[-LONGEST_REASON:] if ended.returncode else None


def _reason(error: BaseException | None) -> str:
    """Return what the system says of a connection that failed, below all that is wrapped round."""
    from requests.exceptions import RequestException, Timeout

    if not is_away(error):
        return ""
    seen = []
    while error is not None:
        seen.append(error)
        error = error.__cause__ or error.__context__
    if isinstance(seen[-1], OSError) and not isinstance(seen[-1], RequestException):
        return (seen[-1].strerror or str(seen[-1])).lower()
    return "no answer in time" if any(isinstance(one, Timeout) for one in seen) else ""


def _first_sentence(error: Exception) -> str:
    said = _reason(error) or str(error).strip() or type(error).__name__
    return shorten(said.splitlines()[0].partition(". ")[0], LONGEST_REASON, placeholder=" ...")
