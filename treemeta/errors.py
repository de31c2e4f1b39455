"""Every way to fail that is not a bug: one sentence for the user and an exit code."""

import errno
import re

# What stands between a user's name and the host of an address, and what is named a secret in it.
PASSWORD = re.compile(r"(?<=://)([^\s:/@]*):\S*@|(?<=[?&])((?:ssl)?passw(?:or)?d|token)=[^&\s]*")


def masked(text: str) -> str:
    """Return a text without the passwords of addresses in it."""
    return PASSWORD.sub(lambda m: f"{m[2]}=***" if m[2] else f"{m[1]}:***@", text)


class TreemetaError(Exception):
    """One sentence that names the thing, the value and the way out; it tells no password."""

    exit_code = 1

    def __init__(self, sentence: str):
        super().__init__(masked(sentence))


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
