"""Servers that tests start and stop: PostgreSQL on loopback, and MLflow before it."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HOST = "127.0.0.1"
PATIENCE = 120.0  # seconds in which a server must answer


def free_port() -> int:
    with socket.socket() as held:
        held.bind((HOST, 0))
        return int(held.getsockname()[1])


@contextmanager
def mlflow_server(store: str, files: Path, port: int) -> Iterator[str]:
    """Yield the address of an MLflow server before a store, which is ended afterwards."""
    address = f"http://{HOST}:{port}"
    command = [sys.executable, "-m", "mlflow", "server", f"--backend-store-uri={store}"]
    command += [f"--artifacts-destination={files}", f"--host={HOST}", f"--port={port}"]
    log = files.parent / "server.log"
    quiet = os.environ | {"MLFLOW_DISABLE_TELEMETRY": "true"}
    with (
        open(log, "ab") as said,
        subprocess.Popen(
            [*command, "--workers=1"], stdout=said, stderr=said, env=quiet, start_new_session=True
        ) as server,
    ):
        try:
            _wait_for(address, server, log)
            yield address
        finally:
            if server.poll() is None:
                os.killpg(server.pid, signal.SIGKILL)


def _wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/health", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise RuntimeError(f"no server at {address}: {log.read_text()[-2000:]}")


def postgres_binaries() -> Path | None:
    """Return the folder of the newest PostgreSQL that is installed; it is on nobody's path."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


@contextmanager
def postgres(binaries: Path) -> Iterator[str]:
    """Yield the address of an empty database of a PostgreSQL server of its own."""
    # Root may not run one, and the folders of tests are nobody else's.
    user = "postgres" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
    folder, port = Path(tempfile.mkdtemp(prefix="treemeta.pg.")), free_port()
    if os.getuid() == 0:
        shutil.chown(folder, user)

    def run(*command: str) -> None:
        become = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"]
        as_user = become if os.getuid() == 0 else []
        subprocess.run(
            [*as_user, str(binaries / command[0]), *command[1:]],
            check=True, cwd=folder, stdout=subprocess.DEVNULL, timeout=PATIENCE,
        )  # fmt: skip

    data = f"--pgdata={folder / 'data'}"
    try:
        run("initdb", data, "--auth=trust", "--username=tests", "--no-sync", "--encoding=UTF8")
        settings = f"-p {port} -h {HOST} -k {folder} -c fsync=off"
        run("pg_ctl", data, "-w", f"--log={folder / 'log'}", f"--options={settings}", "start")
        try:
            yield f"postgresql+psycopg2://tests@{HOST}:{port}/postgres"
        finally:
            run("pg_ctl", data, "-w", "--mode=immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
