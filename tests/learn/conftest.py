import pytest

from treemeta.tasks.dataset import Dataset
from treemeta.tasks.sources import open_dataset


@pytest.fixture(scope="session")
def functions(data_folder: object) -> Dataset:
    """Two functions of each family to train on, and one held out."""
    return open_dataset("functions:functions=2,held_out=1,points=30")
