import torch

from treemeta.learn import classes, numbers
from treemeta.learn.targets import targets_named, targets_of


def test_labels_say_what_they_are() -> None:
    assert targets_of(torch.arange(3)) is classes
    assert targets_of(torch.rand(3)) is numbers
    assert (targets_named("classes"), targets_named("numbers")) == (classes, numbers)
