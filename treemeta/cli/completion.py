"""What a shell completes: words that are known, trees and nodes of a registry. At an error it
completes nothing, as a shell has nowhere to say so."""

from collections.abc import Callable, Iterable

import typer

from treemeta.kinds import BUILT_IN

SHORT = 8  # letters of an id that a shell writes


def words(known: Iterable[str]) -> Callable[[str], list[str]]:
    """Return what completes one of some words."""

    def complete(incomplete: str) -> list[str]:
        return [word for word in known if word.startswith(incomplete)]

    return complete


datasets = words(BUILT_IN)


def measures(incomplete: str) -> list[str]:
    """Complete the name of a measure."""
    from treemeta.measures.names import MEASURES

    return words(MEASURES)(incomplete)


def arms(incomplete: str) -> list[str]:
    """Complete the last of several arms, which commas part."""
    from treemeta.analysis.comparison import ARMS

    before, comma, _ = incomplete.rpartition(",")
    named = before.split(",")
    return words([f"{before}{comma}{arm}" for arm in ARMS if arm not in named])(incomplete)


def trees(ctx: typer.Context, incomplete: str) -> list[str]:
    """Complete the id of a tree of the registry, after ``latest``."""
    from treemeta.store.names import tree_names

    shown = max(SHORT, len(incomplete))
    names = _told(lambda: tree_names(_registry(ctx)))
    return words(["latest", *(name[:shown] for name in names)])(incomplete)


def nodes(ctx: typer.Context, incomplete: str) -> list[str]:
    """Complete the name of a finished node of the tree that is named before, else of the newest."""
    from treemeta.store.names import node_names

    # Behind an option that has no value yet, what stands before it is not told apart.
    named = [*ctx.args, ctx.params.get("tree") or "latest"]
    return words(_told(lambda: node_names(_registry(ctx), named[0])))(incomplete)


def _told(read: Callable[[], list[str]]) -> list[str]:
    """Return what is read; nothing where that fails, however it does."""
    try:
        return read()
    except Exception:
        return []


def _registry(ctx: typer.Context) -> str:
    from treemeta.store.registry import address_of

    return address_of(ctx.params.get("tracking_uri"))
