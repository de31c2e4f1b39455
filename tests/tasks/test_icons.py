from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from tests.tasks.planted import HOUSES, bar, write_icons, write_set
from treemeta.errors import DataError
from treemeta.tasks.cache import Pack, reopen, write_pack
from treemeta.tasks.iconify import Icon, IconSet, read_sets
from treemeta.tasks.icons import common, drawings_of, read_icons
from treemeta.tasks.questions import parse_questions
from treemeta.tasks.relabel import relabelled

THINGS = ("axe", "bell", "cat", "dog", "egg", "fan", "gem", "hat", "ink", "jar")
TWENTY = (*THINGS, *(f"{thing}-tip" for thing in THINGS))
WEIGHT = {"": "regular", "-bold": "bold"}  # by how the names of planted icons end


def house(name: str, *icons: str, height: float = 24) -> IconSet:
    """Return a set of empty drawings: ``NAME`` of the house's height, or ``NAME HEIGHT``."""
    sized = [(one, float(size or height)) for one, _, size in (it.partition(" ") for it in icons)]
    drawings = [Icon(one, "", (0, 0, size, size)) for one, size in sized]
    return IconSet(name, tuple(drawings), height, "MIT")


def read(path: Path) -> Pack:
    return read_icons(read_sets([path]))


@pytest.fixture
def unseen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing be drawn."""
    monkeypatch.setattr(
        "treemeta.tasks.icons.rasterised", lambda *_: np.zeros((28, 28), dtype=np.uint8)
    )


@pytest.mark.parametrize(
    ("name", "concept", "weight"),
    [
        ("bell", "bell", "regular"),
        ("bell-off", "bell-off", "regular"),
        ("bell-thin", "bell", "thin"),
        ("bell-light", "bell", "light"),
        ("bell-regular", "bell", "regular"),
        ("bell-linear", "bell", "regular"),
        ("bell-line", "bell", "regular"),
        ("bell-outline", "bell", "regular"),
        ("bell-bold", "bell", "bold"),
        ("bell-fill", "bell", "fill"),
        ("bell-filled", "bell", "fill"),
        ("bell-solid", "bell", "fill"),
        ("bell-duotone", "bell", "duotone"),
        ("bell-bold-duotone", "bell", "duotone"),
        ("bell-line-duotone", "bell", "duotone"),
        ("bell-sharp", "bell", "sharp"),
        ("bell-broken", "bell", "broken"),
        ("bold", "bold", "regular"),
        ("headline", "headline", "regular"),
        ("bell-24", "bell", "regular"),
        ("bell-24-filled", "bell", "fill"),
        ("hour-12", "hour-12", "regular"),  # of a clock: it is not 12 high
        ("hour-12-24-filled", "hour-12", "fill"),
    ],
)
def test_a_name_tells_what_is_drawn_and_how(name: str, concept: str, weight: str) -> None:
    (drawing,) = drawings_of(house("elm", name))
    assert (drawing.concept, drawing.weight, drawing.house) == (concept, weight, "elm")
    assert drawing.icon.name == name


@pytest.mark.parametrize(
    ("one", "kept"),
    [
        (house("ph", "a", "a-bold", "a-fill"), "a: regular, a-bold: bold, a-fill: fill"),
        (house("solar", "a-bold", "a-linear"), "a-bold: fill, a-linear: regular"),
        (house("solar", "a-broken", "a-bold-duotone"), "a-broken: broken, a-bold-duotone: duotone"),
        (house("ion", "a", "a-outline", "a-sharp"), "a: fill, a-outline: regular, a-sharp: sharp"),
        (house("mdi", "a-line", "a"), "a-line: regular, a: fill"),
        (house("mdi", "a-outline", "b"), "a-outline: regular, b: regular"),
        (house("fl", "a-20-regular 20", "a-24-regular 24"), "a-24-regular: regular"),
        (
            house("fl", "a-16-regular 16", "a-20-regular 20", "a-32-regular 32", height=22),
            "a-20-regular: regular",
        ),
        (
            house("fl", "a-48-filled 48", "a-16-regular 16", "a-28-filled 28"),
            "a-28-filled: fill, a-16-regular: regular",
        ),
        (house("any", "a-solid", "a-fill"), "a-fill: fill"),
    ],
)
def test_a_house_has_one_drawing_of_each_concept_and_weight(one: IconSet, kept: str) -> None:
    found = {f"{drawing.icon.name}: {drawing.weight}" for drawing in drawings_of(one)}
    assert found == set(kept.split(", "))
    turned = IconSet(one.house, one.icons[::-1], one.height, one.licence)
    assert drawings_of(turned) == drawings_of(one)


def test_concepts_are_those_that_half_of_the_houses_drew_ten_times() -> None:
    four = ("", "-thin", "-bold", "-fill")
    five = (*four, "-light")
    drawn = {
        "by-all-twice": [("", "-bold")] * 5,
        "by-all-once": [("",)] * 5,
        "by-three": [four, four, four, (), ()],
        "by-two": [five, five, (), (), ()],
        "nine": [four, four, ("",), (), ()],
        "ten": [four, four, ("", "-bold"), (), ()],
    }
    names = [
        [f"{concept}{end}" for concept, ends in drawn.items() for end in ends[number]]
        for number in range(5)
    ]
    sets = [house(one, *icons) for one, icons in zip(HOUSES, names, strict=True)]
    assert {concept: len(of) for concept, of in common(sets).items()} == {
        "by-all-twice": 10,
        "by-three": 12,
        "ten": 10,
    }
    assert {concept: len(of) for concept, of in common(sets[:4]).items()} == {
        "by-three": 12,
        "by-two": 10,  # which is half of four
        "ten": 10,
    }


def test_labels_are_of_the_images_that_they_stand_beside(tmp_path: Path) -> None:
    endings = list(WEIGHT)
    dataset = reopen(
        write_pack(tmp_path / "pack", "icons", read(write_icons(tmp_path / "a", TWENTY)))
    )
    assert {kind: len(words) for kind, words in dataset.labels.items()} == {
        "house": 200,
        "weight": 200,
    }
    for position, name in enumerate(dataset.class_names):
        seen = []
        for number in range(dataset.starts[position], dataset.starts[position + 1]):
            by, concept, ending = bar(dataset.images[number])
            assert dataset.labels["house"][number] == HOUSES[by]
            assert dataset.labels["weight"][number] == WEIGHT[endings[ending]]
            assert name.endswith(f"/{TWENTY[concept]}")
            seen.append((by, ending))
        assert sorted(seen) == [(by, ending) for by in range(5) for ending in range(2)]


def test_all_that_is_dealt_can_be_asked_for_concept_house_and_weight(tmp_path: Path) -> None:
    pack = read(write_icons(tmp_path / "a", TWENTY))
    dataset = reopen(write_pack(tmp_path / "pack", "icons", pack))
    made = relabelled(dataset, parse_questions("concept,house,weight"), None)
    sizes = {name: [len(it) for task, _, it in made.classes if task == name] for name in made.roles}
    assert sizes == {
        f"icons{number}/{text}": counts
        for number in ("01", "02", "03", "04")
        for text, counts in (("concept", [10] * 5), ("house", [10] * 5), ("weight", [25] * 2))
    }


def test_the_order_of_files_changes_nothing(tmp_path: Path) -> None:
    folder = write_icons(tmp_path / "a", TWENTY)
    one = read(folder)
    other = read_icons(read_sets([folder / name for name in HOUSES[::-1]]))
    assert (other.labels, other.roles, other.licences) == (one.labels, one.roles, one.licences)
    for (*key, images), (*same, again) in zip(one.classes, other.classes, strict=True):
        assert key == same
        assert np.array_equal(images, again)


def test_what_houses_license_is_told(tmp_path: Path) -> None:
    folder = write_icons(tmp_path / "a", TWENTY)
    (folder / "elm" / "info.json").unlink()
    told = dict.fromkeys(HOUSES[:4], "MIT, https://a.b/c, A Person")
    assert read(folder).licences == told | {"elm": "licence not stated"}


@pytest.mark.usefixtures("unseen")
def test_every_task_gets_its_share_of_weights_and_houses() -> None:
    names = [f"a{number:02d}" for number in range(57)]
    some = [f"{name}{end}" for name in names[::2] for end in ("", "-bold", "-fill")]
    others = [f"{name}{end}" for name in names[1::2] for end in ("-thin", "-light", "-duotone")]
    sets = [house(one, *some, *(others if number else ())) for number, one in enumerate(HOUSES)]
    pack = read_icons(sets)
    assert {role: list(pack.roles.values()).count(role) for role in ("train", "test")} == {
        "train": 3,
        "test": 1,
    }
    concepts = Counter(task for task, *_ in pack.classes)
    assert sorted(concepts.values()) == [14, 14, 14, 15]
    assert sorted(concept for _, concept, _ in pack.classes) == names
    for kind, least in (("house", 21), ("weight", 28)):
        for task in pack.roles:
            words = Counter(
                word for key, of in pack.labels[kind].items() if key[0] == task for word in of
            )
            assert len(words) == len(set().union(*pack.labels[kind].values()))
            assert min(words.values()) >= least


@pytest.mark.parametrize(
    ("houses", "concepts", "said"),
    [
        (0, 10, "0 are too few houses to tell apart: name at least 5 packages of @ic"),
        (4, 10, "4 are too few houses to tell apart: name at least 5 packages of @ic"),
        (5, 19, "19 concepts have 10 drawings by half of the 5 houses, and 4 tasks take 20: name"),
        (5, 0, "0 concepts have 10 drawings by half of the 5 houses, and 4 tasks take 20: name"),
    ],
)
@pytest.mark.usefixtures("unseen")
def test_too_little_to_tell_apart_is_refused(houses: int, concepts: int, said: str) -> None:
    names = [f"{name}{end}" for name in TWENTY[:concepts] for end in WEIGHT]
    with pytest.raises(DataError) as caught:
        read_icons([house(one, *names) for one in HOUSES[:houses]])
    assert str(caught.value).startswith(said)


def test_a_drawing_that_is_none_is_named(tmp_path: Path) -> None:
    folder = write_icons(tmp_path / "a", TWENTY, HOUSES[:4])
    icons = {f"{name}{end}": "<script/>" for name in TWENTY for end in WEIGHT}
    write_set(folder / "elm", "elm", icons | {"other": "<path"})  # which nobody else drew
    with pytest.raises(DataError) as caught:
        read(folder)
    assert str(caught.value) == (
        "drawing elm:axe-bold holds 'script', which is no shape: leave its set out"
    )
