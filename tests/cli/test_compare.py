import json
import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from tests.conftest import SMALL_SOLVED, Run, flags
from treemeta.api import comparing
from treemeta.config import Config
from treemeta.tasks.dataset import Dataset
from treemeta.tree import sink

SETTINGS = SMALL_SOLVED | {
    "dataset": "glyphs:families=2,scripts=4,characters=6,drawings=20",
    "questions": "character+style,style",
    "network": "conv2",
    "rule": "always",
    "gate": "none",
    "meta_steps": 3,
    "split_every": 2,
    "max_depth": 1,
}
TINY = [*flags(**SETTINGS), "--workers=1"]
ALL = [
    "scratch",
    "joint",
    "joint-equal-compute",
    "joint-wide",
    "joint-reweighted",
    "joint-pcgrad",
    "ensemble",
    "tree",
    "trunk",
    "copies",
    "random",
    "oracle",
    "by-loss",
    "by-task2vec",
    "by-pixels",
    "best-leaf",
    "wrong-leaf",
    "own",
]


def test_every_arm_is_trained_once_and_found_again(workplace: Path, treemeta: Run) -> None:
    made = treemeta("compare", *TINY, f"--arms={','.join(ALL)}", "--export=a.svg")
    assert made.returncode == 0, made.stderr
    lines = [line for line in made.stderr.splitlines() if "/18  seed 0" in line]
    begun = {line.removesuffix(": training") for line in lines if line.endswith("training")}
    told = [line for line in lines if not line.endswith("training")]
    assert len(told) == 18
    assert begun == {line.partition(":")[0] for line in told if "trained" in line}
    assert re.search(r"\(\d+:\d\d:\d\d left\)", told[0])
    assert [line.split()[0] for line in made.stdout.splitlines()[2:21]] == ["arm", *ALL]
    assert "over one shared init" in made.stdout.splitlines()[-1]
    assert 'id="split2"' in Path("a.svg").read_text()
    listed = json.loads(treemeta("tree", "list", "--json").stdout)
    # of the tree, by what stands beside it
    (verdict,) = Path("registry").rglob("figures/verdict.md")
    told = verdict.read_text(encoding="utf-8")
    assert re.search("On 4 unseen tasks.* the tree .* one shared init", told)
    assert "single inits beside it" in told
    written = verdict.stat().st_mtime_ns

    again = treemeta("compare", *TINY, "--json", "--export=a.csv")
    assert again.returncode == 0, again.stderr
    assert "trained" not in again.stderr
    assert len(again.stderr.splitlines()) == 18  # a line for each arm, and the file: no step
    assert json.loads(treemeta("tree", "list", "--json").stdout) == listed
    assert verdict.stat().st_mtime_ns == written
    read = json.loads(again.stdout)
    assert list(read["arms"]) == ALL[:-1]
    assert read["absent"] == {}
    assert read["trees"]["best-leaf"] == read["trees"]["tree"]
    assert set(read["groups"]["joint"]) == {"character+style", "style"}
    (cut,) = read["cuts"]
    assert len(cut["groups"]) == 2
    assert sum(map(len, cut["groups"])) == 12
    assert read["routing"]["episodes"] == 4 * SETTINGS["test_episodes"]
    compute = read["compute"]
    assert (
        compute["joint-equal-compute"]["training_episodes"]
        == (compute["tree"]["training_episodes"])
    )
    assert compute["joint-wide"]["parameters"] >= compute["tree"]["parameters"]
    longer, best = (
        compute[arm]["training_operations"] for arm in ("joint-equal-compute", "joint-reweighted")
    )
    assert best == pytest.approx(3 * longer)  # the best of three
    table = pd.read_csv("a.csv")
    for arm, one in read["arms"].items():
        assert table[table["arm"] == arm]["accuracy"].mean() == pytest.approx(one["mean"])

    shown = json.loads(treemeta("tree", "show", "--json").stdout)
    assert [shown["tree"]] == read["trees"]["tree"]


