"""What a comparison says of its arms: which is trained, what is done, how long the rest takes."""

import time
from contextlib import AbstractContextManager

from treemeta.analysis.estimate import Repeat
from treemeta.config import Config
from treemeta.pages import Say
from treemeta.tree.obtain import Listening
from treemeta.tree.stretch import Listen


def repeat_text(repeat: Repeat) -> str:
    """Return what a repeat is called where arms are told of."""
    task_split, seed = repeat
    return f"task split {task_split}, seed {seed}" if task_split else f"seed {seed}"


class Clock:
    """Tells of each arm that is done, and how long the others will take if they take as long as
    those that were trained so far."""

    def __init__(self, total: int, say: Say) -> None:
        self._total, self._done, self._say = total, 0, say
        self._last = time.monotonic()
        self._took: list[float] = []

    @property
    def trained(self) -> int:
        """How many arms were trained, and not found stored."""
        return len(self._took)

    def begin(
        self, config: Config, arm: str, listening: Listening, one: Config
    ) -> AbstractContextManager[Listen]:
        """Say which arm is trained, by one config of perhaps several, and listen to that."""
        self._line(config, arm, "training")
        return listening(one)

    def tell(self, config: Config, arm: str, outcome: str, trained: bool = False) -> None:
        """Say a line about an arm that is done."""
        now = time.monotonic()
        self._took += [now - self._last] if trained else []
        self._last = now
        left = self._total - self._done - 1
        if self._took and left:
            outcome += f"  ({time_text(left * sum(self._took) / len(self._took))} left)"
        self._line(config, arm, outcome)
        self._done += 1

    def _line(self, config: Config, arm: str, told: str) -> None:
        repeat = repeat_text((config.task_split, config.seed))
        self._say(f"{self._done + 1}/{self._total}  {repeat}  {arm}: {told}")


def time_text(seconds: float) -> str:
    """Return a duration as a clock shows it."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}"
