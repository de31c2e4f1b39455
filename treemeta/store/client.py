"""MLflow's client, quick to say that nobody answers, and every refusal in one sentence."""

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from textwrap import shorten
from typing import Any

from treemeta.errors import RegistryError

LONGEST_REASON = 200
# For the first question to a server; MLflow's own patience is minutes.
QUICK = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1", "MLFLOW_HTTP_REQUEST_TIMEOUT": "20"}


class Client:
    """MLflow's client, with every refusal a ``RegistryError`` of one sentence."""

    def __init__(self, client: Any, uri: str):
        self._client, self._uri = client, uri

    def __getattr__(self, name: str) -> Callable[..., Any]:
        from mlflow.exceptions import MlflowException

        method = getattr(self._client, name)

        def call(*arguments: Any, **options: Any) -> Any:
            try:
                return method(*arguments, **options)
            except MlflowException as error:
                said = f"the registry at {self._uri} refuses {name}: {_first_sentence(error)}"
                raise RegistryError(said) from error

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
        with _defaults(QUICK):
            client = MlflowClient(tracking_uri=uri)
            client.search_experiments(max_results=1)
    except (MlflowException, SQLAlchemyError, ImportError, ValueError) as error:
        raise RegistryError(
            f"the registry at {uri} does not answer ({_first_sentence(error)}): start or repair "
            "it, or name another with --tracking-uri"
        ) from error
    return Client(client, uri)


@contextmanager
def _defaults(settings: dict[str, str]) -> Iterator[None]:
    """Set environment variables that are not set, for a while."""
    added = settings.keys() - os.environ.keys()
    os.environ.update({name: settings[name] for name in added})
    try:
        yield
    finally:
        for name in added:
            del os.environ[name]


def _first_sentence(error: Exception) -> str:
    said = str(error).strip() or type(error).__name__
    return shorten(said.splitlines()[0].partition(". ")[0], LONGEST_REASON, placeholder=" ...")
