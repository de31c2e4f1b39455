import json
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.conftest import Run
from tests.report.matrices import read_matrix

DISTANCES = ("cophenetic", "loss", "nuisance")
MEASURES = ["direction", "tree", "cophenetic", "transfer", "task2vec", "loss", "pixels", "nuisance"]
KEYS = {
    "tree", "node", "measure", "kind", "directed", "tasks", "matrix", "reliability", "episodes",
    "episodes_for",
}  # fmt: skip


@pytest.fixture
def few_episodes(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("STEPS", 1), ("SOURCES", 1), ("TARGETS", 2)):
        monkeypatch.setattr(f"treemeta.measures.transfer.{name}", value)


@pytest.mark.usefixtures("few_episodes")
@pytest.mark.parametrize("measure", MEASURES)
def test_every_measure_in_every_format_reads_back_equal(
    tree: Path, treemeta: Run, measure: str
) -> None:
    options = (f"--measure={measure}", "--workers=1", "--target-reliability=0")
    shown = treemeta("similarity", "latest", "--json", *options)
    assert shown.returncode == 0, shown.stderr
    told = json.loads(shown.stdout)
    assert set(told) >= KEYS
    assert told["measure"] == measure
    assert told["kind"] == ("distance" if measure in DISTANCES else "similarity")
    for kind in ("csv", "parquet", "npz", "json"):
        wrote = treemeta("similarity", *options, f"--export=s.{kind}")
        assert (wrote.returncode, wrote.stdout) == (0, ""), wrote.stderr
        found = read_matrix(Path(f"s.{kind}"))
        assert list(found.index) == list(found.columns) == told["tasks"]
        assert found.to_numpy().tolist() == told["matrix"]


@pytest.mark.usefixtures("few_episodes")
def test_transfer_tells_gain_and_harm(tree: Path, treemeta: Run) -> None:
    options = ("--measure=transfer", "--workers=1")
    said = treemeta("similarity", *options).stdout
    assert said.splitlines()[0].split("  ")[0] == "target"
    assert "over n = 4 episodes of the target" in said
    told = json.loads(treemeta("similarity", "--json", *options).stdout)
    assert len(told["gains"]) == 36
    for row in told["gains"]:
        at = told["tasks"].index(row["source"]), told["tasks"].index(row["target"])
        for name in ("accuracy", "accuracy_low", "accuracy_high", "loss"):
            assert row[name] == told[name][at[0]][at[1]]
    wrote = treemeta("similarity", *options, "--export=s.csv")
    assert wrote.stderr.splitlines()[:2] == ["wrote s.csv", "wrote s-gains.csv"]
    assert pd.read_csv("s-gains.csv")["loss"].tolist() == [row["loss"] for row in told["gains"]]
    other = treemeta("similarity", "--measure=pixels", "--export=p.csv")
    assert other.stderr == "wrote p.csv\n"


def test_pictures_and_newick(tree: Path, treemeta: Run) -> None:
    for picture in ("heatmap", "dendrogram", "map"):
        wrote = treemeta(
            "similarity", "--measure=pixels", f"--picture={picture}", f"--export={picture}.svg"
        )
        assert wrote.returncode == 0, wrote.stderr
    drawn = {Path(f"{picture}.svg").read_text() for picture in ("heatmap", "dendrogram", "map")}
    assert len(drawn) == 3
    assert all(one.startswith("<?xml") for one in drawn)
    for colour in ("leaf", "family"):
        options = ("--picture=map", f"--colour-by={colour}", f"--export={colour}.svg")
        assert treemeta("similarity", "--measure=pixels", *options).returncode == 0
    assert ">leaf r0</text>" in Path("leaf.svg").read_text()
    assert Path("family.svg").read_text() == Path("map.svg").read_text()
    title = Path("map.svg").read_text().rsplit("<text", 1)[1]
    assert "pixels similarity of" in title
    assert ", node r" in title
    assert treemeta("similarity", "--measure=pixels", "--export=s.png").returncode == 0
    assert Path("s.png").read_bytes().startswith(b"\x89PNG")
    assert treemeta("similarity", "--measure=tree", "--export=s.newick").returncode == 0
    assert Path("s.newick").read_text().count("family") == 6


def test_a_first_draw_is_within_the_limit(tree: Path, treemeta: Run) -> None:
    for measure in ("direction", "task2vec"):
        options = ("--json", "--workers=1", f"--measure={measure}", "--max-episodes=4")
        assert json.loads(treemeta("similarity", *options).stdout)["episodes"] == 4


def test_copies_and_layers(tree: Path, treemeta: Run) -> None:
    options = ("--json", "--workers=1", "--target-reliability=0", "--transform=invert")
    told = json.loads(treemeta("similarity", *options, "--tasks=all").stdout)
    assert len(told["tasks"]) == 16
    assert "family1_script01 (invert 1)" in told["tasks"]
    assert np.array(told["low"]).shape == (16, 16)
    own = json.loads(treemeta("similarity", *options, "--layers=conv1,norm2").stdout)
    assert len(own["tasks"]) == 12
    corrected = json.loads(treemeta("similarity", *options, "--corrected").stdout)
    defined = [row[i] for i, row in enumerate(corrected["matrix"]) if row[i] is not None]
    assert np.allclose(defined, 1, atol=1e-6)


