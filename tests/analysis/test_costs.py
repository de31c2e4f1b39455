from treemeta.analysis.costs import Cost


def test_costs_are_told_by_how_many_times_another() -> None:
    assert Cost(30.0, 12.0, 9.0).times(Cost(10.0, 3.0, 9.0)) == Cost(3.0, 4.0, 1.0)
