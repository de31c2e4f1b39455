import pytest

from treemeta.report.figures.families import COLOURS, MARKERS, contrast, families_of, text_colour
from treemeta.report.figures.ink import GREY, LINE


def test_families_have_numbers_colours_and_markers_of_their_own() -> None:
    of = {f"t{i}": f"family {i:02}" for i in range(len(COLOURS))}
    families = families_of(of, of)
    assert [families.number(task) for task in of] == [str(i + 1) for i in range(len(COLOURS))]
    assert len({families.colour(task) for task in of}) == len(COLOURS)
    assert len({families.marker(task) for task in of}) == len(COLOURS)
    assert families.legend(of) == list(of.items())


def test_more_families_than_colours_still_differ() -> None:
    of = {f"t{i}": f"family {i:02}" for i in range(len(COLOURS) * len(MARKERS))}
    families = families_of(of, of)
    told = {(families.colour(task), families.marker(task)) for task in of}
    assert len(told) == len(of)
    assert len({families.number(task) for task in of}) == len(of)


def test_what_is_not_known_is_grey_and_comes_last() -> None:
    families = families_of(["a", "b", "c"], {"c": "x", "b": "", "elsewhere": "y"})
    assert families.names == ("x",)
    assert (families.number("a"), families.colour("b")) == ("?", GREY)
    assert families.legend(["a", "b", "c"]) == [("c", "x"), ("a", "unknown")]
    nothing = families_of(["a"], {})
    assert (nothing.legend(["a"]), nothing.colour("a")) == ([], LINE)


@pytest.mark.parametrize("colour", [*COLOURS, GREY])
def test_names_in_any_colour_can_be_read(colour: str) -> None:
    assert contrast(text_colour(colour), "white") >= 4.5
    assert max(contrast(colour, "white"), contrast(colour, "black")) >= 4.5


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("black", "white") == pytest.approx(21)
    assert contrast("#777777", "white") == pytest.approx(4.48, abs=0.01)
