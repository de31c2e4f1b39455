from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from treemeta.tasks.dataset import Dataset
from treemeta.tasks.roles import hold_out, redrawn
from treemeta.tasks.sources import open_dataset

NAMES = st.lists(st.text(max_size=5), unique=True, max_size=30)


@settings(deadline=None)
@given(NAMES)
def test_three_tenths_are_held_out_whatever_the_order(names: list[str]) -> None:
    roles = hold_out(names)
    assert list(roles) == names
    assert list(roles.values()).count("test") == 3 * len(names) // 10
    assert set(roles.values()) <= {"train", "test"}
    assert hold_out(names[::-1]) == roles


def test_the_choice_is_the_same_everywhere() -> None:
    held = [name for name, role in hold_out(list("abcdefghij")).items() if role == "test"]
    assert held == ["d", "f", "j"]


@settings(deadline=None)
@given(NAMES, st.floats(0, 1))
@example([f"{i}" for i in range(100)], 0.29)  # of which a product of floats would be 28
@example(["a", "b", "c"], 0.3333333333333333)  # and of these 1, where as typed it is less
def test_a_larger_share_holds_out_the_same_and_more(names: list[str], share: float) -> None:
    held = {name for name, role in hold_out(names, share).items() if role == "test"}
    assert held <= {name for name, role in hold_out(names, 1.0).items() if role == "test"}
    assert len(held) == int(Decimal(repr(share)) * len(names))


@settings(deadline=None)
@given(NAMES, st.integers(0, 9))
def test_another_draw_holds_out_as_many_of_the_same_tasks(names: list[str], number: int) -> None:
    roles = hold_out(names)
    drawn = redrawn(roles, number)
    assert drawn.keys() == roles.keys()
    assert sorted(drawn.values()) == sorted(roles.values())
    assert redrawn({name: roles[name] for name in reversed(names)}, number) == drawn


def test_each_number_holds_out_others_and_every_task_is_held_out_by_some() -> None:
    roles = hold_out([f"task{number:02d}" for number in range(20)])
    held = [
        frozenset(name for name, role in redrawn(roles, number).items() if role == "test")
        for number in range(1, 31)
    ]
    assert len(set(held)) == 30
    assert frozenset().union(*held) == roles.keys()
    assert roles == hold_out([*roles])  # which are not changed by it


def test_a_draw_is_the_same_everywhere() -> None:
    drawn = redrawn(hold_out(list("abcdefghij")), 1)
    assert "".join(name for name, role in drawn.items() if role == "test") == "dfh"


@pytest.mark.omniglot
@pytest.mark.parametrize(("split", "train", "test"), [("poster", 35, 15), ("lake", 30, 20)])
def test_omniglot_has_published_roles(omniglot: Dataset, split: str, train: int, test: int) -> None:
    dataset = open_dataset("omniglot", split)
    assert (len(dataset.select("train")), len(dataset.select("test"))) == (train, test)
    assert len(dataset.select("all")) == 50
    assert dataset.roles.keys() == dataset.tasks.keys()


def test_a_share_is_what_is_written() -> None:
    names = [f"t{i}" for i in range(100)]
    for percent in range(101):
        assert list(hold_out(names, percent / 100).values()).count("test") == percent
