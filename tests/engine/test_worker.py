import multiprocessing
import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from treemeta.engine.local import Engine
from treemeta.errors import MachineError


def die(parent: int) -> None:
    if os.getpid() != parent:
        os._exit(1)
    time.sleep(0.2)


def handler(_: int) -> str:
    time.sleep(0.05)
    return str(signal.getsignal(signal.SIGINT)) if multiprocessing.parent_process() else "here"


ORPHAN = """
import time
from treemeta.engine.local import Engine
if __name__ == "__main__":
    engine = Engine(2)
    engine.map(abs, [1, 2, 3])
    print("ready", flush=True)
    engine.map(time.sleep, [120, 120])
"""


def test_a_dead_worker_is_one_sentence() -> None:
    with Engine(2) as engine, pytest.raises(MachineError, match="--workers"):
        engine.map(die, [os.getpid()] * 8)


def test_an_interrupt_is_for_this_process_alone() -> None:
    before = signal.getsignal(signal.SIGINT)
    with Engine(2) as engine:
        assert set(engine.map(handler, range(8))) == {"here", str(signal.SIG_IGN)}
    assert signal.getsignal(signal.SIGINT) == before


def test_busy_workers_end_when_their_parent_is_killed(tmp_path) -> None:  # type: ignore[no-untyped-def]
    script = tmp_path / "orphan.py"
    script.write_text(ORPHAN)
    parent = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    assert parent.stdout.readline() == "ready\n"
    workers = psutil.Process(parent.pid).children(recursive=True)
    assert workers
    time.sleep(1)  # until the workers are asleep over their units
    assert parent.poll() is None
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    _, alive = psutil.wait_procs(workers, timeout=20)
    assert not [worker for worker in alive if worker.status() != psutil.STATUS_ZOMBIE]


@pytest.mark.parametrize(("shared", "size"), [("without", 40_000), ("with", 4_000_000)])
def test_units_and_answers_too_big_for_any_pipe_cross(shared: str, size: int) -> None:
    # In a program of its own: what hangs must fail.
    command = [sys.executable, "-m", "tests.engine.crossing", shared, str(size)]
    ended = subprocess.run(command, timeout=100, capture_output=True, text=True)
    assert ended.stdout == "turned\n"
