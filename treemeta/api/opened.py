"""A tree of a registry, to look at, to ask and to answer with."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from warnings import warn

import pandas as pd

from treemeta.analysis.groups import grouping_of
from treemeta.api.answering import learned_by, units_at
from treemeta.api.asked import gains_at, outlook_at
from treemeta.api.network import engine_for
from treemeta.api.telling import told_to
from treemeta.api.training import trained
from treemeta.engine.local import Engine
from treemeta.errors import printable
from treemeta.measures.similarity import Similarity
from treemeta.measures.subject import Subject, measure
from treemeta.pages import Say, learned, page_of
from treemeta.report.figures.title import tree_title
from treemeta.report.files import kind_of, write_file
from treemeta.report.groups_text import groups_table
from treemeta.report.nodes_table import nodes_table
from treemeta.report.routes_table import routes_table
from treemeta.store.find import find_node
from treemeta.store.records import Node, Tree
from treemeta.store.registry import Registry
from treemeta.tasks.dataset import check_which
from treemeta.tasks.support import pair_of
from treemeta.tree import job
from treemeta.tree.outlook import Outlook
from treemeta.tree.predictor import Predictor
from treemeta.tree.route import Route, Router
from treemeta.tree.stored_router import stored_router

if TYPE_CHECKING:
    import networkx as nx
    from torch import nn

Support = Mapping[Any, Any] | tuple[Any, Any]


@dataclass(frozen=True, eq=False)
class OpenTree:
    """A tree of a registry, to look at, to ask and to answer with. Two of one id are equal."""

    registry: Registry
    stored: Tree
    device: str = "cpu"
    network: "type[nn.Module] | None" = None

    def __repr__(self) -> str:
        return f"<{printable(tree_title(self.stored))}, {self.stored.status}>"

    def __eq__(self, other: object) -> bool:
        return self.id == other.id if isinstance(other, OpenTree) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.id)

    def __reduce__(self) -> tuple[type["OpenTree"], tuple[Any, ...]]:
        """Leave out what was opened to answer, which is opened again."""
        return OpenTree, (self.registry, self.stored, self.device, self.network)

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

    @cached_property
    def routes(self) -> pd.DataFrame:
        """A row for each held-out task, by its name: how well it is answered, the ``node`` of the
        greatest ``share`` in that, of episodes or of their weight, the ``lead`` of the likeliest in
        log likelihood, and by how much the best node, with hindsight, does better: ``regret``. None
        of a tree that is not finished, or holds nothing out."""
        return routes_table(self.stored)

    def clusters(self, node: str = "r", workers: int = 1) -> pd.DataFrame:
        """Return the groups of a node's tasks, the leaves below it or what was proposed and
        refused, else all as one (``made``): a row for each task, by its name, the most typical of
        its ``group`` first, with its closeness ``within``, ``between`` it and the ``nearest`` other
        group, the ``margin``, below 0 of a task that fits there better, and a split's evidence."""
        with self._asked(workers, node) as subject:
            found = grouping_of(self.stored, subject.node, learned(subject))
        return groups_table(found).set_index("task")

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
        with self._asked(workers, node, which=tasks) as subject:
            return measure(name, subject)

    def forecast(self, node: str = "r", workers: int = 1) -> Outlook:
        """Return whether a node's tasks should share a model: what parting them would gain on
        unseen tasks, told from a probe at its init; they are parted as the tree has or, at a leaf,
        as they conflict.

        Raises ``ConfigError`` where there are no forecasts, as for tasks that tell numbers.
        """
        with self._asked(workers, node) as subject:
            return outlook_at(subject)

    def gains(self, tasks: str = "test", workers: int = 1) -> pd.DataFrame:
        """Return which node is good for which task, a row for each of both: the node's accuracy (or
        mse) and its parent's, the mean ``gain`` on the parent over the same fresh episodes with
        the ends of its 95 % interval, and a ``mark``, ``+`` or ``-``, where that excludes 0."""
        with self._asked(workers, which=tasks) as subject:
            found = gains_at(subject)
        return pd.DataFrame(found.rows(), columns=found.columns)

    def report(self, path: str | Path = "report.html", workers: int = 1) -> str:
        """Write the tree as one web page, and return its verdict: does it pay, does sharing hurt,
        how many groups are there. Empty for a consensus, and as long as
        the root is not finished."""
        kind_of(Path(path), ("html",))
        with self._asked(workers, target=0.0) as subject:
            page = page_of(subject, warn)
        write_file(Path(path), page.html.encode())
        return "\n\n".join(page.verdict)

    @contextmanager
    def _asked(self, workers: int, node: str = "r", **about: Any) -> Iterator[Subject]:
        check_which(about.get("which", "train"))
        one = find_node(self.stored, node)
        with engine_for(self.network, workers, self.device, "") as engine:
            yield Subject(
                self.registry, self.stored, one, lambda: engine, device=self.device, **about
            )

    def resume(self, workers: int = 1, say: Say | None = None) -> "OpenTree":
        """Return the tree grown to its end, from where it was interrupted, to the same bits; one
        that is finished as it is, but no consensus. ``say`` is as ``grow`` takes it.

        Raises ``MachineError`` in another environment than it was begun in.
        """
        uri, told = self.registry.uri, told_to(say)
        with engine_for(self.network, workers, self.device, uri) as engine:
            left = job.resume(uri, self.id, False, self.device)
            return replace(self, stored=trained(left, told, engine, self.device))

    def route(self, support: Support) -> Route:
        """Return where a support belongs: the weight of every node that may answer.

        ``support`` is ``{label: inputs}`` or ``(inputs, labels)``, see ``adapt``.
        """
        units = units_at(self._subject)
        names = units.names if units else ()
        return self.adapt(*pair_of(support, names)).route

    def adapt(self, inputs: Any, labels: Any) -> Predictor:
        """Return what the tree has learned from a support: inputs as ``dataset`` takes them, of the
        size that the tree was grown on, and a label, or a number, for each. Labels may be anything
        that is told apart as text, too, and are told as they were given.

        Raises ``DataError`` for arrays that do not fit the tree, and ``RegistryError`` for a tree
        that is not finished.
        """
        return learned_by(self._subject, self._router, inputs, labels)

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
