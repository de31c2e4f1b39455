import sqlite3

import pytest

from treemeta.store import runs
from treemeta.store.find import list_trees
from treemeta.store.registry import Registry, experiment_id
from treemeta.store.runs import runs_with


def test_pages_are_read_to_the_end(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "PAGE", 2)
    made = set()
    for name in "abcde":
        experiment = registry.client.create_experiment(name)
        for _ in range(2):
            run = registry.client.create_run(experiment, tags={"treemeta.kind": "tree"})
            made.add(run.info.run_id)
    found = [run.info.run_id for run in runs_with(registry, "treemeta.kind", "tree")]
    assert len(found) == 10
    assert set(found) == made


TREE_TAGS = {"treemeta.kind": "tree", "treemeta.commit.config": "{}"}


def test_more_than_a_thousand_runs_are_found(registry: Registry) -> None:
    experiment = experiment_id(registry, "treemeta")
    seed = registry.client.create_run(experiment, tags=TREE_TAGS).info.run_id
    with sqlite3.connect("registry/mlflow.db") as connection:
        columns = [row[1] for row in connection.execute("pragma table_info(runs)")]
        others = ", ".join(name for name in columns if name != "run_uuid")
        rest = ", ".join(row[1] for row in connection.execute("pragma table_info(tags)"))
        tagged = rest.replace("run_uuid", "printf('%032x', n.i)")
        count = "with recursive n(i) as (select 1 union all select i + 1 from n limit 1200)"
        connection.execute(
            f"{count} insert into runs(run_uuid, {others}) "
            f"select printf('%032x', n.i), {others} from runs, n where run_uuid = '{seed}'"
        )
        connection.execute(
            f"{count} insert into tags({rest}) select {tagged} from tags, n "
            f"where run_uuid = '{seed}' and key like 'treemeta.%'"
        )
    connection.close()
    assert len({row["tree"] for row in list_trees(registry)}) == 1201
