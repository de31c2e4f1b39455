"""What an arm costs to train and to ask, in multiply-adds of the convolutions.

All else is small beside them (see ``cost.py``); a gradient counts as three passes forward.
"""

from treemeta.config import Config
from treemeta.store.evidence import Evidence
from treemeta.store.records import Node, Tree
from treemeta.tree.cost import multiply_adds
from treemeta.tree.deals import is_light
from treemeta.tree.foresight import affordable
from treemeta.tree.probe import episode_size
from treemeta.tree.rivals import steps_of

GRADIENT = 3


def training_operations(config: Config, tree: Tree) -> float:
    """Return what a tree took to train: steps, with those in vain, probes, deals and gates."""
    images = steps_of(tree) * _step_images(config) + sum(
        _asking_images(config, one) for one in tree.nodes
    )
    return images * multiply_adds(config)


def answering_operations(config: Config, tree: Tree, members: int = 1) -> float:
    """Return what an episode takes to be answered: routing among a tree's candidates, then the
    answer of the one chosen, of all where they are mixed, or of all ``members`` of an ensemble."""
    support, query = config.ways * config.shots, config.ways * config.queries
    leaves, adapting = tree.leaves(), 0
    if config.learner == "reptile":
        adapting = GRADIENT * config.eval_inner_steps * min(config.inner_batch_size, support)
    candidates = len(tree.nodes if config.candidates == "nodes" else leaves)
    routing = 0
    if candidates > 1 and config.route == "direction":
        routing = GRADIENT * support * max(leaf.depth for leaf in leaves)
    elif candidates > 1:
        routing = support * candidates
    answers = members * (candidates if config.mix == "soft" else 1)
    return float(routing + answers * (adapting + support + query)) * multiply_adds(config)


def _step_images(config: Config) -> float:
    """Return how many images pass forward, or as much work as that, in one outer step."""
    if config.learner == "reptile":
        inner = config.inner_steps * config.inner_batch_size
        return float(GRADIENT * config.meta_batch_size * inner)
    return float(GRADIENT * config.meta_batch_size * _episode(config))


def _asking_images(config: Config, node: Node) -> float:
    """Return the same of all that a node was asked; a leaf was probed once more, at its end."""
    probes = len(node.evidence) + (not node.groups) if node.reliability is not None else 0
    full = len(node.tasks) * config.probe_episodes * GRADIENT * _probed(config)
    return probes * full + sum(_weighing_images(config, node, one, full) for one in node.evidence)


def _weighing_images(config: Config, node: Node, one: Evidence, full: float) -> float:
    images = 0.0
    if one.deals and is_light(config):
        few = _probed(config, lightly=True)
        light = len(node.tasks) * (config.probe_episodes // 4) * GRADIENT * few
        images += (1 + one.deals) * light
    elif one.deals and config.targets == "classes":
        images += one.deals * full
    if one.forecast is not None:
        episodes = affordable(config, len(node.tasks), one.step)
        images += len(node.tasks) * episodes * GRADIENT * _probed(config, lightly=True)
    if one.gain is not None:
        shares, support = max(1, len(one.tried)), config.ways * config.shots
        routed = _episode(config) + (one.children or 1) * support
        images += len(node.tasks) * config.test_episodes * (_episode(config) + shares * routed)
    return images


def _episode(config: Config) -> int:
    return config.ways * (config.shots + config.queries)


def _probed(config: Config, lightly: bool = False) -> int:
    """Return the images of an episode that a direction takes."""
    return config.ways * sum(episode_size(config, lightly))
