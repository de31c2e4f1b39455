import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Run
from tests.tasks.planted import HOUSES, png, write_folder, write_icons
from treemeta.tasks.cache import reopen
from treemeta.tasks.omniglot import SUBSETS, scripts

FEW = "glyphs:families=2,scripts=4,characters=2,drawings=3"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setenv("TREEMETA_DATA", str(folder))
    monkeypatch.chdir(tmp_path)
    return folder


def test_list_says_what_is_there_how_large_and_how_to_get_the_rest(
    treemeta: Run, cache: Path
) -> None:
    text = treemeta("data", "list").stdout
    assert [line.split()[:4] for line in text.splitlines()] == [
        ["dataset", "packed", "size", "about"],
        ["glyphs", "ready", "-", "-"],
        ["omniglot", "missing", "-", "-"],
        ["iconify", "missing", "-", "-"],
        ["functions", "ready", "-", "-"],
        ["PATH", "ready", "-", "-"],
    ]
    assert "treemeta data download omniglot" in text
    assert "treemeta data import iconify PATH..." in text
    assert "\x1b" not in text
    (cache / "omniglot").mkdir(parents=True)  # which holds nothing
    for name in ("iconify", "glyphs-1", "glyphs-2"):
        (cache / name).mkdir()
        (cache / name / "images.npy").write_bytes(b"x" * 150_000)
        (cache / name / "index.json").write_text("{}")
    rows = json.loads(treemeta("data", "list", "--json").stdout)
    assert {row["dataset"]: (row["ready"], row["packs"], row["bytes"]) for row in rows} == {
        "glyphs": (True, 2, 300_004),
        "omniglot": (False, 0, 0),
        "iconify": (True, 1, 150_002),
        "functions": (True, 0, 0),
        "PATH": (True, 0, 0),
    }
    lines = treemeta("data", "list").stdout.splitlines()
    assert lines[1].split()[:5] == ["glyphs", "ready", "2", "0.3", "MB"]
    assert lines[3].split()[5:] == ["concepts", "by", "houses"]


def test_icons_are_imported_and_told_of_with_their_licences(treemeta: Run, cache: Path) -> None:
    folder = write_icons(Path("all"), [f"concept-{letter}" for letter in "abcdefghijklmnopqrst"])
    (folder / "elm" / "info.json").write_text('{"license": {"spdx": "a\\u001b[2Jb\\nc"}}')
    told = treemeta("data", "import", "iconify", *(folder / house for house in HOUSES))
    assert told.returncode == 0, told.stderr
    licences = [f"{house}: MIT, https://a.b/c, A Person" for house in HOUSES[:4]]
    lines = told.stdout.splitlines()
    assert lines[0] == f"iconify: 4 tasks, 200 images in {cache}/iconify"
    assert [line.strip() for line in lines[1:5]] == licences
    assert (len(lines), "\x1b" in told.stdout) == (6, False)
    about = treemeta("data", "info", "iconify")
    lines = about.stdout.splitlines()
    assert lines[0] == f"iconify: 4 tasks, 20 classes, 200 images in {cache}/iconify"
    assert lines[1].split()[:6] == ["icons01", "train", "5", "classes", "50", "images"]
    assert lines[5:9] == licences
    assert (len(lines), "\x1b" in about.stdout) == (10, False)
    found = json.loads(treemeta("data", "info", "iconify", "--json").stdout)
    assert found["licences"]["birch"] == "MIT, https://a.b/c, A Person"
    assert json.loads(treemeta("data", "info", FEW, "--json").stdout)["licences"] == {}
    assert treemeta("data", "import", "iconify", folder).stdout == told.stdout


def test_what_is_asked_of_icons_is_listed(treemeta: Run) -> None:
    write_icons(Path("all"), [f"concept-{letter}" for letter in "abcdefghijklmnopqrst"])
    treemeta("data", "import", "iconify", "all")
    told = treemeta("data", "info", "iconify", "--questions=house+blur:1.0,weight,concept")
    assert told.returncode == 0, told.stderr
    lines = [line.split() for line in told.stdout.splitlines()]
    assert lines[0][:3] == ["iconify:", "concept,house+blur:1,weight:", "12"]
    assert [line[0] for line in lines[1:4]] == [
        f"icons01/{text}" for text in ("concept", "house+blur:1", "weight")
    ]
    assert [line[2] for line in lines[1:4]] == ["5", "5", "2"]


def test_info_describes_every_task(treemeta: Run, cache: Path) -> None:
    lines = treemeta("data", "info", FEW).stdout.splitlines()
    name, _, said = lines[0].partition(": ")
    assert name == f"{FEW},effect=1.0,seed=0"
    assert said.startswith(f"8 tasks, 16 classes, 48 images in {cache}/glyphs-")
    assert "family2_script04  test      2 classes       6 images  family2" in lines
    found = json.loads(treemeta("data", "info", FEW, "--json").stdout)
    assert found["tasks"][7] == {
        "task": "family2_script04",
        "role": "test",
        "classes": 2,
        "images": 6,
        "lineage": ["family2"],
    }
    assert len(found["tasks"]) == 8


