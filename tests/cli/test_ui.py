import os
import signal
import subprocess
import sys
import time
from contextlib import suppress

import psutil
import pytest

from treemeta.cli.ui import _end

# A server with a worker of its own; both may be deaf to what asks them to end.
SERVER = """
import signal, subprocess, sys, time
if sys.argv[1] == "deaf":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
if len(sys.argv) == 2:
    subprocess.Popen([sys.executable, "-c", open("/proc/self/cmdline").read().split("\\0")[2],
                      sys.argv[1], "worker"])
print("up", flush=True)
time.sleep(600)
"""


@pytest.mark.parametrize("kind", ["willing", "deaf"])
def test_a_server_ends_with_all_that_it_started(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("treemeta.cli.ui.PATIENCE", 0.5)
    command = [sys.executable, "-c", SERVER, kind]
    with subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True) as server:
        assert server.stdout is not None
        assert [server.stdout.readline() for _ in range(2)] == [b"up\n"] * 2
        everyone = [psutil.Process(server.pid), *psutil.Process(server.pid).children()]
        assert len(everyone) == 2
        _end(server)
    deadline = time.monotonic() + 20
    while any(map(alive, everyone)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(alive, everyone))


def alive(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def test_a_server_that_has_ended_already_is_no_error() -> None:
    server = subprocess.Popen([sys.executable, "-c", ""], start_new_session=True)
    server.wait()
    _end(server)
    with pytest.raises(ProcessLookupError):
        os.killpg(server.pid, signal.SIGTERM)
