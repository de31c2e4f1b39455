"""Trees of rows that commands are asked about, and what they held out, as tables."""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from tests.conftest import SMALL_SOLVED, flags
from treemeta.tasks.cache import Pack
from treemeta.tasks.counts import parse_counts
from treemeta.tasks.functions import FunctionCounts, make_functions
from treemeta.tasks.table import read_table

FUNCTIONS = "functions:functions=8,held_out=2,points=40,noise=0.1"
GROWN = SMALL_SOLVED | {"rule": "always", "max_depth": 1, "filters": 32, "probe_episodes": 4}


def clouds(path: Path) -> Path:
    """Write ten tasks of four classes, each a cloud about a centre of its own, far from the next;
    the features are in units of their own."""
    rng, rows = np.random.default_rng(0), []
    for task in range(10):
        for label in range(4):
            for row in rng.normal(rng.normal(0, 3, 5), 0.2, (8, 5)):
                rows.append([f"t{task}", f"c{label}", *(row * [1, 10, 100, 1, 1] + 7)])
    pd.DataFrame(rows, columns=["task", "class", *"abcde"]).to_csv(path, index=False)
    return path


def grow(folder: Path, template: Path, targets: str) -> Path:
    """Grow a tree in a folder, on functions or on clouds, and write what it held out as
    ``held.csv``, in the data's own units."""
    (folder / "registry").mkdir()
    shutil.copy(template, folder / "registry" / "mlflow.db")
    if targets == "numbers":
        settings = GROWN | {"dataset": FUNCTIONS, "ways": 1, "shots": 8, "meta_batch_size": 8}
        settings |= {"meta_steps": 200, "split_every": 100}
        pack = make_functions(parse_counts(FUNCTIONS, FunctionCounts()))
    else:
        table = clouds(folder / "clouds.csv")
        # As seen from here: tests look from elsewhere, and it is found beside the registry.
        settings = GROWN | {"dataset": table.name, "meta_steps": 20, "split_every": 10}
        pack = read_table(table)
    command = [sys.executable, "-m", "treemeta", "train", "--workers=1", *flags(**settings)]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    held_out(pack).to_csv(folder / "held.csv", index=False)
    return folder


def held_out(pack: Pack) -> pd.DataFrame:
    """Return the held-out tasks of a pack, as a table has them."""
    parts = []
    for task, label, rows in pack.classes:
        if pack.roles[task] == "test":
            told = {"target": pack.targets[task, label]} if pack.targets else {"class": label}
            names = pack.features or [f"x{i}" for i in range(rows.shape[1])]
            features = dict(zip(names, rows.T, strict=True))
            parts.append(pd.DataFrame({"task": task, **told, **features}))
    return pd.concat(parts)
