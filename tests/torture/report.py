"""What came of trials, by kind; and trials shared out among processes."""

import json
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

Found = tuple[str, list[str], float | None]  # a kind, what was wrong, seconds lost


@dataclass
class Report:
    """How many trials of each kind there were, and what was wrong with which."""

    trials: dict[str, int] = field(default_factory=dict)
    failures: list[tuple[str, list[str]]] = field(default_factory=list)
    lost: dict[str, list[float]] = field(default_factory=dict)

    def note(self, kind: str, wrong: list[str], lost: float | None) -> None:
        """Note one trial."""
        if lost is not None:
            self.lost.setdefault(kind, []).append(lost)
        self.trials[kind] = self.trials.get(kind, 0) + 1
        if wrong:
            self.failures.append((kind, wrong))

    def text(self, seconds: float) -> str:
        """Return a line for each kind, and what was wrong."""
        failed = [kind for kind, _ in self.failures]
        lines = [f"{kind}: {count} trials, {failed.count(kind)} failures{self._lost(kind)}"
                 for kind, count in self.trials.items()]  # fmt: skip
        lines += [f"{kind}: {' / '.join(wrong)}" for kind, wrong in self.failures]
        return "\n".join([*lines, f"{sum(self.trials.values())} trials in {seconds:.0f} s"])

    def _lost(self, kind: str) -> str:
        if kind not in self.lost:
            return ""
        median, most = np.quantile(self.lost[kind], [0.5, 0.95])
        return f", seconds lost: median {median:.2f}, 95 % {most:.2f}"


def split(work: Callable[[int], Iterable[Found]], workers: int) -> Iterator[Found]:
    """Yield what each of several forks finds, those of the first first."""
    pipes = []
    for worker in range(workers):
        reader, writer = os.pipe()
        if os.fork() == 0:
            os.close(reader)
            with os.fdopen(writer, "w") as pipe:
                for found in work(worker):
                    print(json.dumps(found), file=pipe, flush=True)
            os._exit(0)
        os.close(writer)
        pipes.append(os.fdopen(reader))
    for pipe in pipes:
        with pipe:
            for line in pipe:
                kind, wrong, lost = json.loads(line)
                yield kind, wrong, lost
    for _ in range(workers):
        os.wait()
