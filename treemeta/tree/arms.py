"""The arms of a comparison: what each is trained by, so that it is a fair opponent of the tree."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from treemeta.config import Config
from treemeta.randomness import generator
from treemeta.store.evidence import Groups
from treemeta.store.records import LETTERS, ROOT, Tree
from treemeta.tasks.dataset import Dataset
from treemeta.tree.growth import Cuts
from treemeta.tree.plan import UNCUT, Absent, Plan
from treemeta.tree.rivals import RIVALS, Arm, Planned, plain
from treemeta.tree.stretch import may_ask


def plan_of(arm: str, config: Config, dataset: Dataset, tree: Tree | None) -> Planned:
    """Return what an arm is trained by, or why not; ``tree`` is the finished tree of the config,
    which only arms of ``BESIDE_TREE`` need."""
    if absent := senseless(arm, config):
        return absent
    if arm in BESIDE_TREE:
        assert tree is not None
        return BESIDE_TREE[arm](config, dataset, tree)
    if arm == "scratch":
        return Plan(arm, replace(config, arm="scratch", eval_every=0))
    return Plan("", config) if arm == "tree" else Plan(arm, plain(config))


def tree_cuts(tree: Tree) -> Cuts:
    """Return where a tree split, and into what."""
    return {node.name: (node.end, node.groups) for node in tree.nodes if node.groups}


def first_cut(config: Config, tree: Tree) -> int | None:
    """Return the step at which a tree first split, or would have been asked first; none where the
    path is too short to ask."""
    if cuts := tree_cuts(tree):
        return cuts[ROOT][0]
    return config.split_every if may_ask(config, 0, config.split_every) else None


def _random(config: Config, dataset: Dataset, tree: Tree) -> Plan | Absent:
    cuts = tree_cuts(tree)
    if not cuts:
        return UNCUT
    names = sorted(task.name for task in dataset.select("train"))
    dealt = generator(config.seed, "compare", "random").permutation(names).tolist()
    return Plan(
        "random", sharing(config, tree), renamed(cuts, dict(zip(names, dealt, strict=True)))
    )


def sharing(config: Config, tree: Tree) -> Config:
    """Return the config of a tree that is told its cuts: children share what the tree's do."""
    return config if config.share != "auto" else replace(config, share=tree.nodes[0].share)  # type: ignore[arg-type]


def _sharing_so(share: str, config: Config, tree: Tree) -> Plan | Absent:
    cuts = tree_cuts(tree)
    if not cuts:
        return UNCUT
    if all(node.share == share for node in tree.nodes if node.groups):
        return Plan("", config)  # what the tree has come to itself
    name = "copies" if share == "none" else share
    return Plan(name, replace(config, share=share), cuts)  # type: ignore[arg-type]


def senseless(arm: str, config: Config) -> Absent | None:
    """Return why an arm makes no sense whatever the tree, if it makes none."""
    if arm == "trunk" and config.norm == "none" and not config.of_rows:
        return Absent("without norms a trunk leaves its leaves nothing of their own")
    if arm == "joint-pcgrad" and config.learner == "reptile":
        return Absent("learner reptile has no gradients of whole episodes")
    return None


def _trunk(config: Config, dataset: Dataset, tree: Tree) -> Plan | Absent:
    return _sharing_so("trunk", config, tree)


def _copies(config: Config, dataset: Dataset, tree: Tree) -> Plan | Absent:
    return _sharing_so("none", config, tree)


def renamed(cuts: Cuts, names: Mapping[str, str]) -> Cuts:
    """Return the same cuts of other tasks: the same sizes, at the same steps."""
    return {
        node: (step, tuple(tuple(sorted(names[task] for task in group)) for group in groups))
        for node, (step, groups) in cuts.items()
    }


def _oracle(config: Config, dataset: Dataset, tree: Tree) -> Plan | Absent:
    groups = true_groups(dataset)
    if len(groups) < 2:
        return Absent("no truth tells two groups of training tasks apart")
    plan = _cut_once("oracle", groups, config, tree)
    if isinstance(plan, Plan) and plan.cuts:
        return plan_told(plan.control, plan.cuts, config, tree)
    return plan


def plan_told(arm: str, cuts: Cuts, config: Config, tree: Tree) -> Plan:
    """Return the plan of a tree that is told its cuts; of the tree itself, if these are its own."""
    whole = tree_cuts(tree)
    if {*whole} == {*cuts} == {ROOT} and _same(cuts, whole):
        return Plan("", config)
    return Plan(arm, sharing(config, tree), cuts)


def _same(one: Cuts, other: Cuts) -> bool:
    return {frozenset(g) for g in one[ROOT][1]} == {frozenset(g) for g in other[ROOT][1]}


def true_groups(dataset: Dataset) -> Groups:
    """Return the training tasks by their first ancestor, in the order of their first members; none
    where one's is not known."""
    groups: dict[str, list[str]] = {}
    for task in dataset.select("train"):
        lineage = dataset.lineage.get(task.name)
        if not lineage:
            return ()
        groups.setdefault(lineage[0], []).append(task.name)
    return tuple(map(tuple, groups.values()))


def _own(config: Config, dataset: Dataset, tree: Tree) -> Plan | Absent:
    alone = tuple((task.name,) for task in dataset.select("train"))
    # Its curve would cost as many answers to every episode as there are tasks.
    return _cut_once("own", alone, replace(config, eval_every=0), tree)


def _cut_once(arm: str, groups: Groups, config: Config, tree: Tree) -> Plan | Absent:
    step = first_cut(config, tree)
    if len(groups) > len(LETTERS):
        return Absent(f"{len(groups)} groups are more than the {len(LETTERS)} children of a node")
    if step is None:
        return Absent("the path is too short to split")
    return Plan(arm, sharing(config, tree), {ROOT: (step, groups)})


def _chosen_leaf(config: Config, dataset: Dataset, tree: Tree) -> Plan | Absent:
    if not tree_cuts(tree):
        return UNCUT
    if not all(_known(one.each, one.elsewhere, tree) for one in tree.routes.values()):
        return Absent(f"learner {config.learner} tries only the leaf that an episode is routed to")
    return Plan("", config)


def _known(each: Iterable[str], elsewhere: Iterable[str], tree: Tree) -> bool:
    return {leaf.name for leaf in tree.leaves()} <= {*each} & {*elsewhere}


BESIDE_TREE: dict[str, Arm] = {
    **RIVALS,
    "trunk": _trunk,
    "copies": _copies,
    "random": _random,
    "oracle": _oracle,
    "best-leaf": _chosen_leaf,
    "wrong-leaf": _chosen_leaf,
    "own": _own,
}