@pytest.mark.usefixtures("few_episodes")
def test_validation_against_transfer(tree: Path, treemeta: Run) -> None:
    options = ("--validate=transfer", "--workers=1", "--target-reliability=0", "--tasks=all")
    told = json.loads(treemeta("similarity", "--json", *options).stdout)
    assert told["tasks"] == 8
    assert len(told["pairs"]) == 56
    assert {"corrected", "reliability", "transfer_reliability"} <= set(told)
    assert -1 <= told["spearman"] <= 1
    assert 0 < told["p"] <= 1
    assert told["partial_p"] is None  # of 28 pairs, given six statistics
    said = treemeta("similarity", *options).stdout
    names = [found["measure"] for found in (told, *told["beside"])]
    others = ["direction, meta_gradient", "direction, displacement", "task2vec", "pixels"]
    assert names == ["direction", *others, "nuisance"]
    rows = said.splitlines()[2:]
    for row, name, found in zip(rows, names, (told, *told["beside"]), strict=False):
        assert row.startswith(f"{name} ")
        assert f" {found['spearman']:.3f} " in row
    assert treemeta("similarity", *options, "--export=v.svg").returncode == 0
    assert treemeta("similarity", *options, "--export=v.csv").returncode == 0
    assert len(pd.read_csv("v.csv")) == 56
    assert treemeta("similarity", *options, "--export=v.json").returncode == 0
    assert json.loads(Path("v.json").read_text()) == told


def test_text_tells_each_task_its_nearest(tree: Path, treemeta: Run) -> None:
    said = treemeta("similarity", "--workers=1", "--target-reliability=0").stdout.splitlines()
    assert said[0].split() == ["task", "self", "closest", "by", "direction"]
    assert [line.split()[0] for line in said[1:7]] == sorted(line.split()[0] for line in said[1:7])
    assert said[-1].startswith("reliability ")


def test_a_terminal_is_shown_a_screenful(
    tree: Path, treemeta: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = treemeta("similarity", "--measure=pixels").stdout.splitlines()
    assert (len(whole), whole[7]) == (9, "")
    monkeypatch.setattr("treemeta.cli.terminal.on_terminal", lambda stream=None: stream is None)
    monkeypatch.setattr("shutil.get_terminal_size", lambda: os.terminal_size((200, 9)))
    shown = treemeta("similarity", "--measure=pixels").stdout.splitlines()
    way = "... and 3 more lines: add | less, or --export FILE.csv"
    assert shown == [*whole[:4], way, *whole[7:]]


def test_of_one_task_all_others_are_told(tree: Path, treemeta: Run) -> None:
    told = json.loads(treemeta("similarity", "--measure=pixels", "--json").stdout)
    task, *others = told["tasks"]
    lines = treemeta("similarity", "--measure=pixels", f"--task={task}").stdout.splitlines()
    values = dict(zip(told["tasks"], told["matrix"][0], strict=True))
    known = {line.split()[0]: float(line.split()[-1]) for line in lines[1 : 1 + len(others)]}
    assert known == pytest.approx({other: values[other] for other in others}, abs=0.006)
    assert sorted(known.values(), reverse=lines[-1].endswith("more is more alike")) == [
        *known.values()
    ]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--measure=guess"], 2, "'guess'"),
        (["--tasks=some"], 2, "'some'"),
        (["--node=r7"], 4, "'r7'"),
        (["--device=foo"], 2, "'foo'"),
        (["--measure=tree", "--engine=foo"], 2, "'foo'"),
        (["--measure=tree", "--node=r0"], 2, "never split"),
        (["--export=s.xlsx"], 2, "'s.xlsx'"),
        (["--measure=tree", "--export=nowhere/s.csv"], 7, "'nowhere'"),
        (["--measure=tree", "--tasks=all"], 2, "--tasks"),
        (["--measure=cophenetic", "--transform=thick"], 2, "--transform"),
        (["--measure=pixels", "--layers=conv1"], 2, "--layers"),
        (["--measure=tree", "--corrected"], 2, "--corrected"),
        (["--layers=conv9"], 2, "'conv9'"),
        (["--transform=thicc"], 2, "'thicc'"),
        (["--validate=pixels"], 2, "'pixels'"),
        (["--validate=transfer", "--measure=transfer"], 2, "--validate"),
        (["--validate=transfer", "--export=v.npz"], 2, "'v.npz'"),
        (["--picture=pie", "--export=s.svg"], 2, "'pie'"),
        (["--colour-by=leaf"], 2, "--export it as .svg or .png"),
        (["--colour-by=leef", "--export=s.svg"], 2, "did you mean 'leaf'?"),
        (["--picture=map"], 2, "--export it as .svg or .png"),
        (["--picture=map", "--export=s.csv"], 2, "--export it as .svg or .png"),
        (["--task=family1_script99"], 2, "did you mean 'family1_script"),
        (["--task=x\x1b", "--measure=tree"], 2, "without --task all are named"),
        (["--task=x", "--json"], 2, "files and json have all tasks"),
        (["--task=x", "--export=s.csv"], 2, "files and json have all tasks"),
        (["ffff"], 4, "'ffff'"),
    ],
)
def test_bad_input(tree: Path, treemeta: Run, arguments: list[str], code: int, said: str) -> None:
    ended = treemeta("similarity", *arguments)
    assert ended.returncode == code, ended.stderr
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr
    assert ended.stdout == ""
    assert not list(tree.iterdir())