def test_info_says_what_no_episode_can_be_drawn_of(
    treemeta: Run, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    rows = [f"t{i % 3},c{i % 6},{i}" for i in range(12)]
    Path("few.csv").write_text("\n".join(["task,class,x", *rows]))
    told = treemeta("data", "info", "few.csv")
    assert told.returncode == 0
    episode = "--ways 5 --shots 5 --queries 5, unless you say less: 't0', 't1', 't2'"
    assert told.stderr == f"too small for an episode of {episode}\n"
    assert "too small" not in treemeta("data", "info", "glyphs").stderr


def test_info_lists_the_copies_of_a_transform(treemeta: Run, cache: Path) -> None:
    told = treemeta("data", "info", FEW, "--transform=rotate")
    assert told.returncode == 0, told.stderr
    lines = told.stdout.splitlines()
    assert f"{FEW},effect=1.0,seed=0 + rotate 90: 16 tasks, 32 classes, 96 images" in lines[0]
    about = "test      2 classes       6 images "
    assert f"family2_script04              {about} as drawn > family2" in lines
    assert f"family2_script04 (rotate 90)  {about} rotate 90 > family2" in lines
    found = json.loads(treemeta("data", "info", FEW, "--transform=rotate", "--json").stdout)
    assert [task["lineage"][0] for task in found["tasks"]] == ["as drawn", "rotate 90"] * 8


def test_info_lists_every_question(treemeta: Run, cache: Path) -> None:
    told = treemeta("data", "info", FEW, "--questions=character+style,drawer")
    assert told.returncode == 0, told.stderr
    lines = told.stdout.splitlines()
    assert f"{FEW},effect=1.0,seed=0: character+style,drawer: 16 tasks, " in lines[0]
    name = "family2_script04/"
    assert (
        f"{name}character+style  test      2 classes       6 images  character+style > family2"
        in lines
    )
    assert f"{name}drawer           test      3 classes       6 images  drawer > family2" in lines
    trained = "family2_script03/character+style  train     2 classes      18 images  character+"
    assert [line for line in lines if line.startswith(trained)]


def test_a_name_cannot_write_to_the_terminal(treemeta: Run) -> None:
    write_folder(Path("images"), ["a\x1b[2Jb\nc"])
    told = treemeta("data", "info", "images")
    assert told.returncode == 0
    assert "\x1b" not in told.stdout + told.stderr
    assert len(told.stdout.splitlines()) == 3


def test_a_folder_is_described_as_it_would_be_trained_on(treemeta: Run) -> None:
    write_folder(Path("images"), ["a", "b", "c"])
    Path("images", "d").symlink_to("a")
    asked = ("--size=20", "--channels=3", "--held-out=[ab]")
    told = treemeta("data", "info", "images", *asked)
    lines = told.stdout.splitlines()
    assert lines[1] == "images of 28 x 28 pixels, 8 bits, shrunk to 20 x 20 in colour"
    assert [line.split()[:2] for line in lines[2:]] == [
        ["a", "test"],
        ["b", "test"],
        ["c", "train"],
    ]
    assert "images: 1 link left out, as none is followed" in told.stderr
    found = json.loads(treemeta("data", "info", "images", *asked, "--json").stdout)
    assert found["about"] == lines[1]
    *about, few = told.stderr.splitlines()
    assert [f"images: {one}" for one in found["told"]] == about
    assert few.endswith(": 'a', 'b', 'c'")


def lay_out_mistakes() -> None:
    """Write one example of each mistake that the table below names."""
    Path("empty").mkdir()
    write_folder(Path("corrupt"), ["a"])
    Path("corrupt/a/class0/0.png").write_bytes(png()[:30])
    write_folder(Path("half") / SUBSETS[0], [scripts()[0].alphabet])
    Path("zipped").mkdir()
    Path("zipped", f"{SUBSETS[0]}.zip").write_bytes(b"PK\x03\x04 truncated")
    Path("set.json").write_text("{}")
    write_icons(Path("few"), ["bell"], HOUSES[:2])
    bad = write_icons(Path("scripted"), [f"concept-{letter}" for letter in "abcdefghijklmnopqrst"])
    icons = bad / "fir" / "icons.json"
    icons.parent.mkdir()
    body = "<script>\\n</script>"
    icons.write_text(f'{{"prefix": "fir", "icons": {{"concept-b": {{"body": "{body}"}}}}}}')


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["info", "nothing"], 3, "data set 'nothing' is no folder: name glyphs"),
        (["info", "empty"], 3, "empty holds no task/class/image files: lay"),
        (["info", "corrupt"], 3, "0.png' cannot be decoded: replace or remove it"),
        (["info", "corrupt", "--channels=2"], 2, "--channels is '2': choose auto, 1 or 3"),
        (["info", "corrupt", "--size=4"], 2, "--size is 4: it must be at least 8"),
        (["info", FEW, "--size=32"], 2, "--size 32 is for folders of images"),
        (["info", FEW, "--held-out=0.5"], 2, "--held-out 0.5 is for folders, tables and arrays"),
        (["info", "omniglot"], 3, "omniglot is not on this machine: run 'treemeta data download"),
        (["info", "glyphs:bad=1"], 2, "'bad' is none of families"),
        (["info", FEW, "--transform=thicc"], 2, "'thicc': did you mean 'thick'?"),
        (["info", FEW, "--transform=thick:abc"], 2, "thick takes a number, not 'abc'"),
        (["info", FEW, "--transform=thick:-1"], 2, "thick takes a strength from 0 to 6"),
        (["info", FEW, "--transform=invert:2"], 2, "invert takes a strength from 0 to 1"),
        (["info", FEW, "--transform=blur:nan"], 2, "blur takes a strength from 0 to 5"),
        (["info", FEW, "--questions=style,tone"], 2, "'tone' is nothing to ask: choose character"),
        (["info", FEW, "--questions=style+tone"], 2, "'tone' is no noise: choose style, place"),
        (
            ["info", FEW, "--questions=style+blur:9"],
            2,
            "'blur' takes a level above 0, of 5 at most",
        ),
        (["info", FEW, "--questions=style,style"], 2, "asks 'style' 2 times: ask it once"),
        (["info", FEW, "--questions=style", "--transform=thick"], 2, "two truths in one data set"),
        (["download", "mnist"], 2, "'mnist' cannot be downloaded: only omniglot can"),
        (["download", "omniglot"], 7, "images_background.zip could not be downloaded"),
        (["import", "nothing"], 3, "nothing is not a folder: name the one that holds"),
        (["import", "empty"], 3, "empty holds neither images_background.zip nor"),
        (["import", "omniglot"], 2, "'treemeta data import omniglot' takes one PATH, not 0"),
        (["import", "empty", "half"], 2, "'treemeta data import omniglot' takes one PATH, not 2"),
        (["import", "iconify"], 2, "'treemeta data import iconify' takes one PATH or more, not 0"),
        (["import", "iconify", "nothing"], 3, "nothing is not there: name a package such as"),
        (["import", "iconify", "empty"], 3, "empty is no JSON file of Iconify's and holds no"),
        (
            ["import", "iconify", "set.json"],
            3,
            "set.json is no set of Iconify's: it has no plain prefix",
        ),
        (["import", "iconify", "zipped/images_background.zip"], 3, ".zip is no JSON: name a set"),
        (["import", "iconify", "few"], 3, "2 are too few houses to tell apart: name at least"),
        (["import", "iconify", "few", "few/elder"], 3, "few/elder is not there: name a package"),
        (["import", "iconify", "few", "few/birch"], 3, "both are set 'birch': name one of them"),
        (["import", "iconify", "scripted"], 3, "drawing fir:concept-b holds 'script', which is no"),
        (["info", "iconify"], 3, "no icons are on this machine: get npm's packages @iconify-json"),
        (["import", "half"], 3, f"half/{SUBSETS[0]}: alphabet "),
        (["import", "zipped"], 3, "zipped/images_background.zip is not a whole zip file: download"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else "",
)
def test_a_mistake_gets_one_sentence_and_leaves_nothing(
    treemeta: Run,
    cache: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    code: int,
    message: str,
) -> None:
    lay_out_mistakes()
    monkeypatch.setattr("torchvision.datasets.Omniglot.download_url_prefix", "http://127.0.0.1:9")
    told = treemeta("data", *arguments)
    assert (told.returncode, told.stdout) == (code, "")
    (sentence,) = told.stderr.splitlines()
    assert sentence.startswith("treemeta: ")
    assert message in sentence
    assert [path for path in cache.glob("*") if path.suffix != ".lock"] == []


def test_an_unknown_split_is_refused(treemeta: Run) -> None:
    told = treemeta("data", "info", FEW, "--split", "mine")
    assert told.returncode == 2
    assert "poster" in told.stderr


def test_damage_ends_with_five_and_no_room_with_seven(treemeta: Run, cache: Path) -> None:
    assert treemeta("data", "info", FEW).returncode == 0
    (images,) = cache.glob("glyphs-*/images.npy")
    content = bytearray(images.read_bytes())
    content[-1] ^= 1
    images.write_bytes(content)
    reopen.cache_clear()  # as in a process of its own
    told = treemeta("data", "info", FEW)
    assert told.returncode == 5
    assert told.stderr == (
        f"treemeta: the packed data set at {images.parent} is damaged: "
        "delete that folder and pack it again\n"
    )
    told = treemeta("data", "info", FEW, TREEMETA_DATA=str(images))
    assert (told.returncode, len(told.stderr.splitlines())) == (7, 1)


def test_two_processes_pack_at_once(cache: Path) -> None:
    command = [sys.executable, "-m", "treemeta", "data", "info", FEW]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    first, second = [process.communicate()[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert first == second
    assert len([path for path in cache.iterdir() if path.suffix != ".lock"]) == 1
