import io
import os

import pytest

from treemeta.cli.terminal import on_terminal, painted, screenful


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Standard output as a terminal of ten lines, without colour forbidden."""
    monkeypatch.setattr("treemeta.cli.terminal.on_terminal", lambda stream=None: stream is None)
    monkeypatch.setattr("shutil.get_terminal_size", lambda: os.terminal_size((80, 10)))
    monkeypatch.delenv("NO_COLOR", raising=False)


def test_a_stream_says_whether_it_is_a_terminal() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    assert on_terminal(Terminal())
    assert not on_terminal(io.StringIO())
    assert not on_terminal()


@pytest.mark.usefixtures("terminal")
def test_colour_is_for_terminals_that_do_not_forbid_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert painted("x", fg="red") == "\x1b[31mx\x1b[0m"
    assert painted("x", io.StringIO(), fg="red") == "x"
    monkeypatch.setenv("NO_COLOR", "1")
    assert painted("x", fg="red") == "x"


@pytest.mark.usefixtures("terminal")
def test_a_terminal_shows_as_much_as_it_holds_and_says_how_to_see_all() -> None:
    rows = [f"row {number}" for number in range(30)]
    shown = screenful("\n".join([*rows, "", "below"]), "add | less").splitlines()
    assert shown == [*rows[:5], "... and 25 more lines: add | less", "", "below"]
    assert len(shown) + 2 == 10
    assert screenful("\n".join(rows), "all").splitlines() == [
        *rows[:7],
        "... and 23 more lines: all",
    ]
    assert screenful("\n".join(rows[:8]), "all") == "\n".join(rows[:8])
    long = [row + "-" * 80 for row in rows]  # which are broken in two
    assert screenful("\n".join(long), "all").splitlines() == [
        *long[:3],
        "... and 27 more lines: all",
    ]


def test_a_pipe_gets_all() -> None:
    assert screenful("row\n" * 500, "all") == "row\n" * 500
