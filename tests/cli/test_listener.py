import io

import pytest
from rich.console import Console

from tests.trees import make_node
from treemeta.cli.listener import Listener
from treemeta.config import Config
from treemeta.store.evidence import Evidence
from treemeta.tree.stretch import Progress

CONFIG = Config(meta_steps=10, split_every=5)
SPLIT = make_node("r", ("a", "b"), groups=(("a",), ("b",)), start=0, meta_steps=4)


def test_lines_go_to_stderr_and_are_not_read_as_markup(capsys: pytest.CaptureFixture[str]) -> None:
    with Listener(CONFIG) as listen:
        listen(Progress("r", 1, loss=0.5))
        listen(Progress("r", 5, evidence=Evidence(5, False, "too [bold]few tasks")))
    assert capsys.readouterr() == ("", "r  step 5: not split, too [bold]few tasks\n")


def test_its_bar_shows_what_is_done_of_how_much() -> None:
    with Listener(CONFIG) as listen:
        listen(Progress("r", 4, finished=SPLIT))
        listen(Progress("r0", 5, loss=0.5))
    (bar,) = listen._bar.tasks
    assert (bar.completed, bar.total) == (1, 10 + 6)  # two children go on for 6 steps each
    assert bar.description.startswith("r0 depth 1  loss 0.500")


@pytest.mark.parametrize("terminal", [True, False])
def test_without_a_bar_a_line_breaks_a_long_silence(
    monkeypatch: pytest.MonkeyPatch, terminal: bool
) -> None:
    written = io.StringIO()
    console = Console(file=written, force_terminal=terminal, width=80)
    monkeypatch.setattr("treemeta.cli.progress.Console", lambda stderr: console)
    monkeypatch.setattr("treemeta.cli.listener.SILENCE", 0.0)
    with Listener(CONFIG) as listen:
        listen(Progress("r", 5, deals=3))
    assert ("r against dealt classes 3/19  0 of 10 steps" in written.getvalue()) != terminal
