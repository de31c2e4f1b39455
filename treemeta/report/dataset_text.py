"""A data set, described: its tasks, and what is known of their inputs."""

from collections import Counter
from typing import Any

from treemeta.errors import counted, printable
from treemeta.store.documents import json_text
from treemeta.tasks.dataset import Dataset, Task


def dataset_text(dataset: Dataset) -> str:
    """Return what a data set holds, and a line for each task."""
    things, tasks = dataset.things, dataset.select("all")
    width = max(len(printable(task.name)) for task in tasks)
    classes = f"{len(dataset.class_names)} classes, " if dataset.targets is None else ""
    features = "" if dataset.has_images else f" of {counted(dataset.shape[0], 'feature')}"
    lines = [
        printable(f"{dataset.name}: {len(tasks)} tasks, {classes}")
        + f"{len(dataset.images)} {things}{features} in {dataset.path}"
    ]
    lines += [dataset.about] if dataset.about else []
    lines += [] if dataset.has_images else [printable(_rows_text(dataset))]
    for task in tasks:
        classes = f"{len(task.classes):4} classes  " if dataset.targets is None else ""
        lineage = " > ".join(dataset.lineage.get(task.name, ()))
        lines.append(
            f"{printable(task.name):{width}}  {dataset.roles[task.name]:5}  {classes}"
            f"{_inputs(dataset, task):6} {things}  {printable(lineage)}".rstrip()
        )
    return "\n".join(
        lines + [printable(f"{part}: {one}") for part, one in dataset.licences.items()]
    )


def dataset_json(dataset: Dataset) -> str:
    """Return the same as json."""
    about: dict[str, Any] = {
        "dataset": dataset.name,
        "path": str(dataset.path),
        "licences": dataset.licences,
        "about": dataset.about,
        "told": dataset.told,
    }
    if not dataset.has_images:
        about |= {"rows": len(dataset.images), "features": dataset.shape[0]} | _told(dataset)
    return json_text(about | {"tasks": [_task(dataset, task) for task in dataset.select("all")]})


def _task(dataset: Dataset, task: Task) -> dict[str, Any]:
    classes = {"classes": len(task.classes)} if dataset.targets is None else {}
    return {
        "task": task.name,
        "role": dataset.roles[task.name],
        **classes,
        dataset.things: _inputs(dataset, task),
        "lineage": list(dataset.lineage.get(task.name, ())),
    }


def _told(dataset: Dataset) -> dict[str, Any]:
    if dataset.targets is None or dataset.units is None:
        return {"targets": "classes"}
    mean, deviation = dataset.units.target_mean, dataset.units.target_deviation
    return {"targets": "numbers", "target_mean": mean, "target_deviation": deviation}


def _rows_text(dataset: Dataset) -> str:
    """Return in a line what rows are told apart by, and how many tasks each role and each family
    has."""
    told = _told(dataset)
    said = f"targets are {told['targets']}"
    if "target_mean" in told:
        mean, deviation = told["target_mean"], told["target_deviation"]
        said += f" of mean {mean:.4g} and deviation {deviation:.4g}"
    roles = Counter(dataset.roles[name] for name in dataset.tasks)
    families = Counter(steps[0] for steps in dataset.lineage.values() if steps)
    parts = [said, f"tasks are {roles['train']} train, {roles['test']} test"]
    if families:
        each = ", ".join(f"{name} {tasks}" for name, tasks in sorted(families.items()))
        parts.append(f"families are {each}")
    return "; ".join(parts)


def _inputs(dataset: Dataset, task: Task) -> int:
    return sum(dataset.drawings(position) for position in task.classes)
