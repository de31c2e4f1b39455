from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.tasks.planted import make_pack
from treemeta.errors import DataError
from treemeta.tasks.cache import Pack, reopen, write_pack
from treemeta.tasks.dataset import Dataset
from treemeta.tasks.questions import parse_questions
from treemeta.tasks.relabel import Drawers, relabelled
from treemeta.tasks.rendering import COPIES, PLACES, STYLES, corners, drawing_side, shrunk

Classes = dict[str, np.ndarray]
HANDS = Drawers(5, everywhere=True)
HELD_OUT, TRAINED = "family1_script04", "family2_script01"


@pytest.fixture(scope="module")
def asked(small: Dataset) -> dict[str, Classes]:
    """The classes of each task of a small data set that was asked ten questions."""
    text = "character,character+style,style,style+place,place+style,place,character+place,drawer"
    return by_task(ask(small, f"{text},drawer+style,character+style+place"))


def ask(base: Dataset, text: str, drawers: Drawers | None = HANDS) -> Pack:
    return relabelled(base, parse_questions(text), drawers)


def by_task(pack: Pack) -> dict[str, Classes]:
    found: dict[str, Classes] = {name: {} for name in pack.roles}
    for task, label, images in pack.classes:
        found[task][label] = images
    return found


def packed(folder: Path, pack: Pack, name: str = "base") -> Dataset:
    return reopen(write_pack(folder / name, name, pack))


def base_images(base: Dataset, task: str) -> np.ndarray:
    """Return a task's images as drawn, ``uint8[classes, drawings, 28, 28]``."""
    classes = base.tasks[task].classes
    return np.stack([base.images[base.starts[c] : base.starts[c + 1]] for c in classes])


def counted(classes: Classes) -> Counter[bytes]:
    return Counter(image.tobytes() for images in classes.values() for image in images)


def test_every_task_is_asked_every_question_in_its_role(small: Dataset) -> None:
    pack = ask(small, "style,character+style")
    assert pack.roles == {
        f"{task}/{text}": role
        for task, role in small.roles.items()
        for text in ("style", "character+style")
    }
    assert pack.lineage["family1_script02/style"] == ("style", "family1")
    assert pack.lineage["family2_script04/character+style"] == ("character+style", "family2")
    assert {name for name, *_ in pack.classes} == set(pack.roles)


def test_where_lineage_is_unknown_the_question_is_all_of_it(tmp_path: Path) -> None:
    pack = replace(make_pack({("a", "x/y"): 5}), lineage={})
    made = ask(packed(tmp_path, pack), "style,character")
    assert made.lineage == {"a/character": ("character",), "a/style": ("style",)}
    assert list(by_task(made)["a/character"]) == ["x/y"]


@pytest.mark.parametrize("task", [HELD_OUT, TRAINED])
def test_without_noise_characters_are_as_drawn(
    small: Dataset, asked: dict[str, Classes], task: str
) -> None:
    classes = asked[f"{task}/character"]
    assert list(classes) == [f"character{number:02d}" for number in range(1, 7)]
    assert np.array_equal(np.stack(list(classes.values())), base_images(small, task))


def test_drawers_are_who_drew(small: Dataset, asked: dict[str, Classes]) -> None:
    drawn = base_images(small, TRAINED)
    classes = asked[f"{TRAINED}/drawer"]
    assert list(classes) == [f"drawer{number:02d}" for number in range(1, 6)]
    assert [len(images) for images in classes.values()] == [12, 6, 6, 6, 6]  # six drawings, 5 hands
    assert np.array_equal(classes["drawer01"], drawn[:, [0, 5]].reshape(12, 28, 28))
    assert np.array_equal(classes["drawer04"], drawn[:, 3])


def test_each_style_looks_like_itself(small: Dataset, asked: dict[str, Classes]) -> None:
    drawn = base_images(small, TRAINED).reshape(-1, 28, 28)
    classes = asked[f"{TRAINED}/style"]
    assert list(classes) == list(STYLES)
    medians = {style: np.median(images, axis=(1, 2)) for style, images in classes.items()}
    assert medians.pop("inverted").min() > 200  # the paper is what shines
    assert max(median.max() for median in medians.values()) < 100
    assert not classes["striped"][:, ::3].any()
    for style, change in STYLES.items():
        made = {image.tobytes() for image in change(drawn)}
        assert {image.tobytes() for image in classes[style]} <= made


def test_each_place_has_its_ink(small: Dataset, asked: dict[str, Classes]) -> None:
    drawings = {
        image.tobytes() for image in shrunk(base_images(small, TRAINED).reshape(-1, 28, 28))
    }
    classes = asked[f"{TRAINED}/place"]
    assert list(classes) == list(PLACES)
    side = drawing_side(28)
    for (down, right), images in zip(corners(28), classes.values(), strict=True):
        for image in images:
            cuts = [
                image[y : y + side, x : x + side]
                for y in range(down - 1, down + 2)
                for x in range(right - 1, right + 2)
            ]
            assert any(cut.tobytes() in drawings for cut in cuts)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("style", "character+style"),
        ("place", "character+place"),
        ("style+place", "place+style"),
        ("style+place", "character+style+place"),
        ("style", "drawer+style"),
    ],
)
def test_questions_that_render_the_same_are_two_readings_of_the_same_images(
    asked: dict[str, Classes], one: str, other: str
) -> None:
    for task in (HELD_OUT, "family2_script04"):
        assert counted(asked[f"{task}/{one}"]) == counted(asked[f"{task}/{other}"])
    copies = counted(asked[f"{TRAINED}/{other}"])
    assert not counted(asked[f"{TRAINED}/{one}"]) - copies  # the first copy of three


