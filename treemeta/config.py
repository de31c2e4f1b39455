"""Every hyper-parameter once. ``Config`` is what a tree is a function of."""

import hashlib
import json
import sys
import tomllib
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from treemeta.errors import ConfigError

POSITIVE = 1e-12


def option(default: Any, about: str, least: float | None = None, most: float | None = None) -> Any:
    """Declare one hyper-parameter: its default, one line of help and its bounds."""
    return field(default=default, metadata={"about": about, "least": least, "most": most})


@dataclass(frozen=True)
class Config:
    """A whole experiment. The same config and data give the same tree, bit for bit."""

    arm: Literal["tree", "reptile", "scratch"] = option(
        "tree", "grow a tree, train one init without splits, or train nothing at all"
    )
    dataset: str = option(
        "glyphs", "glyphs[:families=3,scripts=5,...], omniglot, or a folder task/class/image"
    )
    split: Literal["poster", "lake"] = option(
        "poster", "omniglot's train/test alphabets: the poster's 35/15 or Lake's 30/20"
    )
    transform: str = option(
        "",
        "add transformed copies of all tasks: thick, thin, invert, blur, rotate or reflect, with "
        ":STRENGTH",
    )
    questions: str = option(
        "",
        "ask each of these of all tasks, such as character+style,style: character, style, place or "
        "drawer, with +NOISE",
    )
    seed: int = option(0, "what all randomness is a function of", 0)

    ways: int = option(5, "classes in an episode", 2)
    shots: int = option(5, "support images of a class", 1)
    queries: int = option(5, "query images of a class", 1)

    network: Literal["conv2", "conv4"] = option("conv2", "two or four convolutional blocks")
    filters: int = option(64, "channels of each convolution", 1)
    norm: Literal["batch", "none"] = option("batch", "normalisation after each convolution")

    inner_steps: int = option(5, "steps of one adaptation while meta-training", 1)
    inner_batch_size: int = option(10, "images in one inner step", 1)
    inner_lr: float = option(0.001, "learning rate of the inner loop", POSITIVE)
    inner_optimizer: Literal["adam", "sgd"] = option("adam", "inner optimiser (Adam: beta1 = 0)")

    meta_steps: int = option(1500, "outer steps along a path from root to leaf", 1)
    meta_batch_size: int = option(5, "tasks adapted for one outer step", 1)
    meta_step_size: float = option(1.0, "how far an outer step goes, at the first step", POSITIVE)
    meta_step_size_end: float = option(0.0, "the same after the last step; linear between", 0)

    rule: Literal["evidence", "always"] = option("evidence", "when a node may split")
    split_every: int = option(500, "outer steps between two questions whether to split", 1)
    max_depth: int = option(3, "no node deeper than this (the root has depth 0)", 0)
    max_children: int = option(4, "most children of one node", 2, 9)
    min_tasks: int = option(3, "fewest tasks of a child", 1)
    direction: Literal["head_solved", "displacement"] = option(
        "head_solved", "how the pull of a task on an init is measured"
    )
    probe_episodes: int = option(24, "episodes per task behind a split, over both halves", 4)
    deals: int = option(19, "dealt bags of classes a split is compared with", 19)
    level: float = option(0.05, "significance level of a split", POSITIVE, 1)
    resamples: int = option(50, "bootstrap resamples behind stability and support", 1)
    min_stability: float = option(0.5, "least mean Jaccard stability of a child", 0, 1)

    node_episodes: int = option(4, "evaluation episodes per task of a node", 1)
    test_episodes: int = option(20, "evaluation episodes per held-out task", 1)
    eval_inner_steps: int = option(50, "steps of one adaptation while evaluating", 0)
    transductive: bool = option(False, "let batch norm see all queries at once in evaluation")

    def __post_init__(self) -> None:
        for one in fields(self):
            value = getattr(self, one.name)
            _check_value(one.name, value, one.type, one.metadata)
            if one.type is float:  # 1 and 1.0, and 0.0 and -0.0, are one config
                object.__setattr__(self, one.name, float(value) + 0.0)
        if self.level < 1 / (1 + self.deals):
            raise ConfigError(
                f"--level {self.level} can never be reached with --deals {self.deals}: "
                f"use at least {int(1 / self.level)} deals"
            )
        if self.inner_batch_size > self.ways * (self.shots + self.queries):
            raise ConfigError(
                f"--inner-batch-size {self.inner_batch_size} exceeds an episode's "
                f"{self.ways * (self.shots + self.queries)} images: lower it"
            )

    def fingerprint(self) -> str:
        """Return a sha256 over all fields, in the order of their names."""
        text = json.dumps(asdict(self), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


def _check_value(name: str, value: Any, kind: Any, limits: Any) -> None:
    flag = "--" + name.replace("_", "-")
    if get_origin(kind) is Literal:
        if value not in get_args(kind):
            raise ConfigError(f"{flag} is {value!r}: choose {' or '.join(get_args(kind))}")
        return
    wanted = (int, float) if kind is float else kind
    if not isinstance(value, wanted) or (kind is not bool and isinstance(value, bool)):
        raise ConfigError(f"{flag} is {value!r}: it takes a value of type {kind.__name__}")
    least, most = limits["least"], limits["most"]
    if kind is float and not abs(value) <= sys.float_info.max:
        raise ConfigError(f"{flag} is {value}: it takes a finite number")
    if least is not None and value < least:
        bound = "above 0" if least == POSITIVE else f"at least {least}"
        raise ConfigError(f"{flag} is {value}: it must be {bound}")
    if most is not None and value > most:
        raise ConfigError(f"{flag} is {value}: it must be at most {most}")


def read_config(path: Path) -> dict[str, Any]:
    """Return the options a TOML file sets; its sections are for the reader and mean nothing."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"config {path} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"config {path} is not TOML: {error}") from error
    known = {one.name for one in fields(Config)}
    options: dict[str, Any] = {}
    for key, value in table.items():
        for name, setting in (value if isinstance(value, dict) else {key: value}).items():
            if name not in known:
                raise ConfigError(
                    f"config {path} sets {name!r}, which is no option{_nearest(name, known)}"
                )
            if name in options:
                raise ConfigError(f"config {path} sets {name!r} twice: keep one")
            options[name] = setting
    return options


def _nearest(name: str, known: set[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(name, known, n=1)
    return f": did you mean {close[0]!r}?" if close else ": see treemeta train --help"


def make_config(*layers: dict[str, Any]) -> Config:
    """Return the defaults overlaid by each layer in turn; ``None`` means not given."""
    config: dict[str, Any] = {}
    for layer in layers:
        config |= {name: value for name, value in layer.items() if value is not None}
    return replace(Config(), **config)
