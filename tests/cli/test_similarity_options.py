from pathlib import Path
from typing import Any

import pytest

from tests.trees import sentence
from treemeta.cli.similarity_options import exported_as
from treemeta.errors import ConfigError

GIVEN: dict[str, Any] = {
    "measure": "direction", "task": None, "layers": "", "corrected": False, "validate": None,
    "export": None, "picture": "heatmap", "colour_by": None, "as_json": False,
}  # fmt: skip


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ({}, ""),
        ({"export": Path("s.nwk")}, "newick"),
        ({"export": Path("s.SVG"), "picture": "map", "colour_by": "leaf"}, "svg"),
        ({"export": Path("v.json"), "validate": "transfer", "as_json": True}, "json"),
        ({"layers": "conv1", "corrected": True, "task": "a"}, ""),
    ],
)
def test_what_goes_together_is_written_as_its_ending_says(given: dict[str, Any], kind: str) -> None:
    assert exported_as(**GIVEN | given) == kind


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"measure": "guess"}, "--measure is 'guess'"),
        ({"validate": "transfer", "measure": "transfer"}, "for another --measure"),
        ({"validate": "transfer", "export": Path("v.npz")}, "'v.npz' ends in none of"),
        ({"validate": "transfer", "export": Path("v.svg"), "picture": "map"}, "--picture map"),
        ({"measure": "pixels", "corrected": True}, "are for --measure direction, not pixels"),
        ({"task": "a", "validate": "transfer"}, "--task a is for the printed table"),
        ({"colour_by": "family", "export": Path("s.csv")}, "--colour-by is for a drawing"),
    ],
)
def test_what_does_not_is_refused_in_a_sentence(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        exported_as(**GIVEN | given)
    assert said in sentence(caught)
