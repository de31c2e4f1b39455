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

GRADIENT = 3


def training_operations(config: Config, tree: Tree) -> float:
    """Return what a tree took to train: steps, with those in vain, probes, deals and gates."""
    images = tree.steps * _step_images(config)
    # All nodes are probed or none; of fewer than four tasks a reliability is not defined.
    if tree.nodes[0].reliability is not None:
        images += sum(_probe_images(config, one) for one in tree.nodes)
    images += sum(
        _weighing_images(config, one, asked) for one in tree.nodes for asked in one.evidence
    )
    return images * multiply_adds(config)


def answering_operations(config: Config, tree: Tree, members: int = 1) -> float:
    """Return what an episode takes to be answered: routing among a tree's candidates, then the
    answer of the one chosen, of all where they are mixed, or of all ``members`` of an ensemble."""
    leaves = tree.leaves()
    candidates = len(tree.nodes if config.candidates == "nodes" else leaves)
    answers = members * (candidates if config.mix == "soft" else 1)
    routing = _routing_images(config, candidates, max(leaf.depth for leaf in leaves))
    return float(routing + answers * _answer_images(config)) * multiply_adds(config)


def _step_images(config: Config) -> float:
    """Return how many images pass forward, or as much work as that, in one outer step."""
    if config.learner == "reptile":
        inner = config.inner_steps * config.inner_batch_size
        return float(GRADIENT * config.meta_batch_size * inner)
    return float(GRADIENT * config.meta_batch_size * _episode(config))


def _routing_images(config: Config, candidates: int, depth: int) -> int:
    """Return the same of routing an episode: a gradient at every fork, or its support once forward
    in every candidate."""
    if candidates < 2:
        return 0
    support = config.ways * config.shots
    return GRADIENT * support * depth if config.route == "direction" else support * candidates


def _answer_images(config: Config) -> int:
    """Return the same of one node's answer to an episode, adapted first where heads are not
    solved."""
    adapting = 0
    if config.learner == "reptile":
        batch = min(config.inner_batch_size, config.ways * config.shots)
        adapting = GRADIENT * config.eval_inner_steps * batch
    return adapting + _episode(config)


def _probe_images(config: Config, node: Node) -> int:
    """Return the same of a node's probes; a leaf was probed once more, at its end."""
    return (len(node.evidence) + (not node.groups)) * _full_probe(config, node)


def _full_probe(config: Config, node: Node) -> int:
    return len(node.tasks) * config.probe_episodes * GRADIENT * _probed(config)


def _weighing_images(config: Config, node: Node, one: Evidence) -> float:
    """Return the same of deals, a forecast and a gate."""
    images = 0.0
    if one.deals and is_light(config):
        few = _probed(config, lightly=True)
        light = len(node.tasks) * (config.probe_episodes // 4) * GRADIENT * few
        images += (1 + one.deals) * light
    elif one.deals and config.targets == "classes":
        images += one.deals * _full_probe(config, node)
    if one.forecast is not None:
        episodes = affordable(config, len(node.tasks), one.step)
        images += len(node.tasks) * episodes * GRADIENT * _probed(config, lightly=True)
    if one.gain is not None:
        images += len(node.tasks) * _gate_images(config, one.children or 1, max(1, len(one.tried)))
    return images


def _gate_images(config: Config, children: int, shares: int) -> int:
    """Return the same of a task that a gate asks: the node alone, and its children for each of what
    they may share. Solved heads are tried in all that may answer, whose scales are seen first."""
    inner = config.candidates == "nodes"
    candidates = children + inner
    every = config.learner == "solved" or config.mix == "soft"
    exam = _routing_images(config, candidates, 1)
    exam += (candidates if every else 1) * _answer_images(config)
    scales = 0
    if config.route == "likelihood" and config.targets == "classes":
        scales = (1 + inner) * config.node_episodes * config.ways * config.shots
    return config.test_episodes * _answer_images(config) + shares * (
        config.test_episodes * exam + scales
    )


def _episode(config: Config) -> int:
    return config.ways * (config.shots + config.queries)


def _probed(config: Config, lightly: bool = False) -> int:
    """Return the images of an episode that a direction takes."""
    return config.ways * sum(episode_size(config, lightly))
