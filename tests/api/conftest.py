from pathlib import Path

import pytest

import treemeta as api
from tests.api.functions import OPTIONS, arrays_of
from treemeta.tasks.dataset import Dataset


@pytest.fixture
def data(small: Dataset) -> Dataset:
    tasks = {name: arrays_of(small, name) for name in small.tasks}
    return api.dataset(tasks, [task.name for task in small.select("test")])


@pytest.fixture
def tree(data: Dataset, workplace: Path) -> api.OpenTree:
    return api.grow(data, OPTIONS)
