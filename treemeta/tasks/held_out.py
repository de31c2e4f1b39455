"""Which of a folder's tasks are held out, where ``--held-out`` says it."""

import json
import os
import re
from collections.abc import Collection
from fnmatch import fnmatchcase
from pathlib import Path

from treemeta.errors import ConfigError, DataError, some_of
from treemeta.tasks.roles import hold_out

SHARE = re.compile(r"\d*\.?\d+|\d+\.")


def held_roles(text: str, tasks: Collection[str]) -> dict[str, str]:
    """Return a role for each task: held out are the tasks that a file names, one a line, those
    whose names match a pattern, or a share of all; or those in a list that is ``settled``.

    Raises ``ConfigError`` for what is none of these and ``DataError`` for names of no task.
    """
    if SHARE.fullmatch(text):
        if float(text) > 1:
            raise ConfigError(
                f"--held-out {text} is no share from 0 to 1: for a task of that name write "
                f"[{text[0]}]{text[1:]}"
            )
        return hold_out(sorted(tasks), float(text))
    held = _named(text, tasks)
    return {task: "test" if task in held else "train" for task in sorted(tasks)}


def settled(text: str, tasks: Collection[str]) -> str:
    """Return what holds out the same tasks whatever becomes of a file, and of whatever bears the
    name of a pattern: a share as it is, else a list of the tasks."""
    if SHARE.fullmatch(text):
        return text
    return json.dumps(sorted(_named(text, tasks)), ensure_ascii=False)


def _named(text: str, tasks: Collection[str]) -> set[str]:
    names = _listed(text)
    if names is None:
        held = {task for task in tasks if task == text or fnmatchcase(task, text)}
        if not held:
            raise DataError(
                f"--held-out {text!r} is no file and matches none of {some_of(sorted(tasks))}: "
                "name a file of tasks, a pattern or a share"
            )
        return held
    if unknown := sorted(names - set(tasks)):
        raise DataError(
            f"--held-out names {some_of(unknown)}, and the tasks are {some_of(sorted(tasks))}: "
            "correct or remove what is no task"
        )
    return names


def _listed(text: str) -> set[str] | None:
    """Return the names in a list or in a file, or ``None`` for a pattern."""
    if text.startswith("["):
        try:
            return {str(name) for name in json.loads(text)}
        except ValueError:  # a pattern may begin so
            return None
    try:
        path = Path(os.path.expanduser(text))
        if not path.is_file():
            return None
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise ConfigError(f"--held-out {text}: {error.strerror}; name another file") from error
    except ValueError as error:
        raise ConfigError(f"--held-out {text!r} is no text in UTF-8: name another file") from error
    if not (names := {line.strip() for line in lines} - {""}):
        raise ConfigError(f"--held-out {text} names no task: write one a line")
    return names
