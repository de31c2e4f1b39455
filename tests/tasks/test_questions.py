import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treemeta.errors import ConfigError
from treemeta.tasks.questions import (
    LABELS,
    LEVELS,
    NOISES,
    Question,
    kind_of,
    parse_questions,
    turnable,
)

WRITTEN = {"speckle": ["speckle:0.5", "speckle:1e-05"], "blur": ["blur:5", "blur:0.25"]}
KIND = st.sampled_from(NOISES).flatmap(lambda kind: st.sampled_from(WRITTEN.get(kind, [kind])))
NOISE = st.lists(KIND, unique_by=kind_of)
QUESTION = st.tuples(st.sampled_from(LABELS), NOISE).filter(lambda one: one[0] not in one[1])
ODD = ["", " ", "colour", "\n", "é", "speckle", "blur:", "blur:1:2", "speckle:inf", "style:1"]
WORD = st.sampled_from([*LABELS, *LABELS, "speckle:0.5", "blur:1.50", *ODD])
ANYTHING = st.lists(WORD, min_size=1).flatmap(
    lambda words: st.tuples(st.just(words), st.lists(st.sampled_from("+,"), min_size=len(words)))
)


@given(st.lists(QUESTION, min_size=1, unique_by=lambda one: (one[0], frozenset(one[1]))))
def test_questions_come_back_whatever_their_order(asked: list[tuple[str, list[str]]]) -> None:
    text = ",".join("+".join((label, *noises)) for label, noises in asked)
    found = parse_questions(text)
    assert {(one.label, frozenset(one.noises)) for one in found} == {
        (label, frozenset(noises)) for label, noises in asked
    }
    other = ",".join("+".join((label, *noises[::-1])) for label, noises in asked[::-1])
    again = ",".join(question.text for question in found)
    assert parse_questions(other) == parse_questions(again) == found


@given(ANYTHING)
def test_any_text_is_questions_or_one_sentence(parts: tuple[list[str], list[str]]) -> None:
    text = "".join(word + mark for word, mark in zip(*parts, strict=False))[:-1]
    sentence, found = "", ()
    try:
        found = parse_questions(text)
    except ConfigError as error:
        sentence = str(error)
    assert re.fullmatch("--questions.*: .+" if sentence else "", sentence)
    assert all(one.label in LABELS and {*map(kind_of, one.noises)} <= {*NOISES} for one in found)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "",
            "--questions: '' is nothing to ask: choose character, concept, style, place, drawer, "
            "house or weight",
        ),
        ("style,", "'' is nothing to ask: choose character"),
        ("style, place", "' place' is nothing to ask: did you mean 'place'?"),
        ("colour", "'colour' is nothing to ask: choose character"),
        ("style+colour", "'style+colour': 'colour' is no noise: choose style, place, s"),
        ("style+", "'style+': '' is no noise: choose style, place, speckle or blur"),
        ("place+place", "'place' is asked and cannot be noise as well: leave one out"),
        ("character+character", "'character' is asked and cannot be noise as well"),
        ("style+drawer", "'drawer' is noise already wherever it is not asked: leave it out"),
        ("drawer+character", "'character' is noise already wherever it is not asked: leave it"),
        ("drawer+style+style", "'drawer+style+style' names 'style' 2 times: name it once"),
        ("speckle", "'speckle' is nothing to ask: choose character"),
        ("style:1", "'style:1' is nothing to ask: did you mean 'style'?"),
        ("house+concept", "'concept' is noise already wherever it is not asked: leave it out"),
        ("weight+house", "'house' is noise already wherever it is not asked: leave it out"),
        ("style+place:2", "'style+place:2': 'place' has no level: leave '2' out"),
        ("style+speckle", "'speckle' takes a level above 0, of 2 at most, not ''"),
        ("style+speckle", ": write speckle:0.5"),
        ("style+blur:", "'blur' takes a level above 0, of 5 at most, not '': write blur:1.25"),
        ("style+speckle:0", "takes a level above 0, of 2 at most, not '0'"),
        ("style+speckle:-1", "takes a level above 0, of 2 at most, not '-1'"),
        ("style+speckle:2.1", "takes a level above 0, of 2 at most, not '2.1'"),
        ("style+blur:5.1", "takes a level above 0, of 5 at most, not '5.1'"),
        ("style+speckle:nan", "takes a level above 0, of 2 at most, not 'nan'"),
        ("style+speckle:1e-999", "takes a level above 0, of 2 at most, not '1e-999'"),
        ("style+speckle:a", "takes a level above 0, of 2 at most, not 'a'"),
        ("style+blur:1:2", "takes a level above 0, of 5 at most, not '1:2'"),
        ("style+blur:1+blur:2", "'style+blur:1+blur:2' names 'blur' 2 times: name it once"),
        ("style+blur:1,style+blur:1.0", "asks 'style+blur:1' 2 times: ask it once"),
        ("style,place,style", "'style,place,style' asks 'style' 2 times: ask it once"),
        ("drawer+style+place,drawer+place+style", "asks 'drawer+style+place' 2 times: ask it"),
    ],
)
def test_what_is_no_question_is_refused_by_name(text: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_questions(text)
    assert said in str(caught.value)


def test_questions_that_render_the_same_see_the_same_images() -> None:
    assert Question("character", ("style",)).rendered == Question("style").rendered == {"style"}
    assert Question("drawer").rendered == Question("character").rendered == set()
    assert Question("style", ("place",)).rendered == Question("place", ("style",)).rendered


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("house+speckle:0.50", "house+speckle:0.5"),
        ("house+blur:1.0", "house+blur:1"),
        ("house+blur:05e0+speckle:2.", "house+speckle:2+blur:5"),
        ("house+speckle:.25", "house+speckle:0.25"),
        ("concept+blur:0.10+place+style", "concept+style+place+blur:0.1"),
    ],
)
def test_a_level_is_always_written_the_same(text: str, written: str) -> None:
    (question,) = parse_questions(text)
    assert question.text == written
    assert parse_questions(written) == (question,)


@given(st.sampled_from([*LEVELS]), st.floats(1e-9, 2))
def test_a_level_comes_back(noise: str, level: float) -> None:
    (question,) = parse_questions(f"style+place+{noise}:{level!r}")
    assert question.level(noise) == level
    (other,) = {*LEVELS} - {noise}
    assert question.level(other) == 0
    assert question.rendered == {"style", "place", noise}


def test_each_level_is_another_question() -> None:
    found = parse_questions("style+blur:1,style,style+blur:2")
    assert [question.text for question in found] == ["style", "style+blur:1", "style+blur:2"]


@pytest.mark.parametrize(
    ("text", "can"),
    [
        ("character", True),
        ("character+style+place,character", True),
        ("style", False),
        ("character,place", False),
        ("drawer", False),
        ("concept", False),
        ("character+speckle:1,house", False),
    ],
)
def test_only_characters_are_other_classes_when_turned(text: str, can: bool) -> None:
    assert turnable(parse_questions(text)) is can


def test_where_nothing_is_asked_classes_are_characters() -> None:
    assert turnable(())
