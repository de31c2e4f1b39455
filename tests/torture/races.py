"""Many processes at once: on a registry that is not there yet, and on one tree."""

import os
from pathlib import Path

from tests.torture.trial import Outcome, Told, arm, at_the_end, in_child
from tests.torture.work import URI, Work
from treemeta.errors import RegistryError, TreemetaError
from treemeta.store.registry import experiment_id, open_registry


def at_once(folder: Path, works: list[Work]) -> list[str]:
    """Run works at the same time in processes of their own; return what they end with: the hash, or
    the sentence of a refusal."""
    told = [folder / f"told.{number}" for number in range(len(works))]
    children = []
    for work, path in zip(works, told, strict=True):
        if (child := os.fork()) == 0:
            os.chdir(folder)
            try:
                path.write_text(work())
            except TreemetaError as error:
                path.write_text(f"refused: {error}" if isinstance(error, RegistryError) else "")
            finally:
                os._exit(0)
        children.append(child)
    for child in children:
        os.waitpid(child, 0)
    return [path.read_text() if path.exists() else "" for path in told]


def first_opens(folder: Path, processes: int) -> Outcome:
    """Return what is wrong after several processes have opened a new registry at once."""

    def opened() -> str:
        return experiment_id(open_registry(URI, create=True), "treemeta")

    found = at_once(folder, [opened] * processes)
    one = len(set(found)) == 1 and found[0].isdigit()
    return Outcome([] if one else [f"opened as {found}"])


def double_resume(folder: Path, work: Work, call: int, wanted: str, how: int) -> Outcome:
    """Return what is wrong after a killed work was gone on with by two processes at once: one ends
    it, the other is refused or finds it finished."""

    def killed() -> Told:
        arm(call, how)
        return Told(hash=work())

    in_child(folder, killed)
    found = at_once(folder, [work, work])
    wrong = [f"ended with {one!r}" for one in found
             if one != wanted and "is being trained by another" not in one]  # fmt: skip
    if wanted not in found:
        wrong.append(f"nobody ended it: {found}")
    return Outcome(wrong + at_the_end(folder, work, wanted).wrong)
