"""What is said to who types what there is not: one sentence, with the nearest that there is."""

import re
from collections.abc import Iterator
from typing import Any

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from treemeta.errors import ConfigError, nearest
from treemeta.kinds import BUILT_IN

QUOTE = "'"
A_TREE = re.compile(r"latest|[0-9a-f]{8,32}")
TOO_MANY = re.compile(r"Got unexpected extra argument\(s\) \((.*)\)", re.DOTALL)
# What a word may be without the option that takes it, by what it ends with.
TAKEN_BY = (
    ("--config", (".toml",)), ("--output", (".svg", ".png", ".pdf", ".html", ".newick", ".nexus")),
    ("--export", (".svg", ".png", ".pdf", ".csv", ".newick")), ("--dataset", ("",)),
)  # fmt: skip
# What other programs call what has another name here, where no word of it tells.
COMMANDS = {
    "fit": "train", "grow": "train", "resume": "train --resume", "continue": "train --resume",
    "eval": "compare", "evaluate": "compare", "benchmark": "compare",
    "classify": "predict", "infer": "predict", "adapt": "predict", "place": "route",
    "ls": "tree list", "runs": "tree list", "rm": "tree delete", "remove": "tree delete",
    "view": "tree show", "print": "tree show", "plot": "tree export", "draw": "tree export",
    "save": "tree export", "html": "report", "serve": "ui", "mlflow": "ui", "help": "--help",
    "version": "--version", "distance": "similarity", "matrix": "similarity",
}  # fmt: skip
OPTIONS = {
    "--lr": "--meta-step-size", "--learning-rate": "--meta-step-size", "--meta-lr":
    "--meta-step-size", "--epochs": "--meta-steps", "--iterations": "--meta-steps",
    "--model": "--network", "--backbone": "--network", "--gpu": "--device", "--cuda": "--device",
    "--jobs": "--workers", "-j": "--workers", "--threads": "--workers", "--cores": "--workers",
    "--out": "--output", "-o": "--output", "--save": "--export", "--name": "--experiment",
    "--random-state": "--seed", "--holdout": "--held-out", "--classes": "--ways",
    "--metric": "--measure", "--checkpoint": "--resume", "--continue": "--resume",
    "--registry": "--tracking-uri", "--db": "--tracking-uri", "-h": "--help", "-c": "--config",
}  # fmt: skip


class Group(TyperGroup):
    """Commands, of which the nearest is named to who names none."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Show the help where no command is named."""
        if not args and self.no_args_is_help and not ctx.resilient_parsing:
            typer.echo(ctx.get_help(), err=True)
            raise typer.Exit(2)
        return super().parse_args(ctx, args)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the command that is named first; raises ``ConfigError`` where there is none."""
        name = args[0]
        if name in self.commands or name.startswith("-") or ctx.resilient_parsing:
            return super().resolve_command(ctx, args)
        root = ctx.find_root()
        path, known = ctx.command_path, list(leaves(root.command, root.command_path))
        near = meant(name, path, known)
        way = f"did you mean {near!r}?" if near else f"see '{path} --help'"
        raise ConfigError(f"there is no command {f'{path} {name}'!r}: {way}")


def leaves(command: Any, path: str) -> Iterator[str]:
    """Yield what is typed to run each of all commands."""
    within = getattr(command, "commands", {})
    for name, one in within.items():
        yield from leaves(one, f"{path} {name}")
    if not within:
        yield path


def meant(name: str, group: str, known: list[str]) -> str | None:
    """Return the command that somebody may have meant by a name in a group."""
    program = group.split()[0]
    if found := [path for path in known if path.split()[-1] == name]:  # of another group
        return found[0]
    here = [path for path in known if path.startswith(group)]
    words = {path.split()[-1]: path for path in (*known, *here)}  # those of the group win
    if near := nearest(name, words):
        return words[near]
    if near := nearest(name, BUILT_IN):
        return f"{program} train --dataset {near}"
    if name in COMMANDS:
        return f"{program} {COMMANDS[name]}"
    return f"{group} show {name}" if group.endswith(" tree") and A_TREE.fullmatch(name) else None


def sentence_of(error: TyperException) -> str:
    """Return what was wrong with a command line, and the way out."""
    ctx: Any = getattr(error, "ctx", None)
    path = ctx.command_path if ctx else "treemeta COMMAND"
    name = getattr(error, "option_name", None)
    if name and hasattr(error, "possibilities"):
        known = [flag for one in ctx.command.get_params(ctx) for flag in one.opts]
        way = _way_out(ctx, name, [flag for flag in known if flag.startswith("-")])
        return f"'{path}' has no option {name!r}: {way}"
    if ctx and (more := TOO_MANY.fullmatch(error.message)):
        return f"'{path}' has no place for {more[1]!r}: {_place_of(ctx, more[1])}"
    parameter: Any = getattr(error, "param", None)
    if ctx and hasattr(error, "param_type"):
        return f"'{path}' needs {parameter.get_error_hint().strip(QUOTE)}: {_usage(ctx, parameter)}"
    if parameter and error.message:
        said = error.message.removeprefix("Value error, ").rstrip(".")
        return f"{parameter.get_error_hint().strip(QUOTE)}: {said}"
    said = error.format_message().rstrip(".")
    return f"{said[:1].lower()}{said[1:]}: see '{path} --help'"


def _place_of(ctx: Any, word: str) -> str:
    """Return where a word belongs that stands alone."""
    known = {flag for one in ctx.command.get_params(ctx) for flag in one.opts}
    for flag, ends in TAKEN_BY:
        if flag in known and word.endswith(ends) and " " not in word:
            return f"did you mean {flag} {word}?"
    return f"see '{ctx.command_path} --help'"


def _usage(ctx: Any, missing: Any) -> str:
    """Return how a command is typed that lacks something it needs."""
    if missing.param_type_name == "option":
        return f"see '{ctx.command_path} --help'"
    _, *taken = ctx.command.collect_usage_pieces(ctx)  # after [OPTIONS]
    return f"type '{' '.join((ctx.command_path, *(one.strip('{}') for one in taken)))}'"


def _way_out(ctx: Any, name: str, known: list[str]) -> str:
    """Return what somebody can do who gave an option that a command has not."""
    root = ctx.find_root()
    called = option_meant(name, known)
    if not called and (having := list(with_option(root.command, root.command_path, name))):
        return f"{' and '.join(map(repr, having[:3]))} {'have' if having[1:] else 'has'} one"
    if near := called or nearest(name, known):
        return f"did you mean {near}?"
    return f"see '{ctx.command_path} --help'"


def option_meant(name: str, known: list[str]) -> str | None:
    """Return the option that is called so elsewhere, or all that have its word in theirs."""
    word = set(name.strip("-").split("-"))
    within = [flag for flag in known if word <= set(flag.strip("-").split("-"))]
    called = [OPTIONS[name]] if OPTIONS.get(name) in known else []
    called += [flag for flag in known if flag == f"{name}s"]
    return " or ".join([*called, *within]) or None


def with_option(command: Any, path: str, name: str) -> Iterator[str]:
    """Yield what is typed to run each command that has an option."""
    for word, one in getattr(command, "commands", {}).items():
        yield from with_option(one, f"{path} {word}", name)
    if name in {flag for one in command.params for flag in one.opts} and name != "--version":
        yield path
