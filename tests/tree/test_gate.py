import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t

from treemeta.store.evidence import Evidence, Tried
from treemeta.tree.gate import Gain, chosen, judged, paired_gain

FOUND = Evidence(4, True, "structure beyond that of dealt classes", 2, 0.4, 0.05, 0.3, 0.05, 1.0)
ZIGZAG = np.tile([0.01, -0.01], 8)  # around nought, with a standard error of 0.0026


@given(
    st.lists(st.floats(-1, 1), min_size=2, max_size=12).filter(lambda found: np.ptp(found) > 1e-6)
)
def test_the_interval_of_a_gain_is_student_s(differences: list[float]) -> None:
    n, mean = len(differences), np.mean(differences)
    half = t.ppf(0.975, n - 1) * np.std(differences, ddof=1) / np.sqrt(n)
    found = paired_gain(np.array(differences))
    assert found.mean == pytest.approx(mean)
    assert (found.low, found.high) == pytest.approx((mean - half, mean + half), abs=1e-9)


@pytest.mark.parametrize("differences", [[0.25], [0.0, 0.0], [-0.5] * 3])
def test_differences_that_are_all_equal_are_a_point(differences: list[float]) -> None:
    value = differences[0]
    assert paired_gain(np.array(differences)) == Gain(value, value, value)


@pytest.mark.parametrize(("gain", "accepted"), [(0.1, True), (0.002, False), (-0.1, False)])
def test_a_split_is_made_only_if_its_gain_lies_above_nought(gain: float, accepted: bool) -> None:
    found, share = judged(FOUND, {"none": gain + ZIGZAG}, steps=300, children=2)
    assert (found.accepted, share) == (accepted, "none")
    assert (found.reason == FOUND.reason) == accepted
    assert accepted or "do no better" in found.reason
    expected = paired_gain(gain + ZIGZAG)
    assert (found.gain, found.gain_low, found.gain_high) == (
        expected.mean, expected.low, expected.high,
    )  # fmt: skip
    assert found.tried == (Tried("none", expected.mean, expected.low, expected.high),)
    assert found.trial_steps == (300 if accepted else 600)
    kept = ("step", "children", "variance", "p_variance", "cohesion", "p_cut", "stability")
    assert all(getattr(found, name) == getattr(FOUND, name) for name in kept)


def test_no_gain_at_all_is_no_gain() -> None:
    assert not judged(FOUND, {"none": np.zeros(4)}, 1, 2)[0].accepted


@pytest.mark.parametrize(
    ("trunk", "copies", "share"),
    [
        (0.10, 0.10, "trunk"),  # the same, for less
        (0.10, 0.05, "trunk"),
        (0.05, 0.09, "trunk"),  # more now, but a trunk goes on
        (0.05, 0.20, "none"),  # more in the end too, and surely: the tasks are paired
        (0.00, 0.05, "none"),  # a trunk gains nothing
        (0.05, 0.00, "trunk"),
        (0.00, 0.00, "trunk"),
    ],
)
def test_children_share_what_costs_least_within_noise(
    trunk: float, copies: float, share: str
) -> None:
    found, gain = chosen({"none": copies + ZIGZAG, "trunk": trunk + ZIGZAG})
    assert found == share
    assert gain.mean == pytest.approx({"trunk": trunk, "none": copies}[share])


def test_a_lead_within_noise_is_none() -> None:
    lead = np.tile([0.5, -0.49], 8)  # 0.005 on average, whatever the tasks
    assert chosen({"trunk": 0.1 + ZIGZAG, "none": 0.1 + ZIGZAG + lead})[0] == "trunk"


def test_what_was_tried_in_vain_is_counted() -> None:
    both = {"none": 0.1 + ZIGZAG, "trunk": 0.1 + ZIGZAG}
    assert judged(FOUND, both, steps=10, children=3)[0].trial_steps == 10 + 30
    neither = {share: found - 0.2 for share, found in both.items()}
    assert judged(FOUND, neither, steps=10, children=3)[0].trial_steps == 30 + 30
