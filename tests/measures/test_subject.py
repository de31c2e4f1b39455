import pytest

from tests.trees import make_tree
from treemeta.errors import ConfigError, IntegrityError
from treemeta.measures.subject import Subject, measure
from treemeta.tasks.dataset import Dataset


def ask(**more: str) -> Subject:
    tree = make_tree()
    return Subject(None, tree, tree.nodes[0], lambda: pytest.fail("no engine"), **more)  # type: ignore[arg-type]


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
