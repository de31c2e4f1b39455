"""One trial: a child of this process, with everything imported, is ended at a call and goes on."""

import ctypes
import json
import os
import shutil
import signal
import time
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.torture.work import URI, Work, newest
from treemeta.errors import TreemetaError, unreadable
from treemeta.store.checkup import look_over
from treemeta.store.mend import mend
from treemeta.store.read import read_tree
from treemeta.store.registry import open_registry
from treemeta.store.runs import TREE, runs_with
from treemeta.store.structure import without_twins

OFF, KILL, TEAR, FILL = range(4)
NAMES = {KILL: "kill", TEAR: "torn write", FILL: "full disk"}


@dataclass(frozen=True)
class Told:
    """What a child says of itself at its end."""

    hash: str = ""
    error: str = ""
    trace: str = ""
    calls: int = 0
    wrong: tuple[str, ...] = ()
    seconds: float = 0.0  # that the work took


@dataclass(frozen=True)
class Outcome:
    """What is wrong after a trial, and the seconds that were lost by it, where that can be told."""

    wrong: list[str]
    lost: float | None = None


def in_child(folder: Path, do: Callable[[], Told]) -> Told | None:
    """Return what a fork says that works in a folder, or ``None`` if it was killed."""
    reader, writer = os.pipe()
    if (child := os.fork()) == 0:
        os.close(reader)
        os.chdir(folder)
        try:
            told = do()
        except TreemetaError as error:
            told = Told(error=str(error))
        except BaseException as error:
            known = unreadable("disk", error)  # as the program has it
            told = Told(error=str(known)) if known else Told(trace=traceback.format_exc())
        arm(0, OFF)
        with os.fdopen(writer, "w") as pipe:
            json.dump(asdict(told), pipe)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        said = pipe.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return None
    return Told(**json.loads(said))


def arm(call: int, how: int) -> None:
    """Let the process end, tear a write or find the disk full at a call from here on."""
    ctypes.CDLL(None).torture_arm(ctypes.c_long(call), how)


def count_calls(folder: Path, work: Work) -> Told:
    """Return the hash of a work that nothing happens to, and the calls that it makes."""

    def undisturbed() -> Told:
        arm(-1, KILL)
        began = time.perf_counter()
        found = work()
        took = time.perf_counter() - began
        return Told(hash=found, calls=ctypes.CDLL(None).torture_calls(), seconds=took)

    told = in_child(folder, undisturbed)
    assert told is not None
    assert told.hash, told
    return told


def trial(folder: Path, work: Work, call: int, how: int, whole: Told) -> Outcome:
    """Return what is wrong after a work was ended at a call, then gone on with to its end; and by
    how much both together took longer than the ``whole`` of it does undisturbed."""

    def disturbed() -> Told:
        arm(call, how)
        return Told(hash=work())

    began = time.perf_counter()
    first = in_child(folder, disturbed)
    took = time.perf_counter() - began
    wrong = [f"a traceback: {first.trace}"] if first and first.trace else []
    if how != FILL and first is not None and not first.hash:
        wrong.append(f"an error where nothing happened: {first.error}")
    after = at_the_end(folder, work, whole.hash)
    lost = None if after.lost is None else took + after.lost - whole.seconds
    return Outcome(wrong + after.wrong, lost)


def at_the_end(folder: Path, work: Work, wanted: str) -> Outcome:
    """Go on with a work; return what is wrong with it and with its registry, once mended, and how
    long the work took."""

    def gone_on_with() -> Told:
        began = time.perf_counter()
        found = work()
        took = time.perf_counter() - began
        registry = open_registry(URI)
        for one in look_over(registry):
            mend(registry, one)
        wrong = [one.said for one in look_over(registry)]
        tree = newest(registry)
        assert tree is not None, "there is no tree"
        runs = list(runs_with(registry, TREE, tree))
        if len(without_twins(tree, runs).runs) != len(runs):
            wrong.append("twins")
        if read_tree(registry, tree).hash() != wanted:
            wrong.append("another hash is read")
        return Told(hash=found, wrong=tuple(wrong), seconds=took)

    after = in_child(folder, gone_on_with)
    if after is None:
        return Outcome(["killed while it was gone on with"])
    if after.trace:
        return Outcome([f"a traceback afterwards: {after.trace}"])
    if after.error:
        return Outcome([f"cannot be gone on with: {after.error}"])
    other = ["another hash"] if after.hash != wanted else []
    return Outcome([*other, *after.wrong], after.seconds)


def fresh(folder: Path, template: Path | None) -> Path:
    """Return an empty folder, with a copy of a registry in it if one is given."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if template:
        shutil.copytree(template, folder / "registry")
    return folder
