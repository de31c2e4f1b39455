import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.skipif(not shutil.which("gcc"), reason="gcc builds what ends a process at a call")
def test_a_registry_bears_a_short_torture() -> None:
    command = [sys.executable, "-m", "tests.torture", "--short"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    kinds = [line.partition(":")[0] for line in ended.stdout.splitlines()[:-1]]
    assert kinds == [
        "kill at every call", "kill in training", "torn write", "kill in the first open",
        "full disk", "8 first opens at once", "double resume", "flipped bit",
    ]  # fmt: skip
    assert ended.stdout.count(", 0 failures") == len(kinds)
    assert ended.stdout.count("seconds lost: median ") == 5
