"""What the README says can be typed, and what it points at is there."""

import re
import shlex
import tomllib
from pathlib import Path

import pytest

from tests.typed import blocks, commands, resolve
from treemeta.declared import make_config, read_config

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
BLOCKS = "\n".join(blocks(README, "sh"))
COMMANDS = commands(README)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_exists_with_its_options(command: str) -> None:
    resolve(shlex.split(command)[1:])


def test_a_command_that_does_not_exist_is_noticed() -> None:
    assert len(COMMANDS) >= 10
    for words in (["grow"], ["train", "--no-such-option"], ["tree", "paint"]):
        with pytest.raises(Exception, match=r"(No such option|there is no command)"):
            resolve(words)


def test_every_make_target_exists() -> None:
    makefile = (ROOT / "Makefile").read_text()
    named = set(re.findall(r"\bmake ([a-z]+)\b", BLOCKS + "".join(re.findall("`.*?`", README))))
    assert {"demo", "test"} <= named
    for target in named:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)


def test_every_link_leads_somewhere() -> None:
    for path in re.findall(r"\]\(([^)]+)\)", README):
        assert path.startswith("https://") or (ROOT / path).exists(), path


@pytest.mark.parametrize(
    "path", sorted((ROOT / "registry/experiments").glob("*.toml")), ids=lambda path: path.stem
)
def test_every_declared_experiment_is_a_config(path: Path) -> None:
    config = make_config(read_config(path))
    sections = tomllib.loads(path.read_text()).values()
    for name, value in {k: v for section in sections for k, v in section.items()}.items():
        assert getattr(config, name) == value


def test_the_file_tree_is_the_one_there_is() -> None:
    shown = re.findall(r"^  (\w+)(?:/|\.py)\s", README, re.MULTILINE)
    there = {
        path.stem for path in (ROOT / "treemeta").iterdir() if not path.name.startswith(("_", "."))
    }
    assert set(shown) | {"errors", "randomness"} == there
