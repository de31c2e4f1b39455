from tests.measures.stored import ask
from treemeta.measures.subject import measure


def test_cophenetic_distances_count_meta_steps() -> None:
    # r ends at step 4, r0 at 8, its leaves at 12, r1 at 12.
    found = measure("cophenetic", ask())
    assert found.kind == "distance"
    assert found.matrix.to_numpy().tolist() == [
        [0, 0, 4, 8, 8],
        [0, 0, 4, 8, 8],
        [4, 4, 0, 8, 8],
        [8, 8, 8, 0, 0],
        [8, 8, 8, 0, 0],
    ]
