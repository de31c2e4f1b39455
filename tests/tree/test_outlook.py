from dataclasses import asdict, replace

from treemeta.store.evidence import Forecast
from treemeta.tree.outlook import Outlook


def test_one_group_has_nothing_to_gain() -> None:
    alone = Outlook(300, 300, 4, 0.05, (("a", "b"),), (0.5,))
    told = asdict(alone)
    assert (told["conflicts"], told["layers"], told["forecast"]) == ((), {}, None)


def test_a_verdict_is_what_the_interval_says() -> None:
    alone = Outlook(300, 300, 4, 0.05, (("a", "b"),), (0.5,))
    assert alone.verdict == "no two groups conflict: they should share one model"
    apart = replace(alone, groups=(("a",), ("b",)), forecast=Forecast(0.03, 0.01, 0.05))
    assert "300 more steps are expected to gain +0.030 (+0.010 to +0.050, 90 %)" in apart.verdict
    assert apart.verdict.endswith(": give each group a model of its own")
    unsure = replace(apart, forecast=Forecast(0.01, -0.01, 0.03))
    assert unsure.verdict.endswith(": one model may do as well")