def test_a_killed_comparison_goes_on(
    workplace: Path, treemeta: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    arms = "--arms=joint,tree,random"
    write, written = sink.write_node, []

    def killed(*arguments: object) -> object:
        if len(written) == 5:
            raise KeyboardInterrupt
        written.append(arguments)
        return write(*arguments)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(sink, "write_node", killed)
        ended = treemeta("compare", *TINY, arms)
    assert ended.returncode == 130
    assert "the same command goes on from there" in ended.stderr
    listed = json.loads(treemeta("tree", "list", "--json").stdout)
    assert [row["status"] for row in listed] == ["unfinished", "finished", "finished"]

    whole = treemeta("compare", *TINY, arms, "--json", "--experiment=other")
    made = treemeta("compare", *TINY, arms, "--json")
    assert made.returncode == 0, made.stderr
    assert "1/3  seed 0  tree: tree" in made.stderr
    assert made.stderr.count("trained") == 1
    read, fresh = json.loads(made.stdout), json.loads(whole.stdout)
    assert read["trees"]["random"] == [listed[0]["tree"]]
    assert read["arms"] == fresh["arms"]
    assert read["differences"] == fresh["differences"]


def test_what_makes_no_sense_is_left_out_and_said(workplace: Path, treemeta: Run) -> None:
    whole = [*TINY, "--min-tasks=7", "--seeds=2"]
    made = treemeta("compare", *whole, "--arms=joint,joint-equal-compute,tree,random")
    assert made.returncode == 0, made.stderr
    assert "no random: the tree made no cut" in made.stdout
    assert "seeds 0, 1" in made.stdout
    read = json.loads(
        treemeta("compare", *whole, "--arms=joint,joint-equal-compute,tree,random", "--json").stdout
    )
    assert read["absent"] == {"random": "the tree made no cut"}
    assert read["seeds"] == [0, 1]
    assert read["trees"]["joint"] == read["trees"]["joint-equal-compute"]
    assert read["routing"] is None
    none = treemeta("compare", *TINY, "--min-tasks=7", "--arms=random")
    assert none.returncode == 2
    assert "none that make sense here (random: the tree made no cut)" in none.stderr


def test_task_splits_hold_out_other_tasks(workplace: Path, treemeta: Run) -> None:
    made = treemeta("compare", *TINY, "--arms=joint,tree", "--task-splits=2", "--export=a.csv")
    assert made.returncode == 0, made.stderr
    assert "held-out tasks in 2 task splits, seed 0;" in made.stdout
    assert "task split 1, seed 0: cut into 2 leaves" in made.stdout
    rows = pd.read_csv("a.csv")
    held = {split: {*some["task"]} for split, some in rows.groupby("task_split")}
    assert held.keys() == {0, 1}
    assert held[0] != held[1]
    assert len(held[0]) == len(held[1])
    one = treemeta("compare", *TINY, "--arms=joint,tree", "--task-split=1", "--json")
    assert "trained" not in one.stderr  # the same trees, found
    assert {*json.loads(one.stdout)["arms"]["joint"]["tasks"]} == held[1]


def test_other_data_are_refused(
    workplace: Path, treemeta: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert treemeta("compare", *TINY, "--arms=scratch").returncode == 0
    opened = comparing.opened

    def changed(config: Config) -> tuple[Config, Dataset]:
        config, dataset = opened(config)
        return config, replace(dataset, fingerprint="0" * 64)

    monkeypatch.setattr(comparing, "opened", changed)
    ended = treemeta("compare", *TINY, "--arms=scratch")
    assert (ended.returncode, ended.stdout) == (5, "")
    assert "compare over other data than the trees it resumes" in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--arms=joint,reptile"], 2, "--arms names 'reptile', which is none: choose scratch"),
        (["--arm=joint"], 2, "name them all with --arms"),
        (["--seeds=2", "--seed=1"], 2, "leave --seed out"),
        (["--task-splits=2", "--task-split=1"], 2, "leave --task-split out"),
        ([*TINY, "--norm=none", "--arms=trunk"], 2, "here (trunk: without norms a trunk leaves"),
        (["--export=a.pdf"], 2, "ends in none of .csv, .parquet, .svg, .png"),
        (["--export=a.svg", "--eval-every=0"], 2, "--eval-every 0 asks for none"),
        (["--ways=1"], 2, "--ways 1 does not go with --targets classes"),
        (["--dataset=nowhere"], 3, "'nowhere'"),
        (["--ways=50"], 3, "--ways"),
    ],
)
def test_bad_input_is_one_sentence_and_leaves_nothing(
    workplace: Path, treemeta: Run, arguments: list[str], code: int, said: str
) -> None:
    before = (workplace / "registry" / "mlflow.db").read_bytes()
    ended = treemeta("compare", *arguments)
    assert (ended.returncode, ended.stdout) == (code, "")
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr
    assert (workplace / "registry" / "mlflow.db").read_bytes() == before
    assert [path.name for path in workplace.iterdir()] == ["registry"]
