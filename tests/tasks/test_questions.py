import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treemeta.errors import ConfigError
from treemeta.tasks.questions import LABELS, NOISES, Question, parse_questions, turnable

NOISE = st.lists(st.sampled_from(NOISES), unique=True)
QUESTION = st.tuples(st.sampled_from(LABELS), NOISE).filter(lambda one: one[0] not in one[1])
WORD = st.sampled_from([*LABELS, *LABELS, "", " ", "colour", "\n", "é"])
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
    assert all(one.label in LABELS and set(one.noises) <= {*NOISES} for one in found)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "--questions: '' is nothing to ask: choose character, style, place or drawer"),
        ("style,", "'' is nothing to ask: choose character"),
        ("style, place", "' place' is nothing to ask: choose character"),
        ("colour", "'colour' is nothing to ask: choose character"),
        ("style+colour", "'style+colour': 'colour' is no noise: choose style or place"),
        ("style+", "'style+': '' is no noise: choose style or place"),
        ("place+place", "'place' is asked and cannot be noise as well: leave one out"),
        ("character+character", "'character' is asked and cannot be noise as well"),
        ("style+drawer", "'drawer' is noise already wherever it is not asked: leave it out"),
        ("drawer+character", "'character' is noise already wherever it is not asked: leave it"),
        ("drawer+style+style", "'drawer+style+style' names 'style' 2 times: name it once"),
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
    ("text", "can"),
    [
        ("character", True),
        ("character+style+place,character", True),
        ("style", False),
        ("character,place", False),
        ("drawer", False),
    ],
)
def test_only_characters_are_other_classes_when_turned(text: str, can: bool) -> None:
    assert turnable(parse_questions(text)) is can


def test_where_nothing_is_asked_classes_are_characters() -> None:
    assert turnable(())
