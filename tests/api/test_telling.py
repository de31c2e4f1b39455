import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import treemeta as api
from tests.trees import make_node, sentence
from treemeta.api.telling import Telling, never_asked, told_to, warn_of
from treemeta.config import Config
from treemeta.errors import ConfigError
from treemeta.store.evidence import Evidence
from treemeta.tasks.dataset import Dataset
from treemeta.tree.stretch import Progress

CONFIG = Config(meta_steps=10, split_every=5)
SPLIT = make_node("r", ("a", "b"), groups=(("a",), ("b",)), start=0, meta_steps=4)
FINISHED = make_node("r", ("a", "b"))


@pytest.fixture
def lines() -> list[str]:
    return []


@pytest.fixture
def telling(lines: list[str]) -> Telling:
    return Telling(CONFIG, lines.append)


def test_what_is_worth_keeping_is_a_line_each(telling: Telling, lines: list[str]) -> None:
    telling(Progress("r", 1, loss=0.5))
    telling(Progress("r", 2, trial=0.5))
    telling(Progress("r", 5, deals=3))
    telling(Progress("r", 5, evidence=Evidence(5, False, "too few tasks")))
    telling(Progress("r", 10, finished=FINISHED))
    first, second = lines
    assert first == "r  step 5: not split, too few tasks"
    assert re.fullmatch(r"r  2 tasks .* stored", second)


def test_a_line_breaks_a_long_silence(lines: list[str]) -> None:
    telling = Telling(CONFIG, lines.append, silence=0.0)
    telling(Progress("r", 1, loss=0.5))
    telling(Progress("r", 5, deals=3))
    first, second = lines
    assert re.fullmatch(r"r depth 0  loss 0\.500  \d+ tasks/s  1 of 10 steps", first)
    assert second == "r against dealt classes 3/19  1 of 10 steps"
    assert telling.doing == "r against dealt classes 3/19"


def test_the_total_grows_with_every_split(telling: Telling, lines: list[str]) -> None:
    telling(Progress("r", 0, found=SPLIT))  # what is taken up is no line
    telling(Progress("r0", 5, loss=0.5))
    assert (telling.done, telling.total) == (4 + 1, 4 + 2 * 6)  # two children, 6 steps each
    assert Telling(Config(arm="scratch"), print).total == 0
    assert lines == []


def test_an_outage_is_one_line(telling: Telling, lines: list[str]) -> None:
    for away in (0.0, 2.0, 4.0):
        telling(Progress("r0", 5, away=away))
    assert lines == ["r0: the registry does not answer, it is waited for"]
    assert telling.doing == "r0: the registry does not answer for 4 s"


@pytest.mark.parametrize(
    "back", [Progress("r", 0, back=True), Progress("r", 10, finished=FINISHED)]
)
def test_what_is_away_is_known_to_be_until_it_is_back(telling: Telling, back: Progress) -> None:
    assert not telling.away
    telling(Progress("r", 0, away=0.0))
    assert telling.away
    telling(back)
    assert not telling.away


def test_its_line_says_where_a_tree_goes_on(telling: Telling, lines: list[str]) -> None:
    telling(Progress("r0", 2, spooled="a" * 32))
    assert telling.spooled == "a" * 32
    assert lines == [
        "r0: the registry does not answer: the tree goes on in sqlite:///registry/mlflow.db, as "
        "aaaaaaaa; treemeta registry sync delivers it"
    ]


def test_nobody_is_told_unless_somebody_asked() -> None:
    said: list[str] = []
    told_to(None)("a line")
    told_to(said.append)("a line")
    assert said == ["a line"]
    with pytest.raises(ConfigError) as caught:
        told_to(True)  # type: ignore[arg-type]
    assert sentence(caught) == "say is True: give what takes a line of text, such as print"


def test_who_is_told_may_count_as_false() -> None:
    class Lines(list[str]):
        def __call__(self, line: str) -> None:
            self.append(line)

    told_to(said := Lines())("a line")
    assert said == ["a line"]


def test_a_tree_that_is_never_asked_is_told_of() -> None:
    assert never_asked(CONFIG) == ""
    late = replace(CONFIG, split_every=10)
    assert never_asked(late) == "nothing will split: --split-every 10 is not below --meta-steps 10"
    assert never_asked(replace(late, arm="joint")) == ""
    assert never_asked(replace(late, max_depth=0)) == ""


def test_what_is_left_out_of_data_is_warned_of(recwarn: pytest.WarningsRecorder) -> None:
    images = np.zeros((1, 28, 28), np.uint8)
    data = Dataset("mine", Path("."), images, (0, 1), ("a",), {}, {}, {}, "")
    warn_of(data)
    warn_of(replace(data, told=("4 links left out", "a \x1b[2J name")))
    said = [str(one.message) for one in recwarn]
    assert said == ["mine: 4 links left out", "mine: a \N{REPLACEMENT CHARACTER}[2J name"]


@pytest.mark.parametrize("ask", [api.grow, api.forecast, api.compare])
def test_whoever_trains_on_data_is_warned(ask: Callable[..., Any], workplace: Path) -> None:
    rows = {f"t{i}": {c: [[i, j, 7] for j in range(4)] for c in "ab"} for i in range(6)}
    with pytest.warns(UserWarning, match="1 of 3 features are the same in every row"):
        ask(api.dataset(rows), {"ways": 2, "shots": 1, "queries": 1, "meta_steps": 2})
