"""Trees on a server are the trees that are stored here."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.conftest import SMALL, SMALL_SOLVED
from treemeta.config import Config
from treemeta.declared import make_config
from treemeta.engine.local import Engine
from treemeta.errors import RegistryError
from treemeta.store.read import read_tree
from treemeta.store.registry import open_registry
from treemeta.store.runs import CHECKPOINT
from treemeta.tasks.dataset import Dataset
from treemeta.tree.job import Job, begin, resume
from treemeta.tree.plan import Plan
from treemeta.tree.stretch import Progress
from treemeta.tree.train import train

ALWAYS = {"rule": "always", "min_tasks": 1, "meta_steps": 4}
CONFIGS = {
    "copies": make_config(SMALL | ALWAYS),
    "trunk": make_config(SMALL_SOLVED | ALWAYS | {"share": "trunk"}),
}


def begun(uri: str, dataset: Dataset, config: Config) -> Job:
    return replace(begin(Plan("", config), dataset, uri, "treemeta"), commit_every=1)


@pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS)
def test_a_tree_is_the_same_wherever_it_is_stored(
    address: str, small: Dataset, engine: Engine, workplace: Path, config: Config
) -> None:
    here, there = (
        train(begun(uri, small, config), lambda _: {}, lambda _: None, engine)
        for uri in ("sqlite:///registry/mlflow.db", address)
    )
    assert here.hash() == there.hash()
    registry = open_registry(address)
    assert read_tree(registry, there.id) == there
    assert [one.path for one in registry.client.list_artifacts(there.id)] == [
        "config.json", "figures", "tree.json",
    ]  # fmt: skip


def test_interrupted_it_is_owned_until_then_and_goes_on_to_the_same_bits(
    address: str, small: Dataset, engine: Engine, workplace: Path
) -> None:
    config = CONFIGS["copies"]
    whole = train(begun(address, small, config), lambda _: {}, lambda _: None, engine)
    job, registry = begun(address, small, config), open_registry(address)

    def stop(event: Progress) -> None:
        if event.loss is not None and event.node == "r0":
            again = resume(address, job.tree, False)
            with pytest.raises(RegistryError, match="is being trained by another process"):
                train(again, lambda _: {}, lambda _: None, engine)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(job, lambda _: {}, stop, engine)
    run = registry.client.get_run(job.tree)
    assert (run.info.status, CHECKPOINT in run.data.tags) == ("KILLED", True)
    resumed = train(resume(address, job.tree, False), lambda _: {}, lambda _: None, engine)
    assert resumed.hash() == whole.hash()
    assert CHECKPOINT not in registry.client.get_run(job.tree).data.tags
