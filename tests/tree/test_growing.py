import pytest
import torch

from treemeta.learn.trainee import Trainee
from treemeta.tree.growing import Growing


@pytest.mark.parametrize(("name", "depth"), [("r", 0), ("r0", 1), ("r012", 3)])
def test_a_node_lies_as_deep_as_splits_are_above_it(name: str, depth: int) -> None:
    assert Growing(Trainee(name, 0, {"w": torch.zeros(1)}, ()), 0).depth == depth
