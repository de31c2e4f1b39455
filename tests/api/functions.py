"""What the tests of trees from Python share."""

import numpy as np

from tests.conftest import SMALL_SOLVED
from treemeta.tasks.dataset import Dataset

OPTIONS = {name: value for name, value in SMALL_SOLVED.items() if name != "dataset"}
OPTIONS |= {"rule": "always", "max_depth": 1}


def arrays_of(dataset: Dataset, name: str) -> dict[str, np.ndarray]:
    """Return the classes of a task as they were given."""
    return {
        dataset.class_names[at].rpartition("/")[2]: np.array(
            dataset.images[slice(*dataset.starts[at : at + 2])]
        )
        for at in dataset.tasks[name].classes
    }
