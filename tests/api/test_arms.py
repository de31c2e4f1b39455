from treemeta.api.arms import reason_of


def test_a_reason_names_seeds_only_where_they_differ() -> None:
    repeats = ((0, 0), (0, 1))
    assert reason_of(dict.fromkeys(repeats, "no cut"), repeats) == "no cut"
    assert reason_of({(0, 1): "no cut"}, repeats) == "with seed 1 no cut"
    assert reason_of({(2, 1): "no cut"}, repeats) == "with task split 2, seed 1 no cut"
