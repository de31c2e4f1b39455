import os
import pickle
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from tests.tasks.planted import (
    TINY,
    png,
    published,
    write_folder,
    write_zips,
)
from treemeta.config import Config
from treemeta.errors import ConfigError, DataError, IntegrityError, StorageError
from treemeta.tasks import sources
from treemeta.tasks.cache import IMAGES, Pack, reopen
from treemeta.tasks.glyphs import GlyphCounts, make_glyphs
from treemeta.tasks.imported import import_omniglot, omniglot_path
from treemeta.tasks.omniglot import lake, scripts
from treemeta.tasks.sources import dataset_of, open_dataset, opened

FEW = "glyphs:families=2,scripts=1,characters=2,drawings=2"


def entries(folder: Path) -> list[str]:
    """Return what lies in a folder, locks apart."""
    return sorted(path.name for path in folder.iterdir() if path.suffix != ".lock")


def test_glyphs_are_packed_once_and_nothing_is_written_after(
    packs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = open_dataset(FEW)
    assert (first.name, len(first.images)) == (f"{FEW},effect=1.0,seed=0", 8)
    for lock in packs.glob(".*"):
        lock.unlink()
    before = list(packs.iterdir())
    reopen.cache_clear()
    monkeypatch.setattr(sources, "make_glyphs", None)
    again = open_dataset("glyphs:drawings=2,characters=2,scripts=1,families=2")
    assert again.fingerprint == first.fingerprint
    assert list(packs.iterdir()) == before


def test_many_who_open_at_once_pack_once(packs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made, together = [], threading.Barrier(4)

    def make(counts: GlyphCounts) -> Pack:
        made.append(counts)
        return make_glyphs(counts)

    def open_together(_: int) -> str:
        together.wait()
        return open_dataset(FEW).fingerprint

    monkeypatch.setattr(sources, "make_glyphs", make)
    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(open_together, range(4)))) == 1
    assert len(made) == 1
    assert len(entries(packs)) == 1


def test_a_folder_is_packed_again_when_it_changes(packs: Path, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "images", ["a", "b"])
    first = open_dataset(str(folder))
    assert (first.name, len(first.images)) == ("images", 8)
    assert open_dataset(str(folder)) is first
    (folder / "b" / "class0" / "2.png").write_bytes(png())
    assert len(open_dataset(str(folder)).images) == 9


