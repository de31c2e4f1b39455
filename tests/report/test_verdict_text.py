from dataclasses import replace

import pytest

from tests.trees import leaf_of, make_tree
from treemeta.analysis.costs import Cost
from treemeta.analysis.estimate import Estimate
from treemeta.analysis.verdict import Gain, Verdict
from treemeta.report.verdict_text import verdict_text
from treemeta.store.evidence import Conflict, Evidence
from treemeta.store.records import Routed

HURTS = (Conflict(0, 1, -0.5, -0.6, -0.4), Conflict(0, 2, 0.3, 0.2, 0.4))
ASKED = Evidence(
    750, True, "structure", 3, p_cut=0.05, stability=0.98, deals=19, gain=0.3, gain_low=0.2,
    gain_high=0.4, conflicts=HURTS,
)  # fmt: skip
BETTER = Gain("joint", Estimate(0.05, 0.03, 0.07), 12)
REST = Gain("joint-reweighted", Estimate(-0.01, -0.02, 0.01), 12)
WHOLE = Verdict(BETTER, REST, ASKED, 3, 20, ("a", "b"))
TREE = make_tree()


def test_a_tree_that_pays_where_sharing_hurts() -> None:
    assert verdict_text(TREE, WHOLE) == [
        "Splitting them pays, but joint-reweighted may pay as much. "
        "On 12 unseen tasks the tree beats one shared init (+0.050 accuracy, 95 % interval +0.030 "
        "to +0.070), and is not told apart from joint-reweighted, the best of the other single "
        "inits beside it (-0.010 accuracy, 95 % interval -0.020 to +0.010).",
        "Sharing hurts: the mean gradients of 1 of 2 pairs of groups point apart, the farthest "
        "(cosine -0.50, 95 % interval -0.60 to -0.40).",
        "The 20 tasks fall into 3 groups (3 at the root: when episodes are drawn again the least "
        "stable of them overlaps itself by 0.98; cut p <= 0.05, the least that 19 deals can give). "
        "Closer to another group than to their own are a, b.",
    ]


WORSE = Gain("joint-wide", Estimate(-0.03, -0.05, -0.01), 12)
REFUSED = replace(ASKED, accepted=False, reason="a gain within noise", gain_low=-0.1)


@pytest.mark.parametrize(
    ("verdict", "advice"),
    [
        (replace(WHOLE, other=None), "Split them. On 12"),
        (replace(WHOLE, other=replace(BETTER, arm="joint-wide")), "Split them. On 12"),
        (replace(WHOLE, other=WORSE), "Do not split them: joint-wide does better. On 12"),
        (replace(WHOLE, joint=replace(WORSE, arm="joint"), other=None),
         "Do not split them: joint does better. On 12"),
        (replace(WHOLE, joint=replace(REST, arm="joint"), other=None),
         "That splitting them pays is not shown. On 12"),
        (replace(WHOLE, joint=None, other=None), "Split them, by what the trial says. In the"),
        (replace(WHOLE, joint=replace(BETTER, tasks=2), other=None),
         "Split them, by what the trial says. On 2"),
        (replace(WHOLE, joint=None, other=None, asked=None), "Nobody has tried"),
        (replace(WHOLE, joint=None, other=WORSE), "Split them, by what the trial says. In the"),
        (replace(WHOLE, joint=None, other=None, asked=REFUSED, groups=1),
         "Let them share one model. No split was made: a gain within noise"),
        (replace(WHOLE, joint=None, other=None, groups=1, asked=Evidence(4, False, "few tasks")),
         "No split was made: few tasks"),
    ],
)  # fmt: skip
def test_it_begins_with_what_to_do_as_far_as_that_is_known(verdict: Verdict, advice: str) -> None:
    assert verdict_text(TREE, verdict)[0].startswith(advice)


@pytest.mark.parametrize(
    ("gain", "said"),
    [
        (Gain("joint", Estimate(-0.05, -0.07, -0.03), 12), "the tree does worse than one shared"),
        (Gain("joint", Estimate(0.05, -0.07, 0.13), 12), "is not told apart from one shared init"),
        (Gain("joint", Estimate(0.05, 0.03, 0.13), 7), "7 unseen tasks, so few that intervals are"),
        (Gain("joint", Estimate(0.05, 0.05, 0.05), 2), "2 unseen tasks, too few for an interval, "
         "the tree is not told apart from one shared init (+0.050 accuracy)."),
    ],
)  # fmt: skip
def test_it_is_no_surer_than_its_interval(gain: Gain, said: str) -> None:
    assert said in verdict_text(TREE, replace(WHOLE, joint=gain, other=None))[0]


def test_what_it_costs_is_told_beside_what_it_gains() -> None:
    said = verdict_text(TREE, replace(WHOLE, times=Cost(2.0, 5.28, 2.0)))[0]
    assert said.endswith(
        "It has 2 times the parameters of one shared init, and took 5.3 times the operations to "
        "train, probes and trials included."
    )


def test_errors_are_less() -> None:
    tree = make_tree(config=TREE.config | {"targets": "numbers"})
    assert "beats one shared init (+0.050 less mean squared error" in verdict_text(tree, WHOLE)[0]


def test_without_another_arm_the_trial_answers_and_a_command_is_named() -> None:
    said = verdict_text(TREE, replace(WHOLE, joint=None, other=None))[0]
    assert "the children's accuracy on their own tasks was better by 0.300 (95 % interval" in said
    assert "treemeta compare --arms joint,tree" in said
    untried = replace(WHOLE, joint=None, asked=replace(ASKED, gain=None))
    assert "Nobody has tried whether the splits pay." in verdict_text(TREE, untried)[0]


