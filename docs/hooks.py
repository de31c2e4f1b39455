"""What pages show that stands elsewhere: pictures beside their data, and the help of commands."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from treemeta.cli.main import app

PICTURES = ("registry/experiments", "benchmarks/results")
WIDTH = 88  # columns of a block of code on a page


def on_files(files: Files, config: MkDocsConfig) -> None:
    """Add every picture, below the path that it has in the repository."""
    root = Path(config.config_file_path).parent
    for path in sorted(path for folder in PICTURES for path in (root / folder).glob("*.svg")):
        name = path.relative_to(root).as_posix()
        files.append(File.generated(config, name, abs_src_path=str(path)))


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Let links that lead out of docs/ lead to what was added, and let commands tell their help."""
    if page.file.src_uri == "commands.md":
        markdown += "\n".join(
            f"\n## {name}\n\n```text\n{text}\n```\n" for name, text in helps(root_command())
        )
    return markdown.replace("](../", "](")


def root_command() -> Any:
    """Return the program as the command that holds all others."""
    return typer.main.get_command(app)


def helps(command: Any, name: str = "treemeta") -> Iterator[tuple[str, str]]:
    """Yield the name of a command and what its ``--help`` prints; then of all that stand in it."""
    context = command.context_class(
        command, info_name=name, terminal_width=WIDTH, max_content_width=WIDTH
    )
    yield name, command.get_help(context)
    for word, one in getattr(command, "commands", {}).items():
        yield from helps(one, f"{name} {word}")
