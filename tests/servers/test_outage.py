"""A server that is gone for good, for as long as a tree takes, and is there again afterwards."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.conftest import SMALL, Run
from tests.servers.conftest import Store
from tests.servers.running import free_port
from treemeta.declared import make_config
from treemeta.engine.local import Engine
from treemeta.store import lease
from treemeta.store.read import read_tree
from treemeta.store.registry import open_registry
from treemeta.tasks.dataset import Dataset
from treemeta.tree.job import begin
from treemeta.tree.plan import Plan
from treemeta.tree.stretch import Progress
from treemeta.tree.train import train

CONFIG = make_config(SMALL | {"rule": "always", "min_tasks": 1, "meta_steps": 4})


def test_a_tree_outlives_its_server_and_is_delivered_when_it_is_back(
    store: Store,
    small: Dataset,
    engine: Engine,
    workplace: Path,
    treemeta: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = replace(store, port=free_port())
    serving = other.served()
    address = serving.__enter__()
    job = replace(begin(Plan("", CONFIG), small, address, "outage"), outage=0.0)

    def hear(event: Progress) -> None:
        if event.finished and event.node == "r":
            serving.__exit__(None, None, None)

    tree = train(job, lambda _: {}, hear, engine)
    shown = treemeta("tree", "show", "latest")  # of the registry here
    assert shown.returncode == 0, shown.stderr
    assert tree.id[:8] in shown.stdout
    away = treemeta("registry", "sync", "--tracking-uri", address)
    assert (away.returncode, away.stdout) == (4, "")
    with other.served():
        monkeypatch.setattr(lease, "EXPIRES", -1.0)  # as the process that had it has ended
        ended = treemeta("registry", "sync", "--tracking-uri", address)
        assert ended.returncode == 0, ended.stderr
        assert ended.stdout.startswith(f"tree {tree.id[:8]}: {len(tree.nodes) - 1} nodes delivered")
        whole = read_tree(open_registry(address), job.tree)
        assert (whole.status, whole.hash()) == ("finished", tree.hash())
        assert whole.test_accuracy == tree.test_accuracy
        again = treemeta("registry", "sync", "--tracking-uri", address)
        assert again.stdout.startswith("nothing to do")
