import errno
import signal
import subprocess
import sys

import pytest
import typer

from tests.conftest import Run
from treemeta.cli.main import INTERRUPTED


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (KeyboardInterrupt(), INTERRUPTED, "treemeta: interrupted\n"),
        (typer.Abort(), INTERRUPTED, "treemeta: interrupted\n"),
        (OSError(errno.ENOSPC, "No space left", "a.svg"), 7, "treemeta: a.svg: No space left\n"),
        (OSError(errno.EROFS, "Read-only"), 7, "treemeta: disk: Read-only\n"),
        (MemoryError(), 6, "treemeta: there is not enough memory for it: free some, or use less\n"),
        (
            RuntimeError(
                "DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes"
            ),
            6,
            "treemeta: there is not enough memory for it: free some, or use less\n",
        ),
    ],
)
def test_what_ends_a_command_ends_in_one_sentence(
    treemeta: Run, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int, said: str
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("treemeta.cli.listing.tracking", fail)
    ended = treemeta("tree", "list")
    assert (ended.returncode, ended.stderr) == (code, said)


def test_a_bug_keeps_its_traceback(treemeta: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.EBADF, "a bug of ours")

    monkeypatch.setattr("treemeta.cli.listing.tracking", fail)
    with pytest.raises(OSError, match="a bug of ours"):
        treemeta("tree", "list")


def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    command = f"{sys.executable} -m treemeta --help | head -1; echo ${{PIPESTATUS[0]}}"
    ended = subprocess.run(["bash", "-c", command], capture_output=True, text=True)
    assert ended.stdout.splitlines()[-1] == "0"
    assert ended.stderr == ""


def test_a_terminated_program_says_by_its_code_what_ended_it() -> None:
    code = (
        "import os, signal, sys\n"
        "sys.argv = ['treemeta', 'tree', 'list']\n"
        "import treemeta.cli.listing as tree\n"
        "tree.tracking = lambda _: os.kill(os.getpid(), signal.SIGTERM)\n"
        "from treemeta.cli.main import run\n"
        "run()\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True)
    assert ended.returncode == 128 + signal.SIGTERM


def test_interrupted_again_while_it_ends_it_still_says_so_by_its_code() -> None:
    code = (
        "import os, signal, sys\n"
        "sys.argv = ['treemeta', 'tree', 'list']\n"
        "import treemeta.cli.main as main, treemeta.cli.listing as tree\n"
        "def interrupt(*_): os.kill(os.getpid(), signal.SIGINT)\n"
        "real, calls = main._failed, []\n"
        "def failed(*said):\n"
        "    calls.append(said)\n"
        "    if len(calls) == 1: interrupt()\n"
        "    return real(*said)\n"
        "tree.tracking, main._failed = interrupt, failed\n"
        "import atexit; atexit.register(interrupt)\n"
        "main.run()\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (INTERRUPTED, "treemeta: interrupted\n")
