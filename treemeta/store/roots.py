"""The roots of all trees, without what is below them."""

from treemeta.errors import IntegrityError, RegistryError, UnreachableError
from treemeta.store.read import read_node
from treemeta.store.records import ROOT, Node
from treemeta.store.registry import Registry
from treemeta.store.runs import NODE, TREE, runs_with


def read_roots(registry: Registry) -> dict[str, Node | None]:
    """Return the root of each tree that has one, by the id of the tree; ``None`` where its file is
    not what was written, or lies where nobody gets at it."""
    roots: dict[str, Node | None] = {}
    for run in runs_with(registry, NODE, ROOT):
        try:
            node = read_node(registry, run)
        except UnreachableError:
            raise
        except (IntegrityError, RegistryError):
            node = None
        roots[run.data.tags.get(TREE, "")] = node
    return roots
