import torch
from torch.nn import functional as F

from treemeta.learn import classes, ridge

LABELS = torch.arange(3).repeat_interleave(2)
SUPPORT, QUERY = (torch.randn(6, 5, generator=torch.Generator().manual_seed(n)) for n in (0, 1))
HEAD = {"head.log_penalty": torch.tensor(-1.0), "head.temperature": torch.tensor(7.0)}


def test_an_episode_costs_the_cross_entropy_of_a_ridge_head() -> None:
    head = ridge.ridge_head(SUPPORT.double(), ridge.centred_targets(LABELS), float(torch.e**-1.0))
    logits = 7 * QUERY.double() @ head
    expected = F.cross_entropy(logits, LABELS)
    found = classes.episode_losses(HEAD, SUPPORT, LABELS, QUERY, LABELS)
    assert torch.allclose(found.double(), expected, rtol=1e-5)
    assert torch.allclose(classes.outputs(HEAD, SUPPORT, LABELS, QUERY).double(), logits, rtol=1e-4)


def test_answers_are_probabilities_and_marks_the_share_that_is_right() -> None:
    answers = classes.answers(torch.tensor([[2.0, 0.0, 1.0], [0.0, 0.0, 3.0]]))
    assert torch.allclose(answers.sum(1), torch.ones(2))
    assert classes.mark(answers, torch.tensor([0, 1])) == 0.5


def test_likelihoods_are_those_of_the_ridge_head() -> None:
    solved = ridge.solve(SUPPORT, LABELS, HEAD["head.log_penalty"].exp())
    for route, expected in (
        ("likelihood", ridge.log_likelihood(solved, 0.7)),
        ("loo", ridge.leave_one_out(solved, LABELS, HEAD["head.temperature"])),
    ):
        found = classes.support_likelihood(HEAD, SUPPORT, LABELS, route, 0.7)
        assert torch.equal(found, expected)
    assert torch.equal(classes.support_scale(HEAD, SUPPORT, LABELS), ridge.likeliest_scale(solved))
