"""Options that several commands share, and those made from the fields of ``Config``."""

import functools
import inspect
from collections.abc import Callable
from typing import Annotated, Any, get_args

import typer

from treemeta.cli.completion import datasets, trees, words
from treemeta.cli.numbers import number, whole
from treemeta.declared import KNOWN, SECTIONS
from treemeta.defaults import AUTO, AUTO_TEXT

Tracking = Annotated[
    str | None,
    typer.Option(
        "--tracking-uri",
        help="MLflow store (else MLFLOW_TRACKING_URI, else sqlite:///registry/mlflow.db).",
    ),
]
Experiment = Annotated[
    str | None,
    typer.Option(help="MLflow experiment (else MLFLOW_EXPERIMENT_NAME, else treemeta)."),
]
PrintConfig = Annotated[
    bool,
    typer.Option(
        "--print-config", help="Print all settings as a TOML file for --config, and train nothing."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print json.")]
TreeArgument = Annotated[
    str,
    typer.Argument(
        metavar="TREE",
        help="An id, the beginning of one, a name, or latest: the newest that is no rival in a "
        "comparison.",
        autocompletion=trees,
    ),
]
Workers = Annotated[
    int | None, typer.Option(**whole(1), help="Processes (default: the physical cores).")
]
EngineKind = Annotated[
    str,
    typer.Option(
        "--engine",
        help="local, or ray: an existing cluster, by RAY_ADDRESS or nearby.",
        autocompletion=words(("local", "ray")),
    ),
]
Device = Annotated[
    str,
    typer.Option(help="cpu, or cuda where there is one.", autocompletion=words(("cpu", "cuda"))),
]

FIRST = ("dataset", "learner", "meta_steps", "seed")  # what people give before anything else
GROUPS = dict.fromkeys(FIRST, "Given first") | {
    name: section.capitalize()
    for section, names in SECTIONS.items()
    for name in names
    if name not in FIRST
}


def tracking(uri: str | None) -> str:
    """Return the registry's address: flag beats environment beats default."""
    from treemeta.store.registry import address_of

    return address_of(uri)


def experiment_name(name: str | None) -> str:
    """Return the MLflow experiment's name: flag beats environment beats default."""
    from treemeta.store.registry import experiment_named

    return experiment_named(name)


def config_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command that takes ``**settings`` one option for every field of ``Config``."""
    signature = inspect.signature(command, eval_str=True)
    own = [p for p in signature.parameters.values() if p.kind is not p.VAR_KEYWORD]
    made = [
        inspect.Parameter(
            name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=_annotation(name, group)
        )
        for name, group in GROUPS.items()
    ]

    @functools.wraps(command)
    def wrapped(**arguments: Any) -> None:
        command(**arguments)

    own = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in own]
    parameters = [*made[: len(FIRST)], *own, *made[len(FIRST) :]]
    vars(wrapped)["__signature__"] = signature.replace(parameters=parameters)
    return wrapped


def _annotation(name: str, group: str) -> Any:
    kind: Any = KNOWN[name].type
    default = KNOWN[name].default
    shown = str(default).lower() if isinstance(default, bool) else default
    shown = AUTO_TEXT[name] if default == AUTO else "none" if shown == "" else shown
    about: dict[str, Any] = {
        "help": f"{KNOWN[name].metadata['about']} [default: {shown}]",
        "show_default": False,
        "rich_help_panel": group,
    }
    if kind not in (int, float):
        # Text to Typer, whose refusal of a choice reads "Value error, ...": Config has a better.
        choices = dict.fromkeys((*get_args(kind), *([AUTO] if default == AUTO else [])))
        kind, metavar = (str, f"[{'|'.join(choices)}]") if get_args(kind) else (kind, None)
        completes = words(choices) if choices else datasets if name == "dataset" else None
        return Annotated[
            kind | None, typer.Option(metavar=metavar, autocompletion=completes, **about)
        ]

    parsing = whole() if kind is int else number()
    if default == AUTO:
        parsing |= {"parser": _or_auto(parsing["parser"])}
    return Annotated[Any, typer.Option(**about, **parsing)]


def _or_auto(parse: Callable[[str], float]) -> Callable[[str], Any]:
    return lambda given: given if given == AUTO else parse(given)
