import shlex

import pytest

from tests.conftest import Run
from tests.typed import resolve
from treemeta.cli import compare, forecast, train
from treemeta.cli.help import examples

GROUPS = [
    "Usage:", "Given first:", "Options:", "Data:", "Episodes:", "Network:", "Learning:",
    "Splitting:", "Routing:", "Evaluation:",
]  # fmt: skip


def headings(text: str) -> list[str]:
    return [line.partition(":")[0] + ":" for line in text.splitlines() if line[:1].isalpha()]


def test_options_stand_in_groups_those_that_are_given_first_above(treemeta: Run) -> None:
    said = treemeta("train", "--help").stdout
    assert headings(said) == GROUPS
    first = said.partition("Given first:")[2].partition("Options:")[0]
    named = [line.split()[0] for line in first.splitlines() if line.startswith("  --")]
    assert named == ["--dataset", "--learner", "--meta-steps", "--seed"]
    assert "--questions" in said.partition("\nData:")[2].partition("Episodes:")[0]
    assert "glyphs[:families=3,scripts=5,...]" in said  # brackets are text


def test_an_argument_stands_above_the_options(treemeta: Run) -> None:
    found = headings(treemeta("forecast", "--help").stdout)
    assert found == [GROUPS[0], "Arguments:", *GROUPS[1:]]


@pytest.mark.parametrize("name", ["train", "compare", "forecast"])
def test_examples_stand_below_as_they_are_typed(treemeta: Run, name: str) -> None:
    module = {"train": train, "compare": compare, "forecast": forecast}[name]
    lines = [line.strip() for line in module.EXAMPLES.splitlines()[2:]]
    assert 2 <= len(lines) <= 3
    said = treemeta(name, "--help").stdout
    below = [line.strip() for line in said.partition("Examples:")[2].splitlines()]
    assert below[1:] == lines
    for line in lines:
        words = shlex.split(line, comments=True)
        assert words[:2] == ["treemeta", name]
        resolve(words[1:])


def test_an_example_is_a_line_however_long() -> None:
    assert examples("a" * 200, "b") == f"\b\nExamples:\n  {'a' * 200}\n  b"
