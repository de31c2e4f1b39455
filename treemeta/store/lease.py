"""A lease of a tree on a server: a tag that its owner renews, and that runs out if nobody does.

MLflow's tags have no compare-and-set, so a claim is written, left to settle, and read back
(Fischer; Lamport 1987, *A fast mutual exclusion algorithm*); before each commit it is read again.
"""

import os
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from treemeta.errors import RegistryError
from treemeta.store.client import BRIEF, Client, patience
from treemeta.store.documents import json_text, parse_json

OWNER = "treemeta.owner"
RENEWED = 20.0  # seconds between two renewals
EXPIRES = 120.0  # seconds after the last: clocks of machines differ, and servers are away at times
SETTLES = 1.0  # seconds after which a claim made at the same time has arrived too


@contextmanager
def leased(client: Client, tree: str, who: Mapping[str, Any]) -> Iterator[Callable[[], None]]:
    """Hold the lease of a tree for a while; yield what raises once somebody else has it."""
    mine = {**who, "claim": secrets.token_hex(8)}
    _claim(client, tree, mine)
    ended = threading.Event()

    def renew() -> None:
        while not ended.wait(RENEWED):
            with suppress(RegistryError):  # a server that is away for a while: try again
                if not _is_mine(client, tree, mine):
                    return
                _write(client, tree, mine)

    def check() -> None:
        if not _is_mine(client, tree, mine):
            raise taken(tree, client.get_run(tree).data.tags.get(OWNER, ""))

    renewing = threading.Thread(target=renew, daemon=True)
    renewing.start()
    try:
        yield check
    finally:
        ended.set()
        renewing.join(BRIEF[1])
        with suppress(RegistryError), patience(*BRIEF):  # unreachable: it will run out
            if _is_mine(client, tree, mine):
                client.delete_tag(tree, OWNER)


def is_leased(client: Client, tree: str, here: Mapping[str, Any]) -> bool:
    """Whether anybody holds the lease of a tree, as far as a process ``here`` can tell."""
    return _alive(_read(client.get_run(tree).data.tags.get(OWNER, "")), here)


def taken(tree: str, owner: str) -> RegistryError:
    """Return the error that says who owns a tree, as far as what is written of it tells."""
    known = _read(owner)
    said = ", ".join(f"{name} {known[name]}" for name in ("host", "pid", "since") if name in known)
    last = f", last heard of {_age(known):.0f} s ago" if "renewed" in known else ""
    return RegistryError(
        f"tree {tree} is being trained by another process ({said or 'it just began'}{last}): wait "
        "until it ends, or stop it"
    )


def _claim(client: Client, tree: str, mine: Mapping[str, Any]) -> None:
    written = client.get_run(tree).data.tags.get(OWNER, "")
    if _alive(_read(written), mine):
        raise taken(tree, written)
    _write(client, tree, mine)
    time.sleep(SETTLES)
    if not _is_mine(client, tree, mine):
        raise taken(tree, client.get_run(tree).data.tags.get(OWNER, ""))


def _write(client: Client, tree: str, mine: Mapping[str, Any]) -> None:
    client.set_tag(tree, OWNER, json_text({**mine, "renewed": time.time()}).strip())


def _is_mine(client: Client, tree: str, mine: Mapping[str, Any]) -> bool:
    held = _read(client.get_run(tree).data.tags.get(OWNER, ""))
    return held.get("claim") == mine["claim"]


def _read(owner: str) -> dict[str, Any]:
    """Return what is known of an owner, from what anybody may have written."""
    try:
        known = parse_json(owner)
    except ValueError:
        return {}
    if not isinstance(known, dict):
        return {}
    numbers = {"pid": int, "renewed": float}
    return {n: v for n, v in known.items() if type(v) is numbers.get(n, str)}


def _alive(owner: Mapping[str, Any], here: Mapping[str, Any]) -> bool:
    if "renewed" not in owner or _age(owner) > EXPIRES:
        return False
    if owner.get("host") != here["host"] or "pid" not in owner:
        return True
    try:
        os.kill(owner["pid"], 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        pass
    return True


def _age(owner: Mapping[str, Any]) -> float:
    """Return the seconds since a lease was renewed, by this machine's clock."""
    return max(0.0, time.time() - owner["renewed"])
