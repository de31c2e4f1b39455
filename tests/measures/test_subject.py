import pytest

from tests.measures.stored import ask
from treemeta.errors import ConfigError, IntegrityError
from treemeta.measures.subject import measure
from treemeta.tasks.dataset import Dataset


@pytest.mark.parametrize("name", ["tree", "cophenetic"])
@pytest.mark.parametrize(
    ("more", "said"), [({"which": "all"}, "--tasks all"), ({"transform": "thick"}, "--transform")]
)
def test_other_tasks_have_no_place_in_a_tree(name: str, more: dict[str, str], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        measure(name, ask(**more))


def test_a_task_that_the_data_has_not_is_refused(small: Dataset) -> None:
    forged = ask()
    vars(forged)["dataset"] = small
    with pytest.raises(IntegrityError, match="names task 'Alpha', which glyphs"):
        measure("pixels", forged)


def test_an_unknown_measure() -> None:
    with pytest.raises(ConfigError, match="'guess': choose direction, tree"):
        measure("guess", ask())
