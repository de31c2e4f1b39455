from types import SimpleNamespace
from typing import Any

from treemeta.errors import DataError
from treemeta.pages import sections_about, truths_of
from treemeta.tasks.dataset import Dataset


def test_a_picture_without_families_is_a_picture(small: Dataset) -> None:
    known: Any = SimpleNamespace(dataset=small)
    assert truths_of(known)[0].families.keys() >= set(small.tasks)

    class Gone:
        @property
        def dataset(self) -> Dataset:
            raise DataError("gone")

    assert truths_of(Gone()) == ()  # type: ignore[arg-type]


def test_too_few_tasks_or_no_split_leave_nothing_to_tell() -> None:
    few: Any = SimpleNamespace(tasks=["a"], has_init=True)
    flat: Any = SimpleNamespace(
        tasks=list("abcdef"), has_init=False, node=SimpleNamespace(groups=())
    )
    assert sections_about(few) == sections_about(flat) == (None, [])
