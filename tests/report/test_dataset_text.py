import json
from dataclasses import replace
from pathlib import Path

import numpy as np

from tests.trees import HOSTILE
from treemeta.report.dataset_text import dataset_json, dataset_text
from treemeta.tasks.dataset import Dataset, Task
from treemeta.tasks.units import Units

CLASSES = Dataset(
    "t.csv", Path("/c"), np.zeros((5, 2), np.float32), (0, 2, 3, 5), ("a/x", "a/y", "b/x"),
    {"a": Task("a", (0, 1)), "b": Task("b", (2,))}, {"a": "train", "b": "test"},
    {"a": ("low",), "b": ("low",)}, "", units=Units((0, 0), (1, 1)),
)  # fmt: skip
NUMBERS = replace(
    CLASSES, tasks={"a": Task("a", (0,)), "bee": Task("bee", (1, 2))}, lineage={},
    roles={"a": "train", "bee": "test"}, targets=np.zeros(5, np.float32),
    units=Units((0, 0), (1, 1), 1.25, 3.0), images=np.zeros((5, 1), np.float32),
)  # fmt: skip


def test_rows_of_classes() -> None:
    assert dataset_text(CLASSES) == (
        "t.csv: 2 tasks, 3 classes, 5 rows of 2 features in /c\n"
        "targets are classes; tasks are 1 train, 1 test; families are low 2\n"
        "a  train     2 classes       3 rows  low\n"
        "b  test      1 classes       2 rows  low"
    )
    told = json.loads(dataset_json(CLASSES))
    assert (told["rows"], told["features"], told["targets"]) == (5, 2, "classes")
    assert told["tasks"][0] == {
        "task": "a", "role": "train", "classes": 2, "rows": 3, "lineage": ["low"]
    }  # fmt: skip


def test_rows_of_numbers() -> None:
    assert dataset_text(NUMBERS) == (
        "t.csv: 2 tasks, 5 rows of 1 feature in /c\n"
        "targets are numbers of mean 1.25 and deviation 3; tasks are 1 train, 1 test\n"
        "a    train       2 rows\n"
        "bee  test        3 rows"
    )
    told = json.loads(dataset_json(NUMBERS))
    assert (told["target_mean"], told["target_deviation"]) == (1.25, 3.0)
    assert told["tasks"][1] == {"task": "bee", "role": "test", "rows": 3, "lineage": []}


def test_hostile_names_are_harmless() -> None:
    for name in HOSTILE:
        odd = replace(CLASSES, name=name, tasks={name: Task(name, (0,))}, roles={name: "test"})
        odd = replace(odd, lineage={name: (name,)})
        assert all(line.isprintable() for line in dataset_text(odd).splitlines())
        assert json.loads(dataset_json(odd))["dataset"] == name
