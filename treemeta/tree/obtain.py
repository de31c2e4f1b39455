"""Training the arms of a comparison: each is a tree of one experiment, taken up where it is."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

from treemeta.config import Config
from treemeta.engine.local import Engine
from treemeta.errors import IntegrityError
from treemeta.learn.setting import Setting
from treemeta.learn.trainee import Trainee
from treemeta.store.evidence import Evidence
from treemeta.store.read import read_started, read_tree
from treemeta.store.records import ROOT, Tree
from treemeta.store.registry import Registry, experiment_id, open_registry
from treemeta.store.runs import COMMIT, CONTROL, tree_runs
from treemeta.tasks.dataset import Dataset
from treemeta.tree.arrays import revive
from treemeta.tree.growth import Grown
from treemeta.tree.job import Job, begin, resume
from treemeta.tree.plan import Plan, settings_of
from treemeta.tree.route import make_fork
from treemeta.tree.split import as_told
from treemeta.tree.stretch import Listen, may_ask
from treemeta.tree.train import Figures, train
from treemeta.tree.weigh import probe_node

Listening = Callable[[Config], AbstractContextManager[Listen]]


@dataclass(frozen=True)
class Place:
    """Where the arms of a comparison are trained and stored, and who hears of it."""

    dataset: Dataset
    uri: str
    experiment: str  # its name
    engine: Engine
    device: str
    figures: Figures
    listening: Listening


def obtain(place: Place, plan: Plan, tree: Tree | None = None) -> tuple[Tree, bool]:
    """Return the finished tree of a plan, and whether it had to be trained: one that is stored is
    reused or resumed. From ``tree``, a root is taken that is trained by the same draws.

    Raises ``IntegrityError`` where the experiment holds the same settings over other data.
    """
    registry = open_registry(place.uri, create=True)
    stored = find(registry, place, plan)
    earlier = read_tree(registry, stored) if stored else None
    if earlier and earlier.status == "finished":
        return earlier, False
    if stored:
        job = resume(place.uri, stored, False, place.device)
    else:
        job = begin(plan, place.dataset, place.uri, place.experiment, place.device)
    if not (earlier and earlier.nodes):
        job = replace(job, given=shared_root(place, job, plan, tree))
    with place.listening(plan.config) as listen:
        return train(job, place.figures, listen, place.engine, place.device), True


def find(registry: Registry, place: Place, plan: Plan) -> str | None:
    """Return the id of the tree of a plan in the experiment, a finished one if there is one."""
    where = experiment_id(registry, place.experiment)
    data = place.dataset.fingerprint
    wanted = settings_of(plan, data)
    params = {"arm": plan.config.arm, "seed": str(plan.config.seed)}
    same, other = [], []
    for run in tree_runs(registry):
        if run.info.experiment_id != where or run.data.tags.get(CONTROL, "") != plan.control:
            continue
        if any(run.data.params.get(name) != value for name, value in params.items()):
            continue
        settings = read_started(registry, run.info.run_id).config
        if settings == wanted:
            same.append(run)
        elif settings | {"data": data} == wanted:
            other.append(run)
    if other and not same:
        raise IntegrityError(
            f"experiment {place.experiment!r} would compare over other data than the trees it "
            f"resumes, such as {other[0].info.run_id}: restore the data, or name another with "
            "--experiment"
        )
    finished = [run for run in same if COMMIT in run.data.tags]
    return next((str(run.info.run_id) for run in finished + same), None)


def shared_root(place: Place, job: Job, plan: Plan, tree: Tree | None) -> dict[str, Grown]:
    """Return the root of a tree cut otherwise, where the plan's is the same training up to there:
    what trained it depends on the seed, its name and the step only."""
    if tree is None or not plan.cuts:
        return {}
    root, (step, groups) = tree.nodes[0], plan.cuts[ROOT]
    if root.end != step:
        return {}
    grown, config = revive(job.registry, root, plan.config, place.device), plan.config
    fork, reliability = None, None
    if plan.probed:
        reliability = root.reliability
        setting = Setting(config, place.dataset, place.engine)
        tasks = tuple(place.dataset.tasks[name] for name in root.tasks)
        fork = make_fork(probe_node(setting, Trainee(ROOT, step, grown.params, tasks)), groups)
    node = replace(
        root, groups=groups, supports=(1.0,) * len(groups),
        evidence=told_so(config, step, len(groups)), reliability=reliability, run_id="",
        tensors_sha256="", share=config.share,
    )  # fmt: skip
    kept = grown.snapshots if config.eval_every else ()
    return {ROOT: Grown(node, grown.params, fork, kept)}


def told_so(config: Config, step: int, children: int) -> tuple[Evidence, ...]:
    """Return what a root's evidence says that was told to split at a step, and not before."""
    before = range(config.split_every, step, config.split_every)
    return (*(as_told(s) for s in before if may_ask(config, 0, s)), as_told(step, children))
