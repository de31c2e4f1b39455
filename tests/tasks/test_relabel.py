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
HOUSES = ("elm", "fir", "ash")
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


def told(folder: Path, sizes: dict[tuple[str, str], int], words: dict[str, str]) -> Dataset:
    """Return a data set that tells the house of each image: per task a letter an image, the first
    of the house's name; and its weight, bold if it is an ash."""
    pack, houses = make_pack(sizes), {}
    letters = {task: iter(word) for task, word in words.items()}
    for (task, label), count in sizes.items():
        drew = [next(letters[task]) for _ in range(count)]
        houses[task, label] = tuple(one for letter in drew for one in HOUSES if one[0] == letter)
    weights = {
        key: tuple("bold" if one == "ash" else "thin" for one in of) for key, of in houses.items()
    }
    return packed(folder, replace(pack, labels={"house": houses, "weight": weights}))


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


@pytest.mark.parametrize(("text", "missing"), [("house", 0), ("weight+style,house", 1)])
def test_data_that_tell_of_no_house_are_not_asked_for_one(
    tmp_path: Path, text: str, missing: int
) -> None:
    pack = make_pack({("a", "x"): 20})
    if missing:  # the weight alone
        pack = replace(pack, labels={"house": {("a", "x"): ("elm",) * 20}})
    with pytest.raises(DataError) as caught:
        ask(packed(tmp_path, pack), text)
    assert str(caught.value) == (
        f"question {text.split(',')[0]!r} asks what only iconify tells of its images, and base "
        "does not: leave the question out"
    )
    assert ask(packed(tmp_path, pack), "character,style").roles


def test_each_house_and_weight_has_the_images_that_are_its_own(tmp_path: Path) -> None:
    base = told(tmp_path, {("a", "x"): 25, ("a", "y"): 15}, {"a": "feaf" * 10})
    made = ask(base, "house,weight,concept,character", None)
    found = by_task(made)
    assert {task: [*classes] for task, classes in found.items()} == {
        "a/house": ["ash", "elm", "fir"],
        "a/weight": ["bold", "thin"],
        "a/concept": ["x", "y"],
        "a/character": ["x", "y"],
    }
    letters = np.array(list("feaf" * 10))
    for name in HOUSES:
        assert np.array_equal(found["a/house"][name], base.images[letters == name[0]])
    assert np.array_equal(found["a/weight"]["bold"], base.images[letters == "a"])
    assert np.array_equal(found["a/weight"]["thin"], base.images[letters != "a"])
    assert np.array_equal(found["a/concept"]["y"], base.images[25:])
    assert made.shared == {"a/house", "a/weight"}


def test_an_answer_that_is_rare_in_a_task_is_none_there(tmp_path: Path) -> None:
    sizes = {("a", "x"): 15, ("a", "y"): 15, ("b", "x"): 30}
    words = {"a": "fea" * 9 + "eaa", "b": "f" * 20 + "e" * 10}
    found = by_task(ask(told(tmp_path, sizes, words), "house,weight"))
    assert {task: {label: len(of) for label, of in it.items()} for task, it in found.items()} == {
        "a/house": {"ash": 11, "elm": 10},  # nine are by fir
        "b/house": {"elm": 10, "fir": 20},
        "a/weight": {"bold": 11, "thin": 19},
    }  # and all of b are thin: there is nothing to ask


def test_where_all_have_one_answer_nothing_is_asked(tmp_path: Path) -> None:
    base = told(tmp_path, {("a", "x"): 30}, {"a": "f" * 30})
    with pytest.raises(
        DataError, match=r"no task of .* has two answers of 10 images to --questions"
    ):
        ask(base, "house")
    made = ask(base, "house,concept")
    assert {*made.roles} == {*made.lineage} == {"a/concept"}


