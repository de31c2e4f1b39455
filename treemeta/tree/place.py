"""Where new tasks belong in a grown tree: routed as held-out tasks are."""

from collections.abc import Sequence

from treemeta.config import Config
from treemeta.errors import DataError
from treemeta.learn.setting import Setting
from treemeta.store.records import Routed, path_order
from treemeta.tasks.dataset import Dataset, Task, check_seen
from treemeta.tree.evaluate import Exam, examine
from treemeta.tree.placed import Placed
from treemeta.tree.route import Router


def place(setting: Setting, router: Router) -> list[Placed]:
    """Return where every task of a setting's data goes, by name.

    Episodes are drawn as those of held-out tasks are: a task that a tree held out goes where it
    went then. Where a class has fewer inputs than an episode takes, there are fewer queries.
    Raises ``DataError`` for a task that cannot fill a support.
    """
    config, dataset = setting.config, setting.dataset
    tasks, lean = dataset.select("all"), router.lean(config)
    spare = [queries_of(config, dataset, task) for task in tasks]
    check_seen(dataset, tasks, config.ways, config.shots)
    exams = [
        Exam(config, dataset, lean, task, config.test_episodes, ("test", task.name), queries)
        for task, queries in zip(tasks, spare, strict=True)
    ]
    return placed(exams, setting.engine.map(examine, exams))


def placed(exams: Sequence[Exam], routed: Sequence[Routed]) -> list[Placed]:
    """Return what exams say of where their tasks went; of equal shares the first node counts."""
    return [
        Placed(
            exam.task.name,
            max(sorted(one.shares, key=path_order), key=one.shares.__getitem__),
            one.shares,
            one.margin,
            one.accuracy if exam.queries else None,
            exam.episodes,
            exam.queries or 0,
        )
        for exam, one in zip(exams, routed, strict=True)
    ]


def queries_of(config: Config, dataset: Dataset, task: Task) -> int:
    """Return how many queries of a class an episode of a task can take, at most the config's."""
    if len(task.classes) < config.ways:
        raise DataError(
            f"task {task.name!r} of {dataset.name} has {len(task.classes)} classes, but an episode "
            f"of the tree takes {config.ways}: add classes or leave the task out"
        )
    fewest = min(task.classes, key=dataset.drawings)
    if (spare := dataset.drawings(fewest) - config.shots) < 0:
        raise DataError(
            f"class {dataset.class_names[fewest]!r} of {dataset.name} has "
            f"{dataset.drawings(fewest)} {dataset.things}, but a support of the tree takes "
            f"{config.shots}: add {dataset.things} or leave the class out"
        )
    return min(spare, config.queries)