def test_a_tree_that_was_not_split() -> None:
    flat = Verdict(None, None, replace(ASKED, accepted=False, reason="no gain"), 1, 20, None)
    said = verdict_text(leaf_of("a"), flat)
    assert said[0] == "Let them share one model. No split was made: no gain (asked at step 750)."
    assert said[2] == "All 20 tasks stay in one group."
    unasked = verdict_text(leaf_of("a"), replace(flat, asked=None))
    assert unasked[0] == "Nobody has asked whether the tasks should be split."
    nothing = "Whether sharing hurts was not measured, as no groups were proposed."
    assert unasked[1] == nothing
    few = replace(flat, asked=Evidence(4, False, "too few tasks"))
    assert verdict_text(leaf_of("a"), few)[1] == nothing


@pytest.mark.parametrize(
    ("reliability", "conflicts", "gain", "said"),
    [
        (0.43, (), None, "Nothing tells them apart so far, as directions are mostly noise "
         "(reliability 0.43): let them share one model, or ask earlier (--split-every) or with"),
        (0.43, (), 0.001, "Let them share one model."),
        (0.43, HURTS[1:], None, "Let them share one model."),
        (0.43, HURTS, None, "Nothing tells them apart so far"),
        (0.9, (), None, "Let them share one model."),
    ],
)  # fmt: skip
def test_finding_no_groups_says_little_where_directions_are_noise(
    reliability: float, conflicts: tuple[Conflict, ...], gain: float | None, said: str
) -> None:
    asked = replace(ASKED, accepted=False, conflicts=conflicts, gain=gain)
    node = replace(leaf_of("a").nodes[0], reliability=reliability)
    tree = replace(leaf_of("a"), nodes=(node,))
    assert verdict_text(tree, Verdict(None, None, asked, 1, 20, None))[0].startswith(said)


def test_a_leaf_that_no_unseen_task_went_to_is_named() -> None:
    routes = {"u": Routed(0.9, {"r1": 1.0, "r00": 0.0, "r01": 0.0})}
    (said, *_) = verdict_text(replace(TREE, routes=routes), WHOLE)
    assert said.endswith("No unseen task went to r00 and r01, which are untested.")
    everywhere = {"u": Routed(0.9, {"r1": 0.5, "r00": 0.3, "r01": 0.2})}
    assert "untested" not in verdict_text(replace(TREE, routes=everywhere), WHOLE)[0]


def test_of_a_tree_in_training_that_is_said_first() -> None:
    tree = make_tree(status="unfinished")
    assert verdict_text(tree, WHOLE)[0].startswith("The tree is not finished. Splitting them pays")


@pytest.mark.parametrize(
    ("gain", "said"),
    [
        (0.001, "to part them gained no more than noise (+0.001)."),
        (None, "to part them was not tried."),
    ],
)
def test_of_groups_that_were_not_made_it_is_not_said_that_sharing_hurts(
    gain: float | None, said: str
) -> None:
    refused = replace(ASKED, accepted=False, conflicts=HURTS[:1], gain=gain)
    told = verdict_text(leaf_of("a"), Verdict(None, None, refused, 1, 20, None))[1]
    begun = "The mean gradients of the two groups that were proposed point apart (cosine -0.50, "
    assert told == f"{begun}95 % interval -0.60 to -0.40), but {said}"


@pytest.mark.parametrize(
    ("conflicts", "said"),
    [
        (HURTS[:1], "Sharing hurts: the mean gradients of the two groups point apart (cosine"),
        (HURTS[1:], "Sharing does not hurt: no groups' mean gradients point apart (cosine +0.30"),
        ((Conflict(0, 1, -0.1, -0.3, 0.1),), "Whether sharing hurts is not sure: the mean"),
        (
            (Conflict(0, 1, -0.1, None, None),),
            "the two groups may point apart or not (c",
        ),
        (
            (Conflict(0, 1, 0.02, -0.6, 0.64),),
            "the two groups may point apart or not (cosine +0.02",
        ),
        (
            (Conflict(0, 1, -0.5, -1.0, 0.1), Conflict(0, 2, -0.45, -0.55, -0.35), HURTS[1]),
            "1 of 3 pairs of groups point apart, the farthest (cosine -0.45",
        ),
        (
            (Conflict(0, 1, -0.01, -0.6, 0.5), HURTS[1]),
            "of 1 of 2 pairs of groups may point apart or not, the farthest (cosine -0.01",
        ),
        ((Conflict(0, 1, None, None, None),), "is unknown: the groups' mean gradients are all"),
        ((), "was not measured, which --direction meta_gradient would."),
    ],
)
def test_conflict_is_told_as_surely_as_it_is_known(
    conflicts: tuple[Conflict, ...], said: str
) -> None:
    asked = replace(ASKED, conflicts=conflicts)
    assert said in verdict_text(TREE, replace(WHOLE, asked=asked))[1]


def test_tasks_that_fit_nowhere_are_named_up_to_five() -> None:
    def groups(astray: tuple[str, ...] | None) -> str:
        return verdict_text(TREE, replace(WHOLE, astray=astray))[2]

    assert groups(tuple("abcdefg")).endswith("are a, b, c, d, e and 2 more.")
    assert groups(()).endswith("Every task lies closest to its own group.")
    assert groups(None).endswith("deals can give).")
