import dataclasses
import io
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from tests.trees import make_node
from treemeta.cli.progress import Listener, say, tell_data, watched
from treemeta.config import Config
from treemeta.engine.local import Engine
from treemeta.store.evidence import Evidence
from treemeta.tasks.dataset import Dataset
from treemeta.tree.stretch import Progress

CONFIG = Config(meta_steps=10, split_every=5)
GREY = Dataset("mine", Path("."), np.zeros((1, 28, 28), np.uint8), (0, 1), ("a",), {}, {}, {}, "")
COLOUR = dataclasses.replace(GREY, images=np.zeros((1, 28, 28, 3), np.uint8))


def test_what_is_worth_keeping_is_a_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    refused = Evidence(5, False, "too few tasks")
    with Listener(CONFIG) as listen:
        listen(Progress("r", 1, loss=0.5))
        listen(Progress("r", 2, trial=0.5))
        listen(Progress("r", 5, deals=3))
        listen(Progress("r", 5, evidence=refused))
        listen(Progress("r", 10, finished=make_node("r", ("a", "b"))))
    out, err = capsys.readouterr()
    assert out == ""
    first, second = err.splitlines()
    assert first == "r  step 5: not split, too few tasks"
    assert re.fullmatch(r"r  2 tasks .* stored", second)


def test_without_a_bar_a_line_breaks_a_long_silence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("treemeta.cli.progress.SILENCE", 0.0)
    with Listener(CONFIG) as listen:
        listen(Progress("r", 1, loss=0.5))
        listen(Progress("r", 5, deals=3))
    with watched(Engine(1)) as engine:
        assert engine.map(abs, [-1, -2]) == [1, 2]
    first, second, *others = capsys.readouterr().err.splitlines()
    assert re.fullmatch(r"r depth 0  loss 0\.500  \d+ tasks/s  1 of 10 steps", first)
    assert second == "r against dealt classes 3/19  1 of 10 steps"
    assert others == ["measuring: 0 of 2", "measuring: 1 of 2", "measuring: 2 of 2"]


def test_the_total_grows_with_every_split() -> None:
    listen = Listener(CONFIG)
    split = make_node("r", ("a", "b"), groups=(("a",), ("b",)), start=0, meta_steps=4)
    listen(Progress("r", 4, finished=split))
    assert listen._bar.tasks[0].total == 10 + 6  # two children go on for 6 steps each
    assert Listener(Config(arm="scratch"))._total == 0


def test_what_is_taken_up_counts_as_done_and_is_no_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    split = make_node("r", ("a", "b"), groups=(("a",), ("b",)), start=0, meta_steps=4)
    with Listener(CONFIG) as listen:
        listen(Progress("r", 0, found=split))
        listen(Progress("r0", 5, loss=0.5))
    assert capsys.readouterr().err == ""
    (bar,) = listen._bar.tasks
    assert (bar.completed, bar.total) == (4 + 1, 4 + 2 * 6)


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


def test_an_outage_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with Listener(CONFIG) as listen:
        for away in (0.0, 2.0, 4.0):
            listen(Progress("r0", 5, away=away))
    assert capsys.readouterr().err == "r0: the registry does not answer, it is waited for\n"


def test_what_is_away_is_known_to_be_until_it_is_back(capsys: pytest.CaptureFixture[str]) -> None:
    with Listener(CONFIG) as listen:
        assert not listen.away
        listen(Progress("r", 0, away=0.0))
        assert listen.away
        listen(Progress("r", 0, back=True))
        assert not listen.away
        listen(Progress("r", 0, away=9.0))
        listen(Progress("r", 10, finished=make_node("r", ("a", "b"))))
        assert not listen.away
    assert capsys.readouterr().err.splitlines()[:2] == [
        "r: the registry does not answer, it is waited for", "r: the registry answers again",
    ]  # fmt: skip


def test_its_line_says_where_a_tree_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    with Listener(CONFIG) as listen:
        listen(Progress("r0", 2, spooled="a" * 32))
    assert capsys.readouterr().err == (
        "r0: the registry does not answer: the tree goes on in sqlite:///registry/mlflow.db, as "
        "aaaaaaaa; treemeta registry sync delivers it\n"
    )


def test_what_is_left_out_is_said_before_the_colour(capsys: pytest.CaptureFixture[str]) -> None:
    told = ("4 links left out", "a \x1b[2J name")
    tell_data(dataclasses.replace(COLOUR, told=told), {})
    said = capsys.readouterr().err.splitlines()
    assert said[:2] == ["mine: 4 links left out", "mine: a \N{REPLACEMENT CHARACTER}[2J name"]
    assert said[2].startswith("mine has images in colour")
