"""Judges: what must be said against a proposed split before it is tried."""

from treemeta.config import Config
from treemeta.tree.deals import chance_of
from treemeta.tree.evidence import NullTest
from treemeta.tree.propose import Proposal


def objection_to(config: Config, proposal: Proposal, null: NullTest) -> str | None:
    """Return why a cut must not split a node, or ``None`` where nothing speaks against it."""
    # Tasks that are asked different things make bags of a mixture, and mixtures differ in what they
    # are mixed of: bags may vary more than tasks do, yet never cluster as they do.
    if config.direction != "meta_gradient" and null.p_variance > config.level:
        return f"tasks differ no more than {chance_of(config)} do"
    if null.p_cut > config.level:
        return f"the best cut is no better than that of {chance_of(config)}"
    if proposal.steadiness < config.min_stability:
        return "a child does not reappear when episodes are drawn again"
    return None
