"""What kind of data a text such as ``--dataset`` takes stands for."""

import re

DRAWN = ("glyphs", "omniglot", "iconify")  # images that are no folders
MADE = ("functions",)  # rows that are no table
BUILT_IN = (*DRAWN, *MADE)
TABLES = (".csv", ".parquet", ".npz")
PACKED = re.compile(r"packed:(images|rows)-[0-9a-f]{16}")  # arrays, under a digest of all they hold


def is_table(text: str) -> bool:
    """Whether a text names a table in a file."""
    return text.lower().endswith(TABLES)


def is_packed(text: str) -> bool:
    """Whether a text names arrays that were packed in the cache."""
    return PACKED.fullmatch(text) is not None


def is_rows(text: str) -> bool:
    """Whether inputs are rows of features, not images."""
    of_arrays = is_packed(text) and text.startswith("packed:rows")
    return is_table(text) or of_arrays or text.partition(":")[0] in MADE


def is_own(text: str) -> bool:
    """Whether data are somebody's own, a folder, a table or arrays, and say themselves what they
    are like."""
    return text.partition(":")[0] not in BUILT_IN
