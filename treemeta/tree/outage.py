"""A registry that is away for a while: what is to be written waits for it."""

import time
from collections.abc import Callable
from typing import TypeVar

from treemeta.errors import UnreachableError
from treemeta.store.client import patience
from treemeta.tree.stretch import Listen, Progress

T = TypeVar("T")
PATIENCE = (1, 60)  # retries and seconds of a request, so that somebody hears of it soon
PAUSE = 2.0  # seconds between two tries
OUTAGE = 600.0  # seconds that are waited unless somebody says otherwise


def waited_for(write: Callable[[], T], outage: float, listen: Listen, about: Progress) -> T:
    """Return what a write returns, tried again while the registry does not answer, for up to
    ``outage`` seconds; ``listen`` hears of it, with what is ``about`` to be written.

    A write must bear to be done again: what a try has left without a commit, no reader counts.
    """
    began, told = time.monotonic(), False
    while True:
        try:
            with patience(*PATIENCE):
                return write()
        except UnreachableError:
            away = time.monotonic() - began
            if away >= outage:
                raise
            listen(Progress(about.node, about.step, away=away if told else 0.0))
            told = True
            time.sleep(PAUSE)
