import sqlite3

import pytest

from tests.trees import sentence
from treemeta.errors import RegistryError, TreemetaError
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
