import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
PACKAGE = ROOT / "treemeta"


def test_the_rooms_are_those_of_the_contract_in_its_order() -> None:
    contract = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    layers = contract["contracts"][0]["layers"]
    first = re.findall(r"^\| `([^`]+)`", PAGE, re.MULTILINE)
    rooms = [name.rstrip("/").removesuffix(".py") for name in first]
    beside = {"__main__", "clashes", "defaults", "kinds", "option"}  # told in the lines of others
    assert rooms == [layer for layer in layers if layer not in beside]


def test_every_file_that_is_named_is_there() -> None:
    named = set(re.findall(r"`((?:\w+/)*\w+\.py)`", PAGE))
    assert len(named) > 25
    everywhere = {path.name for path in PACKAGE.rglob("*.py")}
    for path in named:
        assert (PACKAGE / path).exists() or ("/" not in path and path in everywhere), path


def test_it_is_a_page() -> None:
    assert len(PAGE.splitlines()) <= 120
