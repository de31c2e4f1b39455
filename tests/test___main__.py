import subprocess
import sys
from importlib.metadata import version

import pytest


def test_the_package_is_the_program() -> None:
    command = [sys.executable, "-m", "treemeta", "--version"]
    ended = subprocess.run(command, capture_output=True, text=True)
    assert (ended.returncode, ended.stdout) == (0, f"treemeta {version('treemeta')}\n")


ENDED_WHILE_IMPORTING = """
import builtins
from treemeta.__main__ import main
real = builtins.__import__
def importing(name, *more):
    if name == "treemeta.cli.main":
        raise {error}
    return real(name, *more)
builtins.__import__ = importing
main()
"""


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        ("KeyboardInterrupt", 130, "treemeta: interrupted\n"),
        ("MemoryError", 6, "treemeta: there is no memory left to start in: free some\n"),
    ],
)
def test_what_ends_the_import_ends_in_one_sentence(error: str, code: int, said: str) -> None:
    program = ENDED_WHILE_IMPORTING.format(error=error)
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (ended.returncode, ended.stdout, ended.stderr) == (code, "", said)
