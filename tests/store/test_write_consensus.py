from dataclasses import replace
from typing import Any

import pytest

from tests.trees import artifact, make_consensus
from treemeta.store.read import read_arrays, read_tree
from treemeta.store.records import Tree
from treemeta.store.registry import Registry, experiment_id
from treemeta.store.write_consensus import store_consensus


def figures(tree: Tree) -> dict[str, str]:
    return {"tree.dot": f"digraph {{ {len(tree.nodes)} }}"}


def test_a_consensus_reads_back_equal(registry: Registry) -> None:
    made = replace(make_consensus(), id="")
    stored = store_consensus(registry, experiment_id(registry, "treemeta"), made, figures)
    assert read_tree(registry, stored.id) == stored
    assert stored.config == made.config
    assert [node.groups for node in stored.nodes] == [node.groups for node in made.nodes]
    top = registry.client.get_run(stored.id)
    assert (top.info.run_name, top.info.status) == ("consensus of 3 trees", "FINISHED")
    assert top.data.metrics == {"nodes": 5, "leaves": 3, "depth": 2}
    assert top.data.params["arm"] == "consensus"
    assert artifact(stored.id, "figures/tree.dot").read_text() == "digraph { 5 }"
    runs = {node.name: node.run_id for node in stored.nodes}
    for node in stored.nodes:
        run = registry.client.get_run(node.run_id)
        assert run.data.tags["mlflow.parentRunId"] == runs.get(node.parent or "", stored.id)
        assert run.data.metrics == ({} if node.support is None else {"support": node.support})
        assert read_arrays(registry, replace(node, groups=())) == ({}, None)


@pytest.mark.parametrize(
    ("error", "status"),
    [(KeyboardInterrupt, "KILLED"), (SystemExit, "KILLED"), (OSError, "FAILED")],
)
@pytest.mark.parametrize("call", [1, 3, 99])
def test_a_consensus_cut_short_is_unfinished(
    registry: Registry,
    monkeypatch: pytest.MonkeyPatch,
    error: type[BaseException],
    status: str,
    call: int,
) -> None:
    """At the first node, between two nodes, or at the figures."""
    calls = []
    create_run = registry.client._client.create_run

    def fail(*arguments: Any, **options: Any) -> Any:
        calls.append(create_run(*arguments, **options))
        if len(calls) > call:
            raise error
        return calls[-1]

    def broken(tree: Tree) -> dict[str, str]:
        raise error

    monkeypatch.setattr(
        type(registry.client._client), "create_run", lambda _, *a, **k: fail(*a, **k)
    )
    with pytest.raises(error):
        store_consensus(registry, experiment_id(registry, "treemeta"), make_consensus(), broken)
    tree = calls[0].info.run_id
    assert registry.client.get_run(tree).info.status == status
    found = read_tree(registry, tree)
    assert (found.status, found.summary) == ("unfinished", {})
    assert len(found.nodes) == min(call, 5)
