"""What growing says of itself, in lines for a person: see ``Progress``."""

import time
from warnings import warn

from treemeta.config import Config
from treemeta.engine.local import SILENCE
from treemeta.errors import ConfigError, brief, printable
from treemeta.pages import Say
from treemeta.report.text import evidence_text, node_line
from treemeta.store.records import Node
from treemeta.store.registry import DEFAULT_URI
from treemeta.tasks.dataset import Dataset
from treemeta.tree.stretch import Progress, may_ask, path_end


class Telling:
    """Hears what growing says and says a line of all that is worth keeping; after some seconds of
    ``silence`` one of what is being done.

    The ``total`` counts the steps of the nodes known so far: it grows when a node splits.
    """

    def __init__(self, config: Config, say: Say, silence: float = SILENCE) -> None:
        self.config, self.doing = config, "training"
        self.done, self.total = 0, path_end(config)
        self.away = False  # whether the registry did not answer when it was asked last
        self.spooled = ""  # the id of the tree in the registry here, where that of its own is away
        self._say, self._silence = say, silence
        self._steps, self._started = 0, time.monotonic()
        self._said = self._started

    def __call__(self, event: Progress) -> None:
        """Tell of one event."""
        if doing := self._doing(event):
            self.doing = doing
            if time.monotonic() - self._said >= self._silence:
                self._line(f"{doing}  {self.done} of {self.total} steps")
        self._heard_of_registry(event)
        if event.evidence is not None:
            self._line(f"{event.node}  {evidence_text(event.evidence)}")
        if event.finished is not None:
            self.away = False
            self._grow(event.finished)
            self._line(f"{node_line(event.finished, self.config.metric)}  stored")
        if event.found is not None:
            self._grow(event.found)
            self.done += event.found.meta_steps

    def _doing(self, event: Progress) -> str:
        """Return what is being done, where an event tells of that; a step of it is counted."""
        if event.loss is not None:
            self.done, self._steps = self.done + 1, self._steps + 1
            rate = self._steps * self.config.meta_batch_size / (time.monotonic() - self._started)
            depth = len(event.node) - 1
            return f"{event.node} depth {depth}  loss {event.loss:.3f}  {rate:.0f} tasks/s"
        if event.trial is not None:
            return f"{event.node} in a trial of a split  loss {event.trial:.3f}"
        if event.deals is not None:
            return f"{event.node} against dealt classes {event.deals}/{self.config.deals}"
        if event.away is not None:
            return f"{event.node}: the registry does not answer for {event.away:.0f} s"
        return ""

    def _heard_of_registry(self, event: Progress) -> None:
        if event.away is not None:
            self.away = True
            if event.away == 0:
                self._line(f"{event.node}: the registry does not answer, it is waited for")
        if event.back:
            self.away = False
            self._line(f"{event.node}: the registry answers again")
        if event.spooled is not None:
            self.spooled, self.away = event.spooled, False
            self._line(
                f"{event.node}: the registry does not answer: the tree goes on in {DEFAULT_URI}, "
                f"as {event.spooled[:8]}; treemeta registry sync delivers it"
            )

    def _grow(self, node: Node) -> None:
        """Add what the children of a node that split will take beyond the node gone on alone."""
        if node.groups:
            left = self.config.meta_steps - node.end
            self.total += (len(node.groups) - 1) * left

    def _line(self, text: str) -> None:
        self._said = time.monotonic()
        self._say(text)


def told_to(say: Say | None) -> Say:
    """Return who is told what goes on, nobody if nobody asked; raises ``ConfigError`` for what
    cannot be called."""
    if say is not None and not callable(say):
        raise ConfigError(f"say is {brief(say)}: give what takes a line of text, such as print")
    return _unheard if say is None else say


def _unheard(line: str) -> None:
    """Take no note of a line."""


def never_asked(config: Config) -> str:
    """Return why no node is ever asked whether to split, where a tree was meant to be."""
    meant = config.arm == "tree" and config.max_depth > 0
    if not meant or may_ask(config, 0, config.split_every):
        return ""
    return (
        f"nothing will split: --split-every {config.split_every} is not below --meta-steps "
        f"{config.meta_steps}"
    )


def warn_of(dataset: Dataset) -> None:
    """Warn of what was left out of a data set or may surprise."""
    for sentence in dataset.told:
        warn(f"{printable(dataset.name)}: {printable(sentence)}", stacklevel=3)