def test_a_folder_is_one_however_it_is_named(
    packs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_folder(tmp_path / "images", ["a"])
    (tmp_path / "link").symlink_to(folder)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    names = [str(folder), "images", "./images/", "images/../images", "~/images", "link"]
    assert len({open_dataset(name).path for name in names}) == 1


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("omniglott", DataError, "data set 'omniglott' is no folder: did you mean 'omniglot'?"),
        ("glyph", DataError, "data set 'glyph' is no folder"),
        ("~nobody-has-this-name/x", DataError, "data set '~nobody-has-this-name/x' is no folder"),
        ("loop", DataError, "data set 'loop' is no folder"),
        ("a\0b", DataError, r"data set 'a\\x00b' is no folder"),
        ("empty", DataError, "empty holds no task/class/image files"),
        ("omniglot", DataError, "omniglot is not on this machine: run 'treemeta data download"),
        ("iconify", DataError, "no icons are on this machine: get npm's packages @iconify-json/"),
        ("glyphs:bad=1", ConfigError, "'bad' is none of"),
        ("broken", DataError, "0.png' cannot be decoded: replace or remove it"),
    ],
)
def test_what_cannot_be_opened_leaves_nothing(
    packs: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    text: str,
    error: type[Exception],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    os.symlink("loop", "loop")
    Path("empty").mkdir()
    write_folder(Path("broken"), ["a"])
    Path("broken/a/class1/0.png").write_bytes(b"garbage")
    with pytest.raises(error, match=message) as caught:
        open_dataset(text)
    assert "\n" not in str(caught.value)
    assert entries(packs) == []


def test_damage_is_noticed_and_not_repaired_in_silence(packs: Path) -> None:
    file = open_dataset(FEW).path / IMAGES
    content = file.read_bytes()
    file.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    reopen.cache_clear()
    for _ in range(2):
        with pytest.raises(IntegrityError, match=f"{file.parent} is damaged: delete that folder"):
            open_dataset(FEW)


def test_a_cache_that_cannot_be_made_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("TREEMETA_DATA", str(tmp_path / "file"))
    assert not omniglot_path().exists()
    with pytest.raises(StorageError, match="cannot be written"):
        open_dataset(FEW)
    with pytest.raises(StorageError, match="cannot be written"):
        import_omniglot(write_zips(tmp_path, published()), TINY)


def test_lake_has_roles_of_its_own_and_leaves_the_posters(packs: Path, tmp_path: Path) -> None:
    poster = import_omniglot(write_zips(tmp_path, published()), TINY)
    roles = list(lake(poster).roles.values())
    assert (roles.count("train"), roles.count("test")) == (30, 20)
    assert poster.roles == {"Alpha": "train", "Beta": "test"}
    assert open_dataset("omniglot", "lake").roles == lake(poster).roles


def test_copies_are_packed_once_and_pickle_with_their_roles(packs: Path) -> None:
    base, both = open_dataset(FEW), open_dataset(FEW, transform="thick:1.5")
    assert both.name == f"{base.name} + thick 1.5"
    assert list(both.tasks) == [
        "family1_script01",
        "family1_script01 (thick 1.5)",
        "family2_script01",
        "family2_script01 (thick 1.5)",
    ]
    assert both.lineage["family2_script01 (thick 1.5)"] == ("thick 1.5", "family2")
    assert both.class_names[2] == "family1_script01 (thick 1.5)/character01"
    assert open_dataset(FEW, "poster", "thick:1.50") is both
    assert pickle.loads(pickle.dumps(both)).roles == both.roles  # noqa: S301
    assert len({open_dataset(FEW, transform=f"thick:{s}").fingerprint for s in (1, 1.5, 2)}) == 3
    assert open_dataset(FEW).fingerprint == base.fingerprint
    assert [path.split("-")[0] for path in entries(packs)] == ["copies"] * 3 + ["glyphs"]


def test_copies_are_packed_again_when_the_base_changes(packs: Path, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "images", ["a", "b"])
    first = open_dataset(str(folder), transform="reflect")
    assert (first.name, len(first.images)) == ("images + reflect 1", 16)
    assert open_dataset(str(folder), transform="reflect") is first
    (folder / "b" / "class0" / "2.png").write_bytes(png())
    assert len(open_dataset(str(folder), transform="reflect").images) == 18
    folder.rename(tmp_path / "renamed")
    assert (
        open_dataset(str(tmp_path / "renamed"), transform="reflect").name == "renamed + reflect 1"
    )


def test_copies_have_the_roles_of_the_split(packs: Path, tmp_path: Path) -> None:
    named = {script.subset: script for script in scripts()}.values()
    two = [replace(script, characters=1, role="train") for script in named]
    import_omniglot(write_zips(tmp_path, published(two)), two)
    trained, tested = (script.alphabet for script in sorted(two, key=lambda one: one.subset))
    for split in ("poster", "lake", "poster"):
        both = open_dataset("omniglot", split, "reflect")
        roles = {trained: "train", tested: "test" if split == "lake" else "train"}
        assert both.roles == roles | {f"{task} (reflect 1)": roles[task] for task in roles}


def test_what_is_no_transform_packs_nothing(packs: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="'thicc': did you mean 'thick'"):
        open_dataset(FEW, transform="thicc")
    assert entries(packs) == []
    folder = write_folder(tmp_path / "images", ["a", "a (thick 1)"])
    with pytest.raises(DataError, match=r"images has a task 'a \(thick 1\)' already"):
        open_dataset(str(folder), transform="thick")
    assert [path.split("-")[0] for path in entries(packs)] == ["folder"]


MANY = "glyphs:families=2,scripts=1,characters=3,drawings=5"


def test_questions_are_packed_once_whatever_their_order(packs: Path) -> None:
    base, asked = open_dataset(MANY), open_dataset(MANY, questions="style,character+place+style")
    assert asked.name == f"{base.name}: character+style+place,style"
    assert list(asked.tasks)[:2] == [
        "family1_script01/character+style+place",
        "family1_script01/style",
    ]
    assert asked.lineage["family2_script01/style"] == ("style", "family2")
    assert asked.class_names[3] == "family1_script01/style/blurred"
    assert open_dataset(MANY, questions="character+style+place,style") is asked
    assert asked.shared == {"family1_script01/style", "family2_script01/style"}
    assert len(open_dataset(MANY, questions="style").tasks) == 2
    assert open_dataset(MANY).fingerprint == base.fingerprint
    assert [path.split("-")[0] for path in entries(packs)] == ["glyphs", "questions", "questions"]


def test_questions_have_the_roles_of_the_split_and_omniglots_drawers(
    packs: Path, tmp_path: Path
) -> None:
    named = {script.subset: script for script in scripts()}.values()
    two = [replace(script, characters=1, role="train") for script in named]
    base = import_omniglot(write_zips(tmp_path, published(two)), two)
    tested = max(two, key=lambda one: one.subset).alphabet
    for split, copies in (("poster", 3), ("lake", 1), ("poster", 3)):
        asked = open_dataset("omniglot", split, questions="character+style,drawer")
        role = "test" if split == "lake" else "train"
        noisy, drawer = f"{tested}/character+style", f"{tested}/drawer"
        assert {asked.roles[noisy], asked.roles[drawer]} == {role}
        assert asked.drawings(asked.tasks[noisy].classes[0]) == 20 * copies
        first = base.starts[base.tasks[tested].classes[0]]
        for number, position in enumerate(asked.tasks[drawer].classes):
            assert asked.drawings(position) == 1
            found = asked.images[asked.starts[position]]
            assert np.array_equal(found, base.images[first + number])
    assert asked.shared == set()  # each alphabet has other drawers


def test_glyphs_have_the_same_hands_everywhere(packs: Path) -> None:
    asked = open_dataset(MANY, questions="drawer")
    assert asked.shared == set(asked.tasks)
    assert asked.class_names[4] == "family1_script01/drawer/drawer05"


def test_what_cannot_be_asked_is_refused(packs: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="'colour' is nothing to ask"):
        open_dataset("nowhere", questions="colour")
    with pytest.raises(ConfigError, match="'thick' and --questions 'style' plant two truths"):
        open_dataset(MANY, transform="thick", questions="style")
    assert entries(packs) == []
    folder = write_folder(tmp_path / "images", ["a", "b"], classes=3, images=5)
    with pytest.raises(DataError, match="'drawer' asks who drew the images of images, which only"):
        open_dataset(str(folder), questions="drawer,character+style")
    assert [path.split("-")[0] for path in entries(packs)] == ["folder"]
    assert open_dataset(str(folder), questions="style").name == "images: style"


TWICE_FIVE = "glyphs:families=2,scripts=5,characters=3,drawings=5"


def test_another_split_holds_out_other_tasks_of_the_same_images(packs: Path) -> None:
    base = open_dataset(TWICE_FIVE)
    splits = [open_dataset(TWICE_FIVE, held=("", number)) for number in range(6)]
    assert splits[0] is base
    assert len({tuple(one.select("test")) for one in splits}) > 3
    for one in splits:
        assert (len(one.select("test")), one.fingerprint) == (2, base.fingerprint)
        assert one.images is base.images
        assert pickle.loads(pickle.dumps(one)).roles == one.roles  # noqa: S301
    assert open_dataset(TWICE_FIVE).roles == base.roles
    settings = {"dataset": TWICE_FIVE, "split": "poster"}
    assert dataset_of(settings).roles == base.roles  # of a tree that is older than splits
    assert dataset_of(settings | {"task_split": 2}).roles == splits[2].roles
    assert entries(packs) == [base.path.name]


def test_all_questions_and_copies_of_a_task_are_held_out_together(packs: Path) -> None:
    roles = [open_dataset(TWICE_FIVE, held=("", number)).roles for number in (0, 1)]
    assert roles[0] != roles[1]
    for number, drawn in enumerate(roles):
        asked = open_dataset(TWICE_FIVE, questions="style,character+style", held=("", number))
        assert asked.roles == {
            f"{task}/{text}": role
            for task, role in drawn.items()
            for text in ("style", "character+style")
        }
        for task, role in drawn.items():  # where it is trained on, noise gives three copies
            first = asked.tasks[f"{task}/character+style"].classes[0]
            assert asked.drawings(first) == (15 if role == "train" else 5)
        both = open_dataset(TWICE_FIVE, transform="reflect", held=("", number))
        assert both.roles == drawn | {f"{task} (reflect 1)": role for task, role in drawn.items()}


def test_levels_are_packed_apart_and_each_once(packs: Path) -> None:
    one = open_dataset(MANY, questions="character+speckle:0.50")
    assert open_dataset(MANY, questions="character+speckle:.5") is one
    assert open_dataset(MANY, questions="character+speckle:0.6").fingerprint != one.fingerprint
    assert next(iter(one.tasks)) == "family1_script01/character+speckle:0.5"
    assert one.class_names[0] == "family1_script01/character+speckle:0.5/character01"
    assert [path.split("-")[0] for path in entries(packs)] == ["glyphs", "questions", "questions"]


def test_what_is_held_out_is_the_user_s_choice(packs: Path, tmp_path: Path) -> None:
    folder = str(write_folder(tmp_path / "images", [f"task{number}" for number in range(10)]))
    plain = open_dataset(folder)
    chosen = open_dataset(folder, held=("task[0-4]", 0))
    assert [task.name for task in chosen.select("test")] == [f"task{n}" for n in range(5)]
    assert open_dataset(folder, held=("0.3", 0)).roles == plain.roles
    assert open_dataset(folder, held=("task[0-4]", 1)).roles != chosen.roles
    assert len(open_dataset(folder, held=("task[0-4]", 1)).select("test")) == 5
    assert len(entries(packs)) == 1  # the images are packed once
    asked = open_dataset(folder, transform="invert", held=("task7", 0))
    assert {task.name for task in asked.select("test")} == {"task7", "task7 (invert 1)"}


def test_what_a_file_held_out_stays_so(
    packs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_folder(Path("images"), ["a", "b", "c"])
    Path("held.txt").write_text("b\n")
    config, dataset = opened(Config(dataset="images", held_out="held.txt"))
    assert dataset.roles == {"a": "train", "b": "test", "c": "train"}
    Path("held.txt").write_text("c\n")
    assert dataset_of(vars(config)).roles == dataset.roles
    again = opened(config)
    assert (again[0], again[1].roles) == (config, dataset.roles)
    Path("held.txt").unlink()
    assert dataset_of(asdict(config)).roles == dataset.roles
    share = opened(Config(dataset="images", held_out="0.5"))[0]
    assert share.held_out == "0.5"


def test_a_folder_is_laid_out_once_whatever_is_held_out(
    packs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, asked = write_folder(tmp_path / "images", ["a", "b", "c"]), []
    laid = sources.lay_out
    monkeypatch.setattr(sources, "lay_out", lambda path: asked.append(path) or laid(path))
    opened(Config(dataset=str(folder), held_out="b"))
    assert asked == [folder]


def test_what_is_told_of_a_folder_is_told_of_what_is_made_of_it(
    packs: Path, tmp_path: Path
) -> None:
    folder = write_folder(tmp_path / "images", ["a", "b"], classes=3, images=9)
    (folder / "c").symlink_to("a")
    plain = open_dataset(str(folder))
    assert "1 link left out" in plain.told[0]
    assert plain.about.startswith("images of 28 x 28 pixels, 8 bits, packed as 28 x 28 grey")
    for made in ({"transform": "reflect"}, {"questions": "style"}):
        assert open_dataset(str(folder), **made).told == plain.told
    (folder / "c").unlink()
    again = open_dataset(str(folder))
    assert "1 link left out" not in again.told[0]
    assert again.fingerprint == plain.fingerprint
    assert open_dataset(str(folder), transform="reflect").told == again.told
