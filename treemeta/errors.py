"""Every way to fail that is not a bug: one sentence for the user and an exit code."""

import errno
import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

# What stands between a user's name and the host of an address, and what is named a secret in it.
PASSWORD = re.compile(r"(?<=://)([^\s:/@]*):\S*@|(?<=[?&])((?:ssl)?passw(?:or)?d|token)=[^&\s]*")


def masked(text: str) -> str:
    """Return a text without the passwords of addresses in it."""
    return PASSWORD.sub(lambda m: f"{m[2]}=***" if m[2] else f"{m[1]}:***@", text)


def printable(text: str) -> str:
    """Return a name as a terminal may show it: no control characters, no escape codes."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def brief(value: object) -> str:
    """Return a value as a sentence shows it: on one line, and of a long one its beginning."""
    return " ".join(repr(value).split())[:60]


def nearest(given: object, known: Iterable[str]) -> str | None:
    """Return which of the known somebody may have meant, whatever its case, if one is near."""
    from difflib import get_close_matches  # here, as every command imports this module

    if not isinstance(given, str):  # a program may give anything
        return None
    lower = {one.lower(): one for one in known}
    close = get_close_matches(given.lower(), lower, n=1, cutoff=0.7)
    return lower[close[0]] if close else None


def way_out(given: object, known: Iterable[str]) -> str:
    """Return what somebody can do who gave none of the known: take the nearest, or choose."""
    if near := nearest(given, known := tuple(known)):
        return f"did you mean {near!r}?"
    return f"choose {', '.join(known[:-1])} or {known[-1]}"


def counted(number: int, what: str) -> str:
    """Return so many of something, ``1 class`` or ``2 classes``."""
    if number == 1:
        return f"1 {what}"
    return f"{number} {what}{'es' if what.endswith('s') else 's'}"


def some_of(names: Sequence[str], most: int = 5) -> str:
    """Return the first of some names, in quotes, and how many more there are."""
    more = len(names) - most
    return ", ".join(map(repr, names[:most])) + (f" and {more} more" if more > 0 else "")


def way_beside(path: Path, otherwise: str, known: Iterable[str] = ()) -> str:
    """Return what to do about a path that is not there: take the nearest of what lies beside it or
    is known, or do ``otherwise``."""
    near = nearest(str(path), known)
    if not (near or os.path.exists(path)) and os.path.isdir(path.parent):
        name = nearest(path.name, (one.name for one in path.parent.glob("*")))
        near = str(path.with_name(name)) if name else None
    return f"did you mean {near!r}?" if near else otherwise


class TreemetaError(Exception):
    """One sentence that names the thing, the value and the way out; it tells no password,
    and no terminal anything but letters."""

    exit_code = 1

    def __init__(self, sentence: str):
        super().__init__(printable(masked(sentence)))


class ConfigError(TreemetaError):
    """An option, a config file or a combination of them makes no sense."""

    exit_code = 2


class DataError(TreemetaError):
    """A data set is missing, incomplete or not what it says it is."""

    exit_code = 3


class RegistryError(TreemetaError):
    """A registry, or a tree in it, is missing or not one."""

    exit_code = 4


class UnreachableError(RegistryError):
    """A registry does not answer, for now."""


class IntegrityError(TreemetaError):
    """Stored bytes are not the bytes that were written."""

    exit_code = 5


class MachineError(TreemetaError):
    """This machine lacks a program or a device that the command needs."""

    exit_code = 6


class StorageError(TreemetaError):
    """The disk or the network failed."""

    exit_code = 7


# Of the machine, not of what a file holds: no leave, no room, no memory, too many open files.
OF_THE_MACHINE = {
    errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO,
    errno.EMFILE, errno.ENFILE, errno.ESTALE,
}  # fmt: skip


def unreadable(what: object, error: BaseException) -> TreemetaError | None:
    """Return what a user is told where the machine is why something cannot be read or written, or
    ``None`` where it is not."""
    text = str(error) if isinstance(error, RuntimeError) else ""  # torch's has no class of its own
    if isinstance(error, OSError) and error.errno == errno.ENOMEM:
        error = MemoryError()
    if isinstance(error, MemoryError) or "allocate memory" in text or "out of memory" in text:
        return MachineError(f"there is not enough memory for {what}: free some, or use less")
    if isinstance(error, OSError) and error.errno in OF_THE_MACHINE:
        return StorageError(f"{what}: {error.strerror}")
    return None
