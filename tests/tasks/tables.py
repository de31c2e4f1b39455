"""Tables as files of every kind that is read."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd


def write_table(frame: pd.DataFrame, path: Path, stacked: Sequence[str] = ()) -> Path:
    """Write a table as its name ends; in an npz file some columns may be one array, ``z``."""
    match path.suffix:
        case ".csv":
            frame.to_csv(path, index=False)
        case ".parquet":
            frame.to_parquet(path)
        case _:
            columns = {str(name): frame[name].to_numpy() for name in frame if name not in stacked}
            if stacked:
                columns["z"] = frame[list(stacked)].to_numpy()
            text = {name: c.astype(str) if c.dtype == object else c for name, c in columns.items()}
            np.savez(path, allow_pickle=False, **text)
    return path
