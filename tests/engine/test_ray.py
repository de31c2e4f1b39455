"""A real Ray cluster on this machine: a head that works on nothing, and two nodes that do."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from ray.cluster_utils import Cluster

from tests.conftest import SMALL, Run, flags
from treemeta.engine.local import Engine
from treemeta.engine.ray import RayEngine
from treemeta.errors import DataError, MachineError
from treemeta.store.find import find_tree
from treemeta.store.read import read_tree
from treemeta.store.registry import open_registry
from treemeta.tasks.dataset import Dataset

LIMIT = 300  # seconds that a cluster may take to go on without a node, on a busy machine


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0})
    for _ in range(2):
        cluster.add_node(num_cpus=1)
    cluster.wait_for_nodes()
    yield cluster
    cluster.shutdown()


def shape(unit: tuple[Dataset, torch.Tensor]) -> tuple[int, float, int]:
    dataset, tensor = unit
    return int(dataset.images.sum()), float(tensor.sum()), torch.get_num_threads()


def refuse(number: int) -> None:
    raise DataError(f"unit {number} is refused")


def test_units_need_no_file_of_the_driver_and_run_on_one_thread(
    cluster: Cluster, small: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAY_ADDRESS", cluster.address)
    elsewhere = replace(small, path=Path("/nowhere"))
    units = [(elsewhere, torch.full((10_000,), float(i))) for i in range(4)]
    with RayEngine() as engine:
        assert engine.map(shape, units) == Engine(1).map(shape, units)
        assert len(engine.hosts()) == 1
        with pytest.raises(DataError, match="is refused"):
            engine.map(refuse, [1, 2])


def test_a_node_is_killed_and_the_tree_is_the_same(
    cluster: Cluster, workplace: Path, treemeta: Run
) -> None:
    settings = flags(**SMALL | {"rule": "always", "meta_steps": 600, "split_every": 300})
    command = [sys.executable, "-m", "treemeta", "train", "--engine=ray", "--json", *settings]
    running = subprocess.Popen(
        ["env", f"RAY_ADDRESS={cluster.address}", *command],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert running.stderr is not None
    for line in running.stderr:
        if line.startswith("r ") and "stored" in line:
            break  # both nodes of the cluster now train a child
    cluster.remove_node(sorted(cluster.worker_nodes, key=str)[0], allow_graceful=False)
    try:
        said, complaints = running.communicate(timeout=LIMIT)
    finally:
        running.kill()
    assert running.returncode == 0, complaints

    alone = treemeta("train", "--workers=1", "--json", *settings)
    assert alone.returncode == 0, alone.stderr
    assert json.loads(said)["hash"] == json.loads(alone.stdout)["hash"]

    registry = open_registry("sqlite:///registry/mlflow.db")
    tree = read_tree(registry, find_tree(registry, json.loads(said)["tree"]))
    experiment = registry.client.get_run(tree.id).info.experiment_id
    runs = registry.client.search_runs([experiment])
    assert len(runs) == 2 * (1 + len(tree.nodes))  # two trees, and no node of them twice


@pytest.mark.parametrize("address", ["127.0.0.1:1", "nonsense", "auto"])
def test_without_a_cluster_it_is_one_sentence(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = tmp_path / "ray_current_cluster"  # of a cluster that was killed
    left.write_text("127.0.0.1:1")
    monkeypatch.setattr("treemeta.engine.ray.NEARBY", left)
    monkeypatch.setenv("RAY_ADDRESS", address)
    with pytest.raises(MachineError, match="ray start --head"):
        RayEngine()
