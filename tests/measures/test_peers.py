from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from treemeta.config import Config
from treemeta.measures import peers
from treemeta.measures.peers import other_directions, peers_of
from treemeta.measures.similarity import Similarity, named
from treemeta.measures.subject import Subject


def test_a_learner_has_the_directions_that_go_with_it() -> None:
    assert other_directions(Config()) == ["head_solved"]
    assert other_directions(Config(learner="reptile")) == ["meta_gradient", "displacement"]
    assert other_directions(Config(learner="reptile", direction="displacement")) == [
        "meta_gradient", "head_solved"
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["direction", "pixels", "tree"])
def test_peers_are_called_by_their_kind_and_leave_out_what_is_held_beside_them(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def measure(which: str, subject: Subject) -> Similarity:
        asked.append((which, subject.direction))
        return Similarity(which, "similarity", named(np.eye(2), ["a", "b"]))

    monkeypatch.setattr(peers, "measure", measure)
    tree: Any = SimpleNamespace(config=vars(Config()) | {"data": ""})
    subject = Subject(None, tree, None, lambda: None)  # type: ignore[arg-type]
    found = [one.measure for one in peers_of(name, subject)]
    others = [each for each in ("task2vec", "pixels") if each != name]
    assert found == ["direction, head_solved", *others]
    assert asked == [("direction", "head_solved"), *((each, "") for each in others)]
