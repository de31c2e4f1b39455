"""Bringing a registry that an older MLflow made to the tables of the one that is installed."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from treemeta.errors import RegistryError, StorageError
from treemeta.store.durable import replace_file
from treemeta.store.registry import open_registry
from treemeta.store.sqlite import SQLITE, check_registry, sqlite_path


def upgrade(uri: str) -> Path:
    """Upgrade the registry in a sqlite file; return the copy of it that was made before. Where that
    fails, the file is what it was.

    Raises ``RegistryError`` where there is none, and ``StorageError`` where MLflow cannot do it.
    """
    if not uri.startswith(SQLITE):
        raise RegistryError(f"the registry at {uri} is on a server: run 'mlflow db upgrade' there")
    path = sqlite_path(uri).resolve()
    if not path.exists():
        raise RegistryError(f"no registry at {path}: name another with --tracking-uri")
    check_registry(path)
    moment = datetime.now(UTC).strftime("%Y-%m-%d-%H%M%S-%f")
    copy = path.with_name(f"{path.name}.{moment}.bak")
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    # In a process of its own, as MLflow keeps what it opened and reconfigures logging.
    command = [sys.executable, "-m", "mlflow", "db", "upgrade", f"{SQLITE}{path}"]
    ended = subprocess.run(command, capture_output=True, text=True)
    if ended.returncode:
        replace_file(path, copy.read_bytes())
        raise StorageError(
            f"MLflow cannot upgrade {path} ({ended.stderr[-200:]!r}): it is as it was, and {copy} "
            "is a copy"
        )
    open_registry(uri)
    return copy
