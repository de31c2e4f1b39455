import os
import signal
import subprocess
import sys
import time

import psutil
import pytest
import torch

from treemeta.engine.local import Engine, physical_cores
from treemeta.errors import MachineError


def square(number: int) -> int:
    return number * number


def threads(_: int) -> int:
    return torch.get_num_threads()


def die(_: int) -> None:
    os._exit(1)


@pytest.mark.parametrize("workers", [1, 2])
def test_results_come_in_the_order_of_the_units(workers: int) -> None:
    with Engine(workers) as engine:
        assert engine.map(square, range(7)) == [0, 1, 4, 9, 16, 25, 36]
        assert set(engine.map(threads, range(3))) == {1}


def test_a_dead_worker_is_one_sentence() -> None:
    with Engine(2) as engine, pytest.raises(MachineError, match="--workers"):
        engine.map(die, range(2))


def test_physical_cores_are_counted() -> None:
    assert 1 <= physical_cores() <= (os.cpu_count() or 1)


ORPHAN = """
import time
from treemeta.engine.local import Engine
if __name__ == "__main__":
    engine = Engine(2)
    engine.map(abs, [1, 2, 3])
    print("ready", flush=True)
    engine.map(time.sleep, [120, 120])
"""


def test_busy_workers_end_when_their_parent_is_killed(tmp_path) -> None:  # type: ignore[no-untyped-def]
    script = tmp_path / "orphan.py"
    script.write_text(ORPHAN)
    parent = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    assert parent.stdout.readline() == "ready\n"
    workers = psutil.Process(parent.pid).children(recursive=True)
    assert len(workers) >= 2
    time.sleep(1)  # until the workers are asleep over their units
    assert parent.poll() is None
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    _, alive = psutil.wait_procs(workers, timeout=20)
    assert not [worker for worker in alive if worker.status() != psutil.STATUS_ZOMBIE]
