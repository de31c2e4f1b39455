import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from tests.conftest import SMALL, Run, flags
from treemeta.report.figures.families import COLOURS

QUICK = ("--workers=1", "--target-reliability=0")


def test_the_tree_stands_beside_measures_and_chance(tree: Path, treemeta: Run) -> None:
    ended = treemeta("clusters", "--json", *QUICK)
    assert ended.returncode == 0, ended.stderr
    told = json.loads(ended.stdout)
    rows = told["agreement"]
    assert {row["candidate"] for row in rows} == {
        "tree", "direction", "pixels", "nuisance", "random tree", "random direction",
    }  # fmt: skip
    assert {row["cut"] for row in rows} >= {"", "2 clusters", "depth 1"}
    assert {row["score"] for row in rows} >= {"ARI", "AMI", "purity", "retrieval", "triplets"}
    assert all(row["tasks"] == 6 for row in rows)
    assert told["level"] == "family"


def test_the_text_has_every_row(tree: Path, treemeta: Run) -> None:
    said = treemeta("clusters", *QUICK).stdout
    assert said.startswith("6 tasks in 2 groups: the leaves below r\n")
    assert "\nknown families: 6 tasks in 2 families" in said
    for name in ("tree, depth 1", "direction, 2 clusters", "random tree, depth 1", "nuisance"):
        assert f"\n{name}" in said


def test_held_out_tasks_have_no_place_in_the_tree(tree: Path, treemeta: Run) -> None:
    rows = json.loads(treemeta("clusters", "--json", "--tasks=all", *QUICK).stdout)["agreement"]
    assert "tree" not in {row["candidate"] for row in rows}
    assert {row["tasks"] for row in rows} == {8}


def test_copies_are_their_own_truth(tree: Path, treemeta: Run) -> None:
    ended = treemeta("clusters", "--json", "--tasks=all", "--transform=invert", *QUICK)
    rows = {
        (row["candidate"], row["cut"], row["score"]): row["value"]
        for row in json.loads(ended.stdout)["agreement"]
    }
    assert rows["pixels", "2 clusters", "ARI"] == 1
    layers = treemeta(
        "clusters", "--json", "--tasks=all", "--transform=invert", "--layers=norm1", *QUICK
    )
    assert layers.returncode == 0, layers.stderr
    assert json.loads(layers.stdout) != json.loads(ended.stdout)


def test_a_table_of_the_user_s_is_the_truth(tree: Path, treemeta: Run) -> None:
    lines = ["task,family", *(f"family{i}_script0{j},{j % 2}" for i in (1, 2) for j in (1, 2, 3))]
    Path("mine.csv").write_text("\n".join(lines))
    told = json.loads(treemeta("clusters", "--json", "--truth=mine.csv", *QUICK).stdout)
    builtin = json.loads(treemeta("clusters", "--json", *QUICK).stdout)
    rows, others = ([{**row, "truth": ""} for row in one["agreement"]] for one in (told, builtin))
    assert rows != others  # whatever they call it
    assert {row["families"] for row in rows} == {2}


def test_rows_of_no_task_are_told(tree: Path, treemeta: Run) -> None:
    names = [f"family{i}_script0{j}" for i in (1, 2) for j in (1, 2, 3)]
    Path("mine.csv").write_text(
        "\n".join(["task,family", *(f"{n},{n[:7]}" for n in names), "Klingon,x"])
    )
    ended = treemeta("clusters", "--json", "--truth=mine.csv", *QUICK)
    said = r"--truth mine.csv: 1 of 7 rows match no task of tree \w{8}: 'Klingon'\n"
    assert re.search(said, ended.stderr)
    assert {row["tasks"] for row in json.loads(ended.stdout)["agreement"]} == {6}
    Path("mine.csv").write_text("\n".join(["task,family", *(f"{n},{n[:7]}" for n in names)]))
    assert "match no task" not in treemeta("clusters", "--truth=mine.csv", *QUICK).stderr


def test_files(tree: Path, treemeta: Run) -> None:
    for kind in ("csv", "json", "svg", "png"):
        ended = treemeta("clusters", *QUICK, f"--export=c.{kind}")
        assert (ended.returncode, ended.stdout) == (0, ""), ended.stderr
    rows = json.loads(Path("c.json").read_text())["agreement"]
    assert pd.read_csv("c.csv")["value"].tolist() == [row["value"] for row in rows]
    assert Path("c.svg").read_text().startswith("<?xml")
    groups = pd.read_csv("c-groups.csv")
    told = json.loads(Path("c.json").read_text())["groups"]
    assert groups["task"].tolist() == [one["task"] for row in told for one in row["members"]]
    assert set(groups["group"]) == {"r0", "r1"}


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--level=order"], 2, "'order'"),
        (["--truth=missing.csv"], 2, "missing.csv"),
        (["--tasks=some"], 2, "'some'"),
        (["--export=c.xlsx"], 2, "'c.xlsx'"),
        (["--transform=thicc"], 2, "'thicc'"),
        (["ffff"], 4, "'ffff'"),
    ],
)
def test_bad_input(tree: Path, treemeta: Run, arguments: list[str], code: int, said: str) -> None:
    ended = treemeta("clusters", *arguments)
    assert ended.returncode == code, ended.stderr
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr
    assert ended.stdout == ""
    assert not list(tree.iterdir())


