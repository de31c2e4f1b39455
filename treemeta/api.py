"""treemeta from Python: trees to grow, to open, to ask and to answer with.

Work is done by this process on one thread, unless more ``workers`` are asked for; a script that
does must keep what it runs behind ``if __name__ == "__main__":``, as each worker imports it.
"""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from treemeta.config import Config
from treemeta.declared import check_option, make_config
from treemeta.engine.local import Engine
from treemeta.engine.opening import check_engine, open_engine
from treemeta.errors import ConfigError
from treemeta.measures.similarity import Similarity
from treemeta.measures.subject import Subject, measure
from treemeta.report.export import figures
from treemeta.report.nodes_table import nodes_table
from treemeta.store.find import find_node, find_tree
from treemeta.store.read import read_tree
from treemeta.store.records import Node, Tree
from treemeta.store.registry import Registry, address_of, experiment_named, open_registry
from treemeta.tasks.arrays import HeldOut, pack_arrays
from treemeta.tasks.dataset import Dataset
from treemeta.tasks.packed import text_of
from treemeta.tasks.sources import opened
from treemeta.tasks.support import pair_of, support_from
from treemeta.tasks.units import Units
from treemeta.tree.answer import adapt
from treemeta.tree.job import begin
from treemeta.tree.plan import Plan
from treemeta.tree.predictor import Predictor
from treemeta.tree.route import Route, Router
from treemeta.tree.stored_router import stored_router
from treemeta.tree.train import train

if TYPE_CHECKING:
    import networkx as nx

Support = Mapping[Any, Any] | tuple[Any, Any]


@dataclass(frozen=True)
class OpenTree:
    """A tree of a registry, to look at, to ask and to answer with."""

    registry: Registry
    stored: Tree
    device: str = "cpu"

    @property
    def id(self) -> str:
        """Its id in the registry."""
        return self.stored.id

    @property
    def nodes(self) -> tuple[Node, ...]:
        """Its nodes, a parent before its children."""
        return self.stored.nodes

    @cached_property
    def graph(self) -> "nx.DiGraph[str]":
        """The tree as a graph from parents to children, each with its ``node`` as an attribute."""
        return self.stored.graph()

    @cached_property
    def table(self) -> pd.DataFrame:
        """A row for each node, by its name; how well it does is called ``accuracy`` or ``mse``."""
        return nodes_table(self.stored)

    def similarity(self, name: str = "direction", **of: Any) -> pd.DataFrame:
        """Return how alike tasks are, named by tasks on both axes; see ``measure``."""
        return self.measure(name, **of).matrix

    def measure(
        self, name: str = "direction", node: str = "r", tasks: str = "train", workers: int = 1
    ) -> Similarity:
        """Return how alike tasks are by a measure of ``treemeta similarity``, at the init of a
        node: the ``matrix``, the ``low`` and ``high`` ends of each pair's 95 % interval and the
        ``reliability`` of the whole, where there are such, and whether it is a similarity.

        ``tasks`` are the node's own (``train``), the held-out ones (``test``) or ``all``.
        """
        with ExitStack() as stack:
            engine = stack.enter_context(open_engine("local", workers, self.device, ""))
            one = find_node(self.stored, node)
            about = Subject(
                self.registry, self.stored, one, lambda: engine, tasks, device=self.device
            )
            return measure(name, about)

    def route(self, support: Support) -> Route:
        """Return where a support belongs: the weight of every node that may answer.

        ``support`` is ``{label: inputs}`` or ``(inputs, labels)``, see ``adapt``.
        """
        return self.adapt(*pair_of(support)).route

    def adapt(self, inputs: Any, labels: Any) -> Predictor:
        """Return what the tree has learned from a support: inputs as ``dataset`` takes them, of the
        size that the tree was grown on, and a label, or a number, for each.

        Raises ``DataError`` for arrays that do not fit the tree, and ``RegistryError`` for a tree
        that is not finished.
        """
        config, units = self._subject.config, self._units
        listed = np.asarray(labels).tolist()  # numpy writes some numbers otherwise than Python
        support = support_from(config, units, inputs, listed)
        own = {str(label): label for label in listed}
        learned = adapt(config, self._router, support)
        return Predictor(
            learned, tuple(own[name] for name in support.classes), units, self._subject.engine
        )

    @cached_property
    def _subject(self) -> Subject:
        return Subject(
            self.registry, self.stored, find_node(self.stored, "r"), lambda: Engine(1),
            device=self.device,
        )  # fmt: skip

    @cached_property
    def _router(self) -> Router:
        about = self._subject
        return stored_router(
            self.registry, self.stored, about.config, lambda: about.setting, self.device
        )

    @cached_property
    def _units(self) -> Units | None:
        return self._subject.dataset.units if self._subject.config.of_rows else None


def open_tree(
    which: str = "latest", tracking_uri: str | None = None, device: str = "cpu"
) -> OpenTree:
    """Return a tree of the registry at an address: an id, the beginning of one, or ``latest``.

    Without an address it is that of ``MLFLOW_TRACKING_URI``, else ``registry/mlflow.db`` here.
    """
    check_engine("local", None, device)
    registry = open_registry(address_of(tracking_uri))
    return OpenTree(registry, read_tree(registry, find_tree(registry, which)), device)


def grow(
    data: str | Dataset,
    config: Config | Mapping[str, Any] | None = None,
    tracking_uri: str | None = None,
    experiment: str | None = None,
    workers: int = 1,
    device: str = "cpu",
) -> OpenTree:
    """Return a tree that is grown on data: a text as ``--dataset`` takes it, or what ``dataset``
    made of arrays.

    ``config`` has the options of ``treemeta train``, with underscores. Every node is stored in the
    registry as soon as it is finished; what is interrupted goes on by ``treemeta train --resume``.
    Raises ``ConfigError`` for options that make no sense and ``DataError`` for data that do not fit
    them, before anything is stored.
    """
    text = text_of(data) if isinstance(data, Dataset) else data
    uri = address_of(tracking_uri)
    with open_engine("local", workers, device, uri) as engine:
        chosen, found = opened(_config_of(text, config or {}))
        job = begin(Plan("", chosen), found, uri, experiment_named(experiment), device)
        grown = train(job, figures, lambda _: None, engine, device)
    return OpenTree(job.registry, grown, device)


def dataset(tasks: Mapping[Any, Any], held_out: HeldOut = None) -> Dataset:
    """Return arrays as a data set: ``{task: {class: inputs}}``, or ``{task: (inputs, targets)}``
    where tasks tell numbers.

    Inputs are images, ``uint8[n, side, side]`` with ink 255 on 0 or in colour ``uint8[n, side,
    side, 3]``, or rows of numbers, ``[n, features]``. Held out are 0.3 of the tasks, rounded down,
    or ``held_out``: another share, their names, or a pattern. It is packed in the cache under a
    digest of its content, and ``--dataset packed:NAME`` opens it by its ``name``. Raises
    ``DataError`` for arrays that are no such tasks.
    """
    return pack_arrays(tasks, held_out)


def _config_of(text: str, given: Config | Mapping[str, Any]) -> Config:
    said = given.dataset if isinstance(given, Config) else given.get("dataset", text)
    if said != text:
        raise ConfigError(
            f"the config names the data set {said!r}, and {text!r} is to be grown on: name one"
        )
    if isinstance(given, Config):
        return given
    for name in given:
        check_option("the config", name)
    return make_config(dict(given), {"dataset": text})
