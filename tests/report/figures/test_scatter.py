import re
from dataclasses import replace

from tests.analysis.test_validation import SKILL, apart, found, symmetric_noise
from treemeta.report.figures.scatter import scatter


def test_every_pair_is_a_point_and_the_correlation_stands_above() -> None:
    one = found(apart(SKILL), apart(SKILL) + symmetric_noise(1))
    drawn = scatter(one, "svg").decode()
    points = re.search(r'id="PathCollection_1">(.*?)</g>\s*<g id="matplotlib', drawn, re.DOTALL)
    assert points is not None
    assert points[1].count("<use ") == len(one.pairs)
    assert "direction against transfer" in drawn
    assert f"Spearman {one.spearman:.2f}, Mantel p {one.p:.4f}" in drawn


def test_what_too_few_pairs_cannot_tell_is_said() -> None:
    one = found(apart(SKILL), apart(SKILL) + symmetric_noise(1))
    few = replace(one, partial_spearman=float("nan"), partial_p=float("nan"))
    assert "given nuisance too few pairs to tell" in scatter(few, "svg").decode()


def test_without_nuisance_nothing_is_said_of_it() -> None:
    one = replace(found(apart(SKILL), apart(SKILL) + symmetric_noise(1)), given=())
    assert "nuisance" not in scatter(one, "svg").decode()
