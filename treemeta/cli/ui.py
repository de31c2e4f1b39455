"""``treemeta ui``."""

from typing import TYPE_CHECKING, Annotated

import typer

from treemeta.cli.numbers import whole
from treemeta.cli.options import Tracking, TreeArgument, tracking

if TYPE_CHECKING:
    from subprocess import Popen

PATIENCE = 5  # seconds that a server has to end by itself


def ui(
    tree: TreeArgument = "latest",
    port: Annotated[int, typer.Option(**whole(1, 65535), help="Port on 127.0.0.1.")] = 5000,
    tracking_uri: Tracking = None,
    browser: Annotated[bool, typer.Option(help="Open a browser.")] = True,
) -> None:
    """Open MLflow's user interface on a tree, the newest if none is named, on this machine only."""
    import os
    import socket
    import subprocess
    import sys
    import threading
    import webbrowser

    from treemeta.cli.progress import say
    from treemeta.errors import MachineError
    from treemeta.store.find import find_tree
    from treemeta.store.notes import run_link, runs_link
    from treemeta.store.registry import open_registry

    uri = tracking(tracking_uri)
    registry = open_registry(uri)
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            raise MachineError(f"port {port} is in use: choose another with --port")
    run = find_tree(registry, tree)
    experiment = str(registry.client.get_run(run).info.experiment_id)
    address = f"http://127.0.0.1:{port}/{run_link(experiment, run)}"
    say(f"{address}\nall trees: http://127.0.0.1:{port}/{runs_link(experiment)}")
    say("stop with Ctrl-C")
    if browser:
        threading.Timer(5, webbrowser.open, [address]).start()
    quiet = {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", "MLFLOW_DISABLE_TELEMETRY": "true"}
    quiet["PYTHONWARNINGS"] = "ignore"  # of what MLflow stands on: nothing to be done about here
    # An address may hold a password, and every user may see the command lines of all processes.
    quiet["MLFLOW_BACKEND_STORE_URI"] = uri
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--workers", "1"]
    # In a session of its own, so that all of the server's processes end, however this one does.
    server = subprocess.Popen(command, env=os.environ | quiet, start_new_session=True)
    try:
        raise typer.Exit(server.wait())
    finally:
        _end(server)


def _end(server: "Popen[bytes]") -> None:
    """End a server and all that it has started."""
    import os
    import signal
    from contextlib import suppress
    from subprocess import TimeoutExpired

    with suppress(ProcessLookupError):
        os.killpg(server.pid, signal.SIGTERM)
        with suppress(TimeoutExpired):
            server.wait(PATIENCE)
        os.killpg(server.pid, signal.SIGKILL)
    server.wait()
