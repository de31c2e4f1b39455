"""Growing trees from Python, on data that are named or handed over as arrays."""

from collections.abc import Mapping
from os import PathLike, fspath
from typing import Any
from warnings import warn

from treemeta.api.network import engine_for, network_of, options_of
from treemeta.api.opened import OpenTree
from treemeta.api.telling import never_asked, told_to, warn_of
from treemeta.api.training import trained
from treemeta.config import Config
from treemeta.declared import check_option, make_config
from treemeta.errors import ConfigError, brief
from treemeta.pages import Say
from treemeta.store.registry import experiment_named, lasting_address
from treemeta.tasks.arrays import HeldOut, pack_arrays
from treemeta.tasks.dataset import Dataset
from treemeta.tasks.given_tasks import may_be_classes
from treemeta.tasks.packed import text_of
from treemeta.tasks.roles import hold_out
from treemeta.tasks.sources import opened
from treemeta.tree.job import begin
from treemeta.tree.plan import Plan

Data = str | PathLike[str] | Dataset
Options = Config | Mapping[str, Any]


def grow(
    data: Data,
    config: Options | None = None,
    tracking_uri: str | PathLike[str] | None = None,
    experiment: str | None = None,
    workers: int = 1,
    device: str = "cpu",
    say: Say | None = None,
) -> OpenTree:
    """Return a tree that is grown on data: a text or a path as ``--dataset`` takes it, or what
    ``dataset`` made of arrays.

    ``config`` has the options of ``treemeta train``, with underscores, or is a ``Config`` that
    names this very data set. In a dict, ``network`` may be a class of torch modules too, which is
    made without arguments and makes features ``[n, width]`` of inputs ``float32[n, channels, side,
    side]`` or ``[n, features]``. Every node is stored in the registry as soon as it is finished;
    what is interrupted goes on by ``open_tree(...).resume()``. ``say``, such as ``print``, is told
    what the program says meanwhile, a line at a time. More ``workers`` are processes that
    import the script, which must keep what it runs behind ``if __name__ == "__main__":``.
    Raises ``ConfigError`` for options that make no sense and ``DataError`` for data that do not fit
    them, before anything is stored.
    """
    uri, asked, told = lasting_address(tracking_uri), config_of(data, config), told_to(say)
    with engine_for(network_of(asked), workers, device, uri) as engine:
        chosen, found = opened(asked)
        warn_of(found)
        if reason := never_asked(chosen):
            warn(reason, stacklevel=2)
        engine.start()  # before anything is stored
        job = begin(Plan("", chosen), found, uri, experiment_named(experiment), device)
        grown = trained(job, told, engine, device)
    return OpenTree(job.registry, grown, device, network_of(chosen))


def dataset(tasks: Mapping[Any, Any], held_out: HeldOut = None) -> Dataset:
    """Return arrays as a data set: ``{task: {class: inputs}}``, or ``{task: (inputs, targets)}``
    where tasks tell numbers.

    Inputs are images, ``uint8[n, side, side]`` with ink 255 on 0 or in colour ``uint8[n, side,
    side, 3]``, or rows of numbers, ``[n, features]``; where all are pandas tables, their columns
    are found by their names, here and in new data. Held out are 0.3 of the tasks, rounded down,
    or ``held_out``, which a config then does not say: another share, their names, or a pattern. It
    is packed in the cache under a digest of its content, and ``--dataset packed:NAME`` opens it by
    its ``name``. Raises ``DataError`` for arrays that are no such tasks, and warns of targets that
    may be classes: a few different integers.
    """
    found = pack_arrays(tasks, held_out)
    if may_be_classes(tasks):
        warn(
            "targets are a few different integers, and are told as numbers: give {task: {class: "
            "inputs}} where they are classes, or targets as floats",
            stacklevel=2,
        )
    return found


def config_of(data: Data, given: Options | None) -> Config:
    """Return what is said of training on data; raises ``ConfigError`` for what makes no sense."""
    text = _named(data)
    given = {} if given is None else given
    if not isinstance(given, Config | Mapping):
        raise ConfigError(
            f"the config is {brief(given)}: give a treemeta.Config, or a dict of options"
        )
    said = given.dataset if isinstance(given, Config) else given.get("dataset", text)
    if not isinstance(said, str) or said != text:
        way = "name it in the Config" if isinstance(given, Config) else "name one"
        raise ConfigError(
            f"the config names the data set {brief(said)}, and {text!r} is to be grown on: {way}, "
            "or give a dict without"
        )
    config = given if isinstance(given, Config) else _made(given, text)
    if isinstance(data, Dataset) and config.held_out and data.roles != hold_out([*data.roles]):
        raise ConfigError(
            f"the config holds out {config.held_out!r:.60}, and dataset() was told what to hold "
            "out: say it once"
        )
    return config


def _made(given: Mapping[str, Any], text: str) -> Config:
    for name in given:
        check_option("the config", name)
    return make_config(options_of(given), {"dataset": text})


def _named(data: Data) -> str:
    """Return what ``--dataset`` takes for data."""
    if isinstance(data, Dataset):
        return text_of(data)
    if not isinstance(text := fspath(data) if isinstance(data, PathLike) else data, str):
        raise ConfigError(
            f"data is a {type(data).__name__}: give a text as --dataset takes it, a path, or what "
            "treemeta.dataset(...) makes of arrays"
        )
    return text
