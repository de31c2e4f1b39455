from tests.analysis.planted import cut_entry, make_entry
from treemeta.analysis.comparison import ARMS
from treemeta.analysis.curves import curves_of, split_steps
from treemeta.report.figures.comparison import model_comparison

ENTRIES = [make_entry("scratch", {"c/x": 0.2, "d/y": 0.3}), cut_entry("joint"), cut_entry("tree")]


def drawn(splits: tuple[int, ...], kind: str = "svg") -> bytes:
    return model_comparison(curves_of(ENTRIES), splits, kind, about="letters")


def test_splits_are_dashed_and_red() -> None:
    page = drawn((4, 6)).decode()
    for step in (4, 6):
        (line,) = page.split(f'id="split{step}"')[1].split("</g>")[:1]
        assert "stroke: #cc0000" in line
        assert "stroke-dasharray" in line
    assert drawn(()).decode().count("#cc0000") == 0
    assert split_steps(ENTRIES) == (4,)


def test_it_is_titled_and_the_same_whenever_it_is_drawn() -> None:
    page = drawn((4,))
    assert ">model comparison · letters</text>" in page.decode()
    for arm in ("scratch", "joint", "tree"):
        assert f">{arm}</text>" in page.decode()
    assert drawn((4,)) == page
    assert drawn((4,), "png").startswith(b"\x89PNG")


def test_bands_say_of_how_many_tasks_they_are() -> None:
    said = ">meta-steps; bands: 95 % intervals over n = 2 tasks: rough</text>"
    assert said in drawn(()).decode()
    without = model_comparison(curves_of(ENTRIES[:1]), (), "svg").decode()
    assert ("bands" in without) == bool(curves_of(ENTRIES[:1])[0].steps)


def test_every_arm_has_a_colour_of_its_own() -> None:
    pages = [
        model_comparison(curves_of([cut_entry(arm)]), (), "svg").decode()
        for arm in ARMS
        if not arm.endswith("-leaf")
    ]
    colours = [page.split("fill-opacity: 0.15")[0].rsplit("fill: ", 1)[1][:7] for page in pages]
    assert len(set(colours)) == len(pages)


def test_the_tree_lies_above_an_oracle_that_is_the_same() -> None:
    page = model_comparison(
        curves_of([cut_entry("tree"), cut_entry("oracle"), cut_entry("joint")]), (), "svg"
    ).decode()
    widths = [
        line.split("stroke-width: ")[1].split(";")[0].rstrip('"')
        for line in page.splitlines()
        if "stroke-linecap: square" in line and "fill: none" in line and "clip-path" in line
    ]
    assert widths[-1] == "1.4"
    assert "3" in widths[:-1]
