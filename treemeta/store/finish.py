"""Finishing a tree: what is known of the whole of it, its pictures, and the notes of its runs."""

import json
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from treemeta.store.files import commit
from treemeta.store.find import experiment_of
from treemeta.store.log import log, log_points
from treemeta.store.notes import NOTE, node_note, tree_note
from treemeta.store.records import Tree
from treemeta.store.registry import Registry
from treemeta.store.runs import COMMIT, TASKS_FILE, TREE_FILE, VERDICT_FILE
from treemeta.store.view import TABLES, table


def finish_tree(registry: Registry, tree: Tree, figures: Mapping[str, str]) -> None:
    """Write what is known of the whole tree, with its figures (name to text), and commit it."""
    log(registry, tree.id, {}, tree.summary, 0)
    points = [
        ("test/curve", sum(point.accuracy.values()) / len(point.accuracy), point.step)
        for point in tree.curve
    ]
    reached = [("meta_val/accuracy", value, step) for step, value in tree.frontier()]
    log_points(registry, tree.id, points + reached)
    tasks = table(("task", tree.metric), sorted(tree.test_accuracy.items()))
    write_figures(registry, tree, {**figures, TASKS_FILE: tasks})
    listed = [{"path": f"figures/{TASKS_FILE}", "type": "table"}]
    registry.client.set_tag(tree.id, TABLES, json.dumps(listed))
    whole = {
        "test_accuracy": tree.test_accuracy,
        "summary": tree.summary,
        "hash": tree.hash(),
        "routes": {task: asdict(one) for task, one in tree.routes.items()},
        "curve": [asdict(point) for point in tree.curve],
    }
    commit(registry, tree.id, {TREE_FILE: whole}, {}, COMMIT, 0)
    registry.client.set_terminated(tree.id, "FINISHED")


def write_figures(registry: Registry, tree: Tree, figures: Mapping[str, str]) -> None:
    """Write what shows a tree, in the place of what did, and the notes of its runs."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in figures.items():
            path = Path(folder) / name
            path.write_text(text, encoding="utf-8")
            registry.client.log_artifact(tree.id, str(path), "figures")
    experiment = experiment_of(registry, tree.id)
    note = tree_note(tree, experiment, figures.get(VERDICT_FILE, ""), "tree.svg" in figures)
    registry.client.set_tag(tree.id, NOTE, note)
    for node in tree.nodes:
        registry.client.set_tag(node.run_id, NOTE, node_note(node, tree, experiment))
