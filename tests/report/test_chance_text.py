import pytest

from treemeta.report.chance_text import chance_phrase, least_phrase, over_tasks, reliability_phrase
from treemeta.store.evidence import Evidence


@pytest.mark.parametrize(
    ("p_cut", "p_variance", "deals", "said"),
    [
        (0.05, 0.05, 19, "cut p <= 0.05, variance p <= 0.05, the least that 19 deals can give"),
        (0.01, None, 99, "cut p <= 0.01, the least that 99 deals can give"),
        (0.05, 0.3, 19, "cut p <= 0.05 (the least that 19 deals can give), variance p 0.3"),
        (0.1, 0.3, 19, "cut p 0.1, variance p 0.3, of 19 deals"),
        (0.05, 0.1, 0, "cut p 0.05, variance p 0.1"),
        (None, None, 0, "not held against chance"),
    ],
)  # fmt: skip
def test_a_p_value_says_what_it_can_say(
    p_cut: float | None, p_variance: float | None, deals: int, said: str
) -> None:
    one = Evidence(2, True, "so", 2, 0.1, p_variance, 0.2, p_cut, 1.0, deals)
    assert chance_phrase(one) == said


def test_what_was_never_cut_has_no_chance() -> None:
    assert chance_phrase(Evidence(2, False, "3 tasks make no two children of 2")) == ""


def test_permutations_say_the_least_that_they_can_give() -> None:
    assert least_phrase(3) == "0.25 is the least that 3 permutations can give"
    assert least_phrase(999) == "0.001 is the least that 999 permutations can give"
    assert least_phrase(9999) == "0.0001 is the least that 9,999 permutations can give"


def test_few_tasks_are_rough() -> None:
    assert [over_tasks(count) for count in (7, 8)] == ["n = 7 tasks: rough", "n = 8 tasks"]


@pytest.mark.parametrize("digits", [2, 3])
def test_a_reliability_below_0_says_what_that_is(digits: int) -> None:
    assert reliability_phrase(0.5, digits) == f"reliability {0.5:.{digits}f}"
    said = reliability_phrase(-0.5, digits)
    assert said == f"reliability {-0.5:.{digits}f} (below 0: these tasks differ by noise only)"