def test_concepts_have_noise_as_characters_do(tmp_path: Path) -> None:
    sizes = {(task, label): 20 for task in "ab" for label in "xy"}
    base = told(tmp_path, sizes, dict.fromkeys("ab", "feaf" * 10))
    base = replace(base, roles={"a": "train", "b": "test"})
    found = by_task(ask(base, "concept+style,character+style,house+style,style"))
    assert {len(images) for images in found["a/concept+style"].values()} == {20 * COPIES}
    assert {len(images) for images in found["b/concept+style"].values()} == {20}
    for task in "ab":
        assert sum(map(len, found[f"{task}/house+style"].values())) == 40
        assert counted(found[f"{task}/style"]) == counted(found[f"{task}/house+style"])
        for label, images in found[f"{task}/concept+style"].items():
            assert np.array_equal(images, found[f"{task}/character+style"][label])


def grey(folder: Path) -> Dataset:
    """Return a data set of two tasks, one held out, in which each image is one shade of grey."""
    shades = np.arange(98, 158, 3, dtype=np.uint8)[:, None, None] * np.ones((28, 28), np.uint8)
    pack = Pack([("a", "x", shades), ("b", "x", shades)], {"a": "train", "b": "test"}, {})
    return packed(folder, pack)


def test_speckle_is_as_strong_as_it_says_and_new_in_each_copy_and_task(tmp_path: Path) -> None:
    base = grey(tmp_path)
    found = by_task(ask(base, "character+speckle:0.1,style+speckle:0.1,character+speckle:0.05"))
    copies = found["a/character+speckle:0.1"]["x"].reshape(COPIES, 20, 28, 28)
    noise = [images - base.images[:20].astype(float) for images in copies]
    noise.append(found["b/character+speckle:0.1"]["x"] - base.images[20:].astype(float))
    for number, one in enumerate(noise):
        assert one.std() == pytest.approx(25.5, rel=0.03)
        for other in noise[:number]:
            assert abs(np.corrcoef(one.ravel(), other.ravel())[0, 1]) < 0.05
    weaker = found["b/character+speckle:0.05"]["x"] - base.images[20:].astype(float)
    assert weaker.std() == pytest.approx(12.75, rel=0.03)


def test_speckle_is_the_same_each_time_whatever_else_is_asked(tmp_path: Path) -> None:
    base = grey(tmp_path)
    text = "character+style+speckle:0.3"
    one = by_task(ask(base, text))
    other = by_task(ask(base, f"style+speckle:0.3,{text},character+blur:1"))
    for task in ("a", "b"):
        assert np.array_equal(one[f"{task}/{text}"]["x"], other[f"{task}/{text}"]["x"])
        same = counted(other[f"{task}/style+speckle:0.3"])
        assert not same - counted(one[f"{task}/{text}"])  # another reading of the same images


def test_blur_is_a_gaussian_of_so_many_pixels_and_speckle_is_not_blurred(tmp_path: Path) -> None:
    dot = np.zeros((20, 28, 28), np.uint8)
    dot[:, 12:16, 12:16] = 255
    base = packed(tmp_path, Pack([("b", "x", dot)], {"b": "test"}, {}))
    found = by_task(ask(base, "character+blur:1,character+blur:2,character+speckle:0.1+blur:2"))
    spread = []
    for level in ("1", "2"):
        image = found[f"b/character+blur:{level}"]["x"][0].astype(float)
        assert image.sum() == pytest.approx(dot[0].sum(), rel=0.02)
        rows = np.arange(28)
        spread.append(image.sum(axis=1) @ (rows - 13.5) ** 2 / image.sum())
    # A square of four pixels has a variance of 15/12, and the blur's is added to it.
    assert np.sqrt(np.array(spread) - 1.25) == pytest.approx([1, 2], rel=0.1)
    noisy = found["b/character+speckle:0.1+blur:2"]["x"].astype(float)
    corner = noisy[:, :5, :5]
    assert (corner == 0).mean() == pytest.approx(0.5, abs=0.1)


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
