import pytest

from tests.pictures import FAMILIES, blocks
from treemeta.report.exports import DRAWN, PICTURES, SIMILARITY, export_similarity
from treemeta.report.matrix import WRITTEN

STARTS = {"svg": b"<?xml", "png": b"\x89PNG"}


@pytest.mark.parametrize("kind", SIMILARITY)
@pytest.mark.parametrize("picture", PICTURES)
def test_every_format_is_what_it_says(kind: str, picture: str) -> None:
    content = export_similarity(blocks(), {"tree": "f"}, FAMILIES, kind, picture)
    if kind in DRAWN:
        assert content.startswith(STARTS[kind])
    else:
        assert content == WRITTEN[kind](blocks(), {"tree": "f"})


def test_pictures_differ() -> None:
    drawn = {export_similarity(blocks(), {}, FAMILIES, "svg", picture) for picture in PICTURES}
    assert len(drawn) == len(PICTURES)
