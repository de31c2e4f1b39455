"""What kind of data a text such as ``--dataset`` takes stands for."""

DRAWN = ("glyphs", "omniglot", "iconify")  # images that are no folders
MADE = ("functions",)  # rows that are no table
TABLES = (".csv", ".parquet", ".npz")


def is_table(text: str) -> bool:
    """Whether a text names a table in a file."""
    return text.lower().endswith(TABLES)


def is_rows(text: str) -> bool:
    """Whether inputs are rows of features, not images."""
    return is_table(text) or text.partition(":")[0] in MADE


def is_folder(text: str) -> bool:
    """Whether a text names a folder of images."""
    return not is_rows(text) and text.partition(":")[0] not in DRAWN