def test_the_answer_to_one_question_says_nothing_of_the_other(asked: dict[str, Classes]) -> None:
    styles = asked[f"{HELD_OUT}/style"]
    for images in asked[f"{HELD_OUT}/character+style"].values():
        members = Counter(image.tobytes() for image in images)
        shares = [sum(members[image.tobytes()] for image in styles[style]) for style in styles]
        assert max(shares) - min(shares) <= 1


def test_every_style_is_seen_at_every_place(small: Dataset, asked: dict[str, Classes]) -> None:
    pairs = Counter(
        (style, place)
        for task in small.tasks
        for style, images in asked[f"{task}/style+place"].items()
        for place, others in asked[f"{task}/place+style"].items()
        for image in {image.tobytes() for image in images} & {image.tobytes() for image in others}
    )
    assert len(pairs) == len(STYLES) * len(PLACES)
    assert max(pairs.values()) < 3 * min(pairs.values()) + 9  # of some 12 each


def test_noise_gives_several_copies_where_characters_are_trained_on_and_one_where_held_out(
    small: Dataset, asked: dict[str, Classes]
) -> None:
    for text in ("character+style", "character+place", "character+style+place"):
        assert {len(images) for images in asked[f"{TRAINED}/{text}"].values()} == {6 * COPIES}
        assert {len(images) for images in asked[f"{HELD_OUT}/{text}"].values()} == {6}
    for text in ("character", "style", "place", "drawer", "drawer+style", "style+place"):
        assert sum(map(len, asked[f"{TRAINED}/{text}"].values())) == 36
    images = asked[f"{TRAINED}/character+style"]["character02"].reshape(COPIES, 6, 28, 28)
    for number, drawn in enumerate(base_images(small, TRAINED)[1]):
        every = {change(drawn[None]).tobytes(): style for style, change in STYLES.items()}
        assert len({every[copy.tobytes()] for copy in images[:, number]}) == COPIES


def test_pixels_depend_on_nothing_else_that_is_asked(
    small: Dataset, asked: dict[str, Classes]
) -> None:
    for text in ("style", "character+style+place", "place+style"):
        for name, classes in by_task(ask(small, text)).items():
            for label, images in classes.items():
                assert np.array_equal(images, asked[name][label])


def test_pixels_depend_on_the_names_of_their_class(tmp_path: Path) -> None:
    images = np.random.default_rng(0).integers(0, 256, (20, 28, 28), dtype=np.uint8)
    pack = Pack([(t, c, images) for t in "ab" for c in "xy"], {"a": "train", "b": "train"}, {})
    made = by_task(ask(packed(tmp_path, pack), "character+style"))
    assert len({images.tobytes() for task in made.values() for images in task.values()}) == 4


@pytest.mark.parametrize(("everywhere", "more"), [(True, {"a/drawer"}), (False, set())])
def test_what_means_the_same_in_every_task_is_said(
    tmp_path: Path, everywhere: bool, more: set[str]
) -> None:
    base = packed(tmp_path, make_pack({("a", "x"): 20}))
    made = ask(base, "character,drawer,style+place,place", Drawers(20, everywhere))
    assert made.shared == {"a/style+place", "a/place"} | more


def test_images_without_a_drawer_are_not_asked_for_one(tmp_path: Path) -> None:
    base = packed(tmp_path, make_pack({("a", "x"): 20}))
    with pytest.raises(DataError) as caught:
        ask(base, "style,drawer+style", None)
    assert str(caught.value) == (
        "question 'drawer+style' asks who drew the images of base, which only omniglot and glyphs "
        "tell: leave the question out"
    )


@pytest.mark.parametrize("text", ["style", "place", "place+style"])
def test_too_few_images_for_every_answer_are_refused(tmp_path: Path, text: str) -> None:
    base = packed(tmp_path, make_pack({("a", "x"): 20, ("b", "x"): 2, ("b", "y"): 2}))
    with pytest.raises(DataError) as caught:
        ask(base, text)
    assert f"question {text!r} has no image with the answer '" in str(caught.value)
    assert "' in task 'b' of base, 4 images in all: add some or leave" in str(caught.value)
    assert len(ask(base, "character+style").roles) == 2


@pytest.mark.omniglot
def test_omniglots_drawers_drew_every_character_of_an_alphabet(omniglot: Dataset) -> None:
    greek = replace(omniglot, tasks={"Greek": omniglot.tasks["Greek"]})
    pack = ask(greek, "drawer,style,character+style", Drawers(20, everywhere=False))
    found, drawn = by_task(pack), base_images(omniglot, "Greek")
    assert drawn.shape == (24, 20, 28, 28)
    for number, (label, images) in enumerate(found["Greek/drawer"].items()):
        assert label == f"drawer{number + 1:02d}"
        assert np.array_equal(images, drawn[:, number])
    assert {len(images) for images in found["Greek/style"].values()} == {96}
    assert pack.shared == {"Greek/style"}
