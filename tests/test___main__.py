import subprocess
import sys
from importlib.metadata import version


def test_the_package_is_the_program() -> None:
    command = [sys.executable, "-m", "treemeta", "--version"]
    ended = subprocess.run(command, capture_output=True, text=True)
    assert (ended.returncode, ended.stdout) == (0, f"treemeta {version('treemeta')}\n")
