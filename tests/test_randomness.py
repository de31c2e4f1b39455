import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from treemeta.randomness import generator

ADDRESS = st.lists(st.integers(0, 2**40) | st.text(max_size=5), max_size=3)


@given(st.integers(0, 2**70), ADDRESS)
def test_an_address_has_one_stream(seed: int, address: list[int | str]) -> None:
    first, again = generator(seed, *address), generator(seed, *address)
    assert np.array_equal(first.random(4), again.random(4))


@given(ADDRESS, ADDRESS)
def test_other_addresses_have_other_streams(a: list[int | str], b: list[int | str]) -> None:
    same = np.array_equal(generator(0, *a).random(4), generator(0, *b).random(4))
    assert same == (a == b)


def test_all_bits_of_a_seed_count() -> None:
    assert generator(5).random() != generator(5 + 2**32).random()


def test_text_is_not_taken_for_a_number() -> None:
    assert generator(0, "1").random() != generator(0, 1).random()
