import os
import re
import subprocess
import time
from threading import Barrier, Thread

import pytest

from tests.trees import leaf_of, sentence, store
from treemeta.errors import RegistryError
from treemeta.store import lease
from treemeta.store.documents import json_text, parse_json
from treemeta.store.lease import OWNER, leased
from treemeta.store.registry import Registry

HERE = {"host": "here", "pid": os.getpid(), "since": "2026-01-01 00:00:00 UTC"}
THERE = HERE | {"host": "there"}


@pytest.fixture
def tree(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(lease, "SETTLES", 0.0)
    return store(registry, leaf_of("a", "b")).id


def written(registry: Registry, tree: str) -> str | None:
    return registry.client.get_run(tree).data.tags.get(OWNER)


def refused(registry: Registry, tree: str) -> str:
    """Expect that the lease is another's; return what is said of it."""
    with pytest.raises(RegistryError) as caught, leased(registry.client, tree, HERE):
        pass
    return sentence(caught)


def test_a_lease_is_held_by_one_and_given_back(registry: Registry, tree: str) -> None:
    with leased(registry.client, tree, THERE) as check:
        check()
        said = refused(registry, tree)
        assert "host there" in said
        assert re.search(r"last heard of \d+ s ago", said)
        check()
    assert written(registry, tree) is None
    with leased(registry.client, tree, HERE):
        pass


def test_a_lease_is_renewed(registry: Registry, tree: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease, "RENEWED", 0.01)
    with leased(registry.client, tree, THERE) as check:
        first = parse_json(written(registry, tree) or "")["renewed"]
        while parse_json(written(registry, tree) or "")["renewed"] == first:
            time.sleep(0.01)
        check()


def test_a_lease_that_nobody_renews_runs_out(registry: Registry, tree: str) -> None:
    for age, held in ((lease.EXPIRES - 5, True), (lease.EXPIRES + 5, False)):
        owner = THERE | {"claim": "x", "renewed": time.time() - age}
        registry.client.set_tag(tree, OWNER, json_text(owner))
        if held:
            refused(registry, tree)
        else:
            with leased(registry.client, tree, HERE) as check:
                check()


def test_of_a_process_that_ended_here_nothing_is_waited_for(registry: Registry, tree: str) -> None:
    with subprocess.Popen(["true"]) as ended:
        pass
    owner = HERE | {"pid": ended.pid, "claim": "x", "renewed": time.time()}
    registry.client.set_tag(tree, OWNER, json_text(owner))
    with leased(registry.client, tree, HERE) as check:
        check()


def test_who_has_lost_a_lease_hears_of_it_and_leaves_it_to_the_other(
    registry: Registry, tree: str
) -> None:
    other = json_text(THERE | {"claim": "x", "renewed": time.time()})
    with leased(registry.client, tree, HERE) as check:
        registry.client.set_tag(tree, OWNER, other)
        with pytest.raises(RegistryError) as caught:
            check()
    assert "is being trained by another process (host there" in sentence(caught)
    assert written(registry, tree) == other


def test_of_claims_made_at_once_one_holds(
    registry: Registry, tree: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease, "SETTLES", 0.5)
    together, held, ended = Barrier(4), [], Barrier(4)

    def claim() -> None:
        together.wait()
        try:
            with leased(registry.client, tree, THERE):
                held.append(1)
                ended.wait()
        except RegistryError:
            ended.wait()

    threads = [Thread(target=claim) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(held) == 1


@pytest.mark.parametrize(
    "owner", ["", "{", "[1]", "null", '{"pid": "\x1b[31m"}', '{"renewed": "now", "host": 3}']
)
def test_what_is_no_lease_is_none(registry: Registry, tree: str, owner: str) -> None:
    registry.client.set_tag(tree, OWNER, owner)
    with leased(registry.client, tree, HERE) as check:
        check()


def test_a_server_that_is_gone_at_the_end_is_left_alone(
    registry: Registry, tree: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with leased(registry.client, tree, HERE):

        def gone(*args: object) -> None:
            from mlflow.exceptions import MlflowException

            raise MlflowException("gone")

        monkeypatch.setattr(registry.client._client, "get_run", gone)
