"""The pages of the documentation say what there is; ``make check`` builds them and their links."""

import re
import shlex
import tomllib
from pathlib import Path

import pytest
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig
from typer.testing import CliRunner

import treemeta
from benchmarks.__main__ import LONGER, NAMES
from docs import hooks
from tests.typed import blocks, commands, resolve
from treemeta import errors
from treemeta.cli.main import INTERRUPTED, app

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
PACKAGE = ROOT / "treemeta"
PAGES = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "docs").glob("*.md")}
COMMANDS = [(name, command) for name, page in PAGES.items() for command in commands(page)]


def test_the_rooms_are_those_of_the_contract_in_its_order() -> None:
    contract = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    layers = contract["contracts"][0]["layers"]
    first = re.findall(r"^\| `([^`]+)`", PAGE, re.MULTILINE)
    rooms = [name.rstrip("/").removesuffix(".py") for name in first]
    beside = {"__main__", "clashes", "defaults", "kinds", "option"}  # told in the lines of others
    assert rooms == [layer for layer in layers if layer not in beside]


@pytest.mark.parametrize(("page", "least"), [("architecture.md", 26), ("method.md", 20)])
def test_every_file_that_is_named_is_there(page: str, least: int) -> None:
    named = set(re.findall(r"`((?:\w+/)*\w+\.py)`", PAGES[page]))
    assert len(named) >= least
    everywhere = {path.name for path in PACKAGE.rglob("*.py")}
    for path in named:
        assert (PACKAGE / path).exists() or ("/" not in path and path in everywhere), path


def test_it_is_a_page() -> None:
    assert len(PAGE.splitlines()) <= 120


@pytest.fixture(scope="module")
def config() -> MkDocsConfig:
    return load_config(str(ROOT / "mkdocs.yml"))


def test_every_page_is_in_the_navigation_once(config: MkDocsConfig) -> None:
    named = [
        path for one in config.nav for path in (one.values() if isinstance(one, dict) else [one])
    ]
    assert sorted(named) == sorted(PAGES)


def test_nothing_is_fetched(config: MkDocsConfig) -> None:
    assert config.theme["font"] is False
    assert not config.extra_javascript
    assert set(config.plugins) == {"docs/hooks.py", "material/search", "mkdocstrings"}


@pytest.mark.parametrize(("page", "command"), COMMANDS)
def test_every_command_of_a_page_exists_with_its_options(page: str, command: str) -> None:
    resolve(shlex.split(command)[1:])


def test_pages_that_show_commands_do() -> None:
    assert {name for name, _ in COMMANDS} >= {"tour.md", "own-data.md", "gallery.md"}


def test_the_benchmarks_that_pages_name_exist() -> None:
    named = re.findall(r"^python -m benchmarks (\w+)$", "\n".join(PAGES.values()), re.MULTILINE)
    assert {"pays", "recovery"} <= set(named) <= {*NAMES, *LONGER}


def test_every_public_name_is_explained() -> None:
    explained = re.findall(r"^::: treemeta\.(\w+)$", PAGES["api.md"], re.MULTILINE)
    assert sorted(explained) == sorted(treemeta.__all__)


def test_every_example_is_shown() -> None:
    shown = re.findall(r'^--8<-- "(examples/\w+\.py)"$', PAGES["own-data.md"], re.MULTILINE)
    there = [path.relative_to(ROOT).as_posix() for path in (ROOT / "examples").glob("*.py")]
    assert sorted(shown) == sorted(there)


def test_the_table_that_is_shown_is_described_as_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = PAGES["own-data.md"]
    (table,) = blocks(page, "csv")
    (tmp_path / "sites.csv").write_text(table, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TREEMETA_DATA", str(tmp_path / "cache"))
    printed = CliRunner().invoke(app, ["data", "info", "sites.csv"]).stdout
    printed = printed.replace(str(tmp_path / "cache"), "~/.cache/treemeta")
    shown = [block for block in blocks(page, "text") if block.startswith("sites.csv")]
    assert shown == ["".join(f"{line.rstrip()}\n" for line in printed.splitlines())]


def test_every_picture_is_in_the_gallery() -> None:
    shown = re.findall(r"^!\[[^]]+\]\(\.\./(.*)\)$", PAGES["gallery.md"], re.MULTILINE)
    there = [path for folder in hooks.PICTURES for path in (ROOT / folder).glob("*.svg")]
    assert sorted(shown) == sorted(path.relative_to(ROOT).as_posix() for path in there)


def test_every_screenshot_is_in_the_gallery() -> None:
    shown = re.findall(r"^!\[[^]]+\]\((ui-.*)\)$", PAGES["gallery.md"], re.MULTILINE)
    assert sorted(shown) == sorted(path.name for path in (ROOT / "docs").glob("*.png"))


def test_every_command_tells_the_help_that_it_prints() -> None:
    told = dict(hooks.helps(hooks.root_command()))
    assert {"treemeta", "treemeta train", "treemeta tree", "treemeta tree show"} <= set(told)
    for name, text in told.items():
        words = [*name.split()[1:], "--help"]
        printed = CliRunner().invoke(
            app, words, prog_name="treemeta", terminal_width=hooks.WIDTH,
            max_content_width=hooks.WIDTH,
        )  # fmt: skip
        assert printed.stdout.strip() == text.strip()


def test_the_exit_codes_are_those_of_the_errors() -> None:
    told = {int(code) for code in re.findall(r"^\| (\d+)", PAGES["commands.md"], re.MULTILINE)}
    classes = [getattr(errors, name) for name in treemeta.__all__ if name.endswith("Error")]
    assert told == {0, INTERRUPTED} | {one.exit_code for one in classes}
