import dataclasses
import io
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from treemeta.cli.progress import say, tell_data, watched
from treemeta.engine.local import Engine
from treemeta.tasks.dataset import Dataset

GREY = Dataset("mine", Path("."), np.zeros((1, 28, 28), np.uint8), (0, 1), ("a",), {}, {}, {}, "")
COLOUR = dataclasses.replace(GREY, images=np.zeros((1, 28, 28, 3), np.uint8))


@pytest.mark.parametrize("terminal", [True, False])
def test_an_engine_shows_on_a_terminal_how_far_each_call_is(
    monkeypatch: pytest.MonkeyPatch, terminal: bool
) -> None:
    written = io.StringIO()
    console = Console(file=written, force_terminal=terminal, width=80)
    monkeypatch.setattr("treemeta.cli.progress.Console", lambda stderr: console)
    with watched(Engine(1)) as engine:
        assert engine.map(abs, [-1, -2, -3]) == [1, 2, 3]
        between = written.getvalue()
        assert engine.map(abs, [-4]) == [4]
        assert engine.map(abs, []) == []
        with pytest.raises(TypeError):
            engine.map(abs, ["x"])
    shown = written.getvalue()
    assert ("measuring" in between and "3/3" in between) == terminal
    assert ("1/1" in shown) == terminal
    # Even where a call fails, the cursor is shown again.
    assert shown.count("\x1b[?25l") == shown.count("\x1b[?25h")
    assert bool(shown) == terminal
    assert sys.stdout.__class__.__name__ != "FileProxy"  # results go where they went before


def test_a_sentence_goes_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    say("a sentence")
    assert capsys.readouterr() == ("", "a sentence\n")


@pytest.mark.parametrize(
    ("dataset", "given", "told"),
    [
        (COLOUR, {}, True), (COLOUR, {"channels": "auto"}, True),
        (COLOUR, {"channels": "3"}, False), (GREY, {}, False),
    ],
)  # fmt: skip
def test_colour_is_told_unless_it_was_asked_for(
    dataset: Dataset, given: dict[str, Any], told: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    tell_data(dataset, given)
    said = "mine has images in colour, which are kept so: --channels 1 makes them grey\n"
    assert capsys.readouterr().err == (said if told else "")


def test_no_line_tells_a_password(capsys: pytest.CaptureFixture[str]) -> None:
    say("opened http://me:secret@host")
    assert capsys.readouterr() == ("", "opened http://me:***@host\n")


def test_what_is_left_out_is_said_before_the_colour(capsys: pytest.CaptureFixture[str]) -> None:
    told = ("4 links left out", "a \x1b[2J name")
    tell_data(dataclasses.replace(COLOUR, told=told), {})
    said = capsys.readouterr().err.splitlines()
    assert said[:2] == ["mine: 4 links left out", "mine: a \N{REPLACEMENT CHARACTER}[2J name"]
    assert said[2].startswith("mine has images in colour")


def test_without_a_bar_a_line_breaks_a_long_silence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("treemeta.engine.local.SILENCE", 0.0)
    with watched(Engine(1)) as engine:
        assert engine.map(abs, [-1, -2]) == [1, 2]
    assert capsys.readouterr().err.splitlines() == [
        "measuring: 0 of 2", "measuring: 1 of 2", "measuring: 2 of 2",
    ]  # fmt: skip
