from dataclasses import asdict, replace

import pytest

from tests.trees import make_tree, store
from treemeta.store.documents import json_text, parse_json, typed
from treemeta.store.evidence import Conflict, Evidence, Tried
from treemeta.store.read import read_tree
from treemeta.store.registry import Registry

CONFLICTS = (Conflict(0, 1, -0.5, -0.75, -0.25), Conflict(0, 2, None, None, None))
WHOLE = Evidence(
    4, True, "structure", 2, 0.1, 0.05, 0.2, 0.05, 1.0, 19, 0.05, 0.01, 0.09, 300,
    CONFLICTS, ((0, 2), (1,)), (Tried("trunk", 0.05, 0.01, 0.09), Tried("none", 0.06, 0.0, 0.12)),
    proposed=(("Alpha", "Gamma"), ("Beta",), ("Delta", "Epsilon")),
)  # fmt: skip


@pytest.mark.parametrize("evidence", [WHOLE, Evidence(2, False, "told not to split here")])
def test_evidence_reads_back_equal_from_json(evidence: Evidence) -> None:
    assert typed(parse_json(json_text(asdict(evidence))), Evidence) == evidence


def test_evidence_of_a_version_that_knew_less_is_still_read() -> None:
    known = {"step": 4, "accepted": True, "reason": "so", "children": 2, "gain": 0.5}
    assert typed(known, Evidence) == Evidence(4, True, "so", 2, gain=0.5)


def test_a_node_is_stored_with_all_its_evidence(registry: Registry) -> None:
    tree = make_tree()
    told = replace(tree, nodes=(replace(tree.nodes[0], evidence=(WHOLE,)), *tree.nodes[1:]))
    assert read_tree(registry, store(registry, told).id).nodes[0].evidence == (WHOLE,)