def test_a_truth_of_other_tasks(tree: Path, treemeta: Run) -> None:
    Path("other.csv").write_text("task,family\na,x\nb,y\n")
    ended = treemeta("clusters", "--truth=other.csv", *QUICK)
    assert ended.returncode == 3
    assert "knows 0 of these 6 tasks" in ended.stderr


def test_a_consensus_holds_no_init_but_clusters(workplace: Path, treemeta: Run) -> None:
    first = ("train", "--workers=1", *flags(**SMALL | {"meta_steps": 2, "rule": "always"}))
    for seed in (0, 1):
        assert treemeta(*first, "--split-every=1", f"--seed={seed}").returncode == 0
    ids = [row["tree"] for row in json.loads(treemeta("tree", "list", "--json").stdout)]
    agreed = json.loads(treemeta("tree", "consensus", "--json", *ids).stdout)["tree"]
    ended = treemeta("clusters", agreed, "--json", "--export=c.svg")
    assert ended.returncode == 0, ended.stderr
    names = {row["candidate"] for row in json.loads(ended.stdout)["agreement"]}
    assert {"pixels", "nuisance"} < names
    assert "direction" not in names
    assert treemeta("similarity", agreed).returncode == 2
    assert treemeta("similarity", agreed, "--measure=pixels").returncode == 0
    assert treemeta("report", agreed).returncode == 0
    assert "The depth of the last node" in Path("report.html").read_text()


def test_rows_of_a_truth_that_match_no_task_are_told(tree: Path, treemeta: Run) -> None:
    known = [f"family{i}_script0{j},{j % 2}" for i in (1, 2) for j in (1, 2, 3)]
    lines = ["task,family", *known, *(f"Klingon{i},x" for i in range(4))]
    Path("mine.csv").write_text("\n".join(lines))
    ended = treemeta("clusters", "--truth=mine.csv", *QUICK)
    assert ended.returncode == 0
    assert ended.stderr.startswith("--truth mine.csv: 4 of 10 rows match no task of tree ")
    assert ended.stderr.endswith(": 'Klingon0', 'Klingon1', 'Klingon2', ...\n")
    Path("mine.csv").write_text("\n".join(lines[:-4]))
    assert treemeta("clusters", "--truth=mine.csv", *QUICK).stderr == ""


def test_a_builtin_truth_that_knows_too_little_leaves_the_groups(tree: Path, treemeta: Run) -> None:
    ended = treemeta("clusters", "--node=r0", *QUICK)
    assert (ended.returncode, ended.stdout[:36]) == (0, "r0 was not split: its 3 tasks are on")
    assert ended.stderr.startswith("held against no truth: truth 'known families' knows ")


@pytest.fixture
def unknown(workplace: Path, treemeta: Run) -> Path:
    """A tree of images of which no families are known, that was split."""
    draw = np.random.default_rng(0)
    for task in range(6):
        for number in range(12):
            folder = Path(f"mine/task{task}/class{number % 3}")
            folder.mkdir(parents=True, exist_ok=True)
            pixels = draw.integers(0, 255, size=(12, 12)).astype(np.uint8)
            Image.fromarray(pixels).save(folder / f"{number}.png")
    settings = SMALL | {"dataset": "mine", "rule": "always", "meta_steps": 2, "split_every": 1}
    ended = treemeta("train", "--workers=1", *flags(**settings))
    assert ended.returncode == 0, ended.stderr
    return workplace


def test_without_a_truth_there_are_groups(unknown: Path, treemeta: Run) -> None:
    ended = treemeta("clusters", *QUICK)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "families" not in ended.stdout
    told = json.loads(treemeta("clusters", "--json", *QUICK).stdout)
    assert told["agreement"] == []
    assert [row["group"] for row in told["groups"]] == ["r0", "r1"]
    assert treemeta("clusters", "--export=c.csv", *QUICK).stderr == "wrote c.csv\n"
    assert len(pd.read_csv("c.csv")) == sum(row["tasks"] for row in told["groups"])
    assert treemeta("clusters", "--export=c.svg", *QUICK).returncode == 0
    assert Path("c.svg").read_text().startswith("<?xml")
    held_out = treemeta("clusters", "--tasks=test", *QUICK)
    assert held_out.returncode == 3
    assert "--truth" in held_out.stderr


def test_pictures_have_the_colours_of_leaves_where_no_family_is_known(
    unknown: Path, treemeta: Run
) -> None:
    for picture in ("heatmap", "dendrogram", "map"):
        options = ("--measure=pixels", f"--picture={picture}", "--export=s.svg")
        assert treemeta("similarity", *options).returncode == 0
        drawn = Path("s.svg").read_text().lower()
        assert all(colour.lower() in drawn for colour in COLOURS[:2])
    assert treemeta("tree", "export", "--output=t.svg").returncode == 0
    drawn = Path("t.svg").read_text().lower()
    assert all(f"stroke: {colour.lower()}" in drawn for colour in COLOURS[:2])
