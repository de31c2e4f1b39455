"""How growing goes, on stderr: a bar on a terminal, and one line for everything worth keeping."""

import math
from types import TracebackType
from typing import Self

from rich.markup import escape

from treemeta.api.telling import Telling
from treemeta.cli.progress import bar_of
from treemeta.config import Config
from treemeta.engine.local import SILENCE
from treemeta.tree.stretch import Progress


class Listener(Telling):
    """Tells on stderr how growing goes; on a terminal a bar shows how far it is."""

    def __init__(self, config: Config) -> None:
        self._bar = bar_of()
        super().__init__(config, self._print, SILENCE if self._bar.disable else math.inf)
        self._task = self._bar.add_task(self.doing, total=self.total)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def __call__(self, event: Progress) -> None:
        """Show one event."""
        super().__call__(event)
        self._bar.update(
            self._task, completed=self.done, total=self.total, description=escape(self.doing)
        )

    def _print(self, text: str) -> None:
        self._bar.console.print(escape(text), highlight=False, soft_wrap=True)
