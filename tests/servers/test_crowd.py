"""Many trainers at once on one registry: all that they commit is there."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.servers.crowd import crowd

TRAINERS, COMMITS = 8, 6  # make torture has 200 commits each


@pytest.fixture(params=["file", "server"])
def uri(request: pytest.FixtureRequest, workplace: Path) -> str:
    if request.param == "file":
        return "sqlite:///registry/mlflow.db"
    found: Callable[[str], str] = request.getfixturevalue
    return found("address")


def test_all_that_many_trainers_commit_at_once_is_there(uri: str, workplace: Path) -> None:
    assert crowd(workplace, uri, TRAINERS, COMMITS) == []
