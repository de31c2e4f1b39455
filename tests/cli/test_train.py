import json
import signal
import subprocess
import sys
import tomllib
from pathlib import Path

import networkx as nx
import pytest
import torch

from tests.conftest import SMALL, Run, flags
from treemeta.store.checkpoint import write_checkpoint
from treemeta.store.registry import open_registry
from treemeta.store.runs import COMMIT, TREE, runs_with, tree_runs
from treemeta.tree.job import Job
from treemeta.tree.stretch import Listen, Progress

TINY = [*flags(**SMALL | {"meta_steps": 2}), "--workers=1"]


def test_train_show_and_export(workplace: Path, treemeta: Run) -> None:
    made = treemeta("train", *TINY, "--split-every=1", "--rule=always")
    assert made.returncode == 0, made.stderr
    assert "stored" in made.stderr
    assert "rule always" in made.stderr
    shown = treemeta("tree", "show", "latest")
    assert shown.stdout == made.stdout
    read = json.loads(treemeta("tree", "show", "--json").stdout)
    assert set(read) >= {"tree", "hash", "nodes", "refused"}
    leaves = [node for node in read["nodes"] if not node["children"]]
    tasks = [task for leaf in leaves for task in leaf["tasks"]]
    assert sorted(tasks) == read["nodes"][0]["tasks"]
    assert len(tasks) == 6
    listed = json.loads(treemeta("tree", "list", "--json").stdout)
    assert [(row["tree"], row["status"]) for row in listed] == [(read["tree"], "finished")]
    exported = treemeta("tree", "export", read["tree"][:6], "--output=tree.graphml")
    assert exported.returncode == 0, exported.stderr
    assert nx.is_arborescence(nx.read_graphml("tree.graphml"))
    assert sorted(path.name for path in workplace.iterdir()) == ["registry", "tree.graphml"]
    assert {path.name for path in (workplace / "registry").iterdir()} >= {"mlflow.db", "artifacts"}


@pytest.mark.parametrize("command", ["train", "compare"])
def test_settings_are_printed_as_a_file_and_nothing_else_is_done(
    tmp_path: Path, treemeta: Run, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.chdir(tmp_path)
    asked = ("--meta-steps=40", "--dataset=photos", "--filters=7")  # no such folder: none is read
    printed = treemeta(command, *asked, "--print-config")
    assert (printed.returncode, printed.stderr) == (0, "")
    assert list(tmp_path.iterdir()) == []
    sections = tomllib.loads(printed.stdout)
    assert (sections["network"]["filters"], sections["learning"]["meta_steps"]) == (7, 40)
    assert sections["splitting"]["split_every"] == 20
    (tmp_path / "all.toml").write_text(printed.stdout, "utf-8")
    again = treemeta(command, "--config=all.toml", "--print-config")
    assert again.stdout == printed.stdout
    resumed = treemeta("train", "--resume=latest", "--print-config")
    assert (resumed.returncode, resumed.stdout) == (2, "")
    assert "leave --print-config out" in resumed.stderr


def test_a_tree_that_is_never_asked_says_so(workplace: Path, treemeta: Run) -> None:
    made = treemeta("train", *TINY, "--split-every=2")
    assert "--split-every 2 is not below --meta-steps 2" in made.stderr
    assert "is not below" not in treemeta("train", *TINY, "--arm=joint").stderr


def test_data_that_hold_nothing_out_are_told(workplace: Path, treemeta: Run) -> None:
    said = "holds no tasks out: accuracy on unseen tasks is not told"
    few = [*TINY, "--dataset=glyphs:families=2,scripts=2,characters=6,drawings=6", "--arm=joint"]
    assert said in treemeta("train", *few).stderr
    assert said not in treemeta("train", *TINY, "--arm=joint").stderr


def test_a_page_is_logged_with_the_tree(workplace: Path, treemeta: Run) -> None:
    made = treemeta("train", *TINY, "--json")
    tree = json.loads(made.stdout)["tree"]
    figures = workplace / "registry" / "artifacts" / tree / "artifacts" / "figures"
    page = (figures / "report.html").read_text()
    assert tree in page
    assert (figures / "tree.dot").exists()
    assert treemeta("report", tree, "--output=again.html").returncode == 0
    shown = [part for part in page.split('"') if part.startswith("data:image")]
    assert shown[0] in Path("again.html").read_text()


def test_a_page_that_cannot_be_drawn_costs_no_tree(
    workplace: Path, treemeta: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> str:
        raise MemoryError("no room")

    monkeypatch.setattr("treemeta.pages.tree_page", fail)
    made = treemeta("train", *TINY, "--json")
    assert made.returncode == 0, made.stderr
    assert "no page is logged with the tree, as it could not be drawn: no room" in made.stderr
    assert json.loads(treemeta("tree", "list", "--json").stdout)[0]["status"] == "finished"


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--dataset=nowhere"], 3, "'nowhere'"),
        (["--ways=50"], 3, "--ways"),
        (["--shots=16"], 3, "--shots"),
        (["--ways=1"], 2, "--ways 1 does not go with --targets classes"),
        (["--inner-lr=0"], 2, "--inner-lr"),
        (["--inner-lr=nan"], 2, "--inner-lr"),
        (["--level=0.01"], 2, "--deals"),
        (["--learner=reptile", "--inner-batch-size=51"], 2, "--inner-batch-size"),
        (["--learner=reptile", "--augment=rotate"], 2, "--augment rotate"),
        (["--meta-steps=few"], 2, "few"),
        (["--rule=never"], 2, "treemeta: --rule is 'never': choose evidence or always"),
        (["--config=missing.toml"], 2, "missing.toml"),
        (
            ["--resume=latest", "--meta-steps=1", "--config=x.toml"],
            2,
            "leave --meta-steps, --config out",
        ),
        (["--resume=latest"], 4, "no tree"),
        (["--resume=../x"], 4, "'../x'"),
        (["--device=tpu"], 2, "'tpu'"),
        (["--tracking-uri=folder/mlruns"], 4, "'folder/mlruns'"),
        (["--dataset=glyphs:families=x"], 2, "families"),
        (["--transform=thicc"], 2, "'thicc': did you mean 'thick'?"),
        (["--transform=thick:-1"], 2, "thick takes a strength from 0 to 6"),
        (["--transform=invert:nan"], 2, "invert takes a strength from 0 to 1"),
        (["--questions=colour"], 2, "'colour' is nothing to ask"),
        (["--questions=style", "--transform=thick"], 2, "plant two truths in one data set"),
        (["--questions=style", "--ways=6"], 3, "script01/style' of glyphs"),
    ],
)
def test_bad_input_is_one_sentence_and_leaves_nothing(
    workplace: Path, treemeta: Run, arguments: list[str], code: int, said: str
) -> None:
    before = sorted(workplace.rglob("*"))
    ended = treemeta("train", *arguments)
    assert ended.returncode == code, ended.stderr
    assert said in ended.stderr.replace("\n", " ")
    assert "Traceback" not in ended.stderr
    assert ended.stdout == ""
    after = [path for path in workplace.rglob("*") if "-shm" not in path.name]
    assert sorted(path for path in after if "-wal" not in path.name) == before


def test_copies_are_trained_on_and_measured(workplace: Path, treemeta: Run) -> None:
    made = treemeta("train", *TINY, "--transform=invert")
    assert made.returncode == 0, made.stderr
    assert f"tree on {SMALL['dataset']} + invert, reptile, seed 0" in made.stdout
    tasks = json.loads(treemeta("tree", "show", "--json").stdout)["nodes"][0]["tasks"]
    assert tasks[:2] == ["family1_script01", "family1_script01 (invert 1)"]
    assert len(tasks) == 12
    (row,) = json.loads(treemeta("tree", "list", "--json").stdout)
    assert row["name"] == f"tree {SMALL['dataset']} + invert 1 seed 0"
    resumed = treemeta("train", "--resume=latest", "--workers=1")
    assert resumed.stdout == made.stdout
    assert "; it is finished, and nothing is left to train)\n" in resumed.stderr
    assert "if interrupted" not in resumed.stderr
    told = treemeta("similarity", "--json", "--workers=1", "--target-reliability=0")
    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout)["tasks"] == tasks


def test_questions_are_trained_on_and_are_the_truth(workplace: Path, treemeta: Run) -> None:
    made = treemeta("train", *TINY, "--questions=character+style,style")
    assert made.returncode == 0, made.stderr
    assert f"tree on {SMALL['dataset']}: character+style,style, reptile, seed 0" in made.stdout
    tasks = json.loads(treemeta("tree", "show", "--json").stdout)["nodes"][0]["tasks"]
    assert tasks[:2] == ["family1_script01/character+style", "family1_script01/style"]
    assert len(tasks) == 12
    assert treemeta("train", "--resume=latest", "--workers=1").stdout == made.stdout
    quick = ("--workers=1", "--target-reliability=0")
    told = treemeta("clusters", *quick)
    assert told.returncode == 0, told.stderr
    assert "known families: 12 tasks in 2 families" in told.stdout
    rows = json.loads(treemeta("clusters", "--json", "--tasks=all", *quick).stdout)["agreement"]
    assert {(row["tasks"], row["families"]) for row in rows} == {(16, 2)}
    refused = treemeta("similarity", "--transform=thick", *quick)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "plant two truths in one data set: leave one out" in refused.stderr


def test_flag_beats_environment_beats_file(workplace: Path, treemeta: Run) -> None:
    (workplace / "c.toml").write_text("[any]\nseed = 3\nmeta_steps = 1\n")
    made = treemeta(
        "train",
        "--config=c.toml",
        *TINY,
        MLFLOW_TRACKING_URI="sqlite:///registry/mlflow.db",
        MLFLOW_EXPERIMENT_NAME="from-environment",
    )
    assert made.returncode == 0, made.stderr
    read = json.loads(treemeta("tree", "show", "--json").stdout)
    assert read["nodes"][0]["meta_steps"] == 2
    assert "seed 3" in made.stdout
    client = open_registry("sqlite:///registry/mlflow.db").client
    assert client.get_experiment_by_name("from-environment") is not None


@pytest.mark.parametrize("option", ["--inner-lr=1e30", "--inner-lr=1e8", "--meta-step-size=1e30"])
def test_training_that_diverges_is_one_sentence(
    workplace: Path, treemeta: Run, option: str
) -> None:
    ended = treemeta("train", *TINY, "--inner-optimizer=sgd", option)
    assert ended.returncode == 2
    assert "training diverged: lower --inner-lr or --meta-step-size" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_without_a_data_set_it_says_that_glyphs_are_used(workplace: Path, treemeta: Run) -> None:
    ended = treemeta("train", "--ways=50")
    assert "synthetic glyphs" in ended.stderr
    assert "treemeta data import" in ended.stderr


def test_cuda_where_there_is_none(workplace: Path, treemeta: Run) -> None:
    if torch.cuda.is_available():
        pytest.skip("this machine has a GPU")
    ended = treemeta("train", *TINY, "--device=cuda")
    assert (ended.returncode, ended.stdout) == (6, "")
    assert ended.stderr.strip() == (
        "treemeta: --device cuda: this machine has no usable GPU; use --device cpu"
    )


def test_a_terminated_run_says_so_in_the_registry(workplace: Path) -> None:
    settings = SMALL | {"meta_steps": 100_000, "min_tasks": 4}  # refused at step 2, then long
    command = [sys.executable, "-m", "treemeta", "train", *flags(**settings), "--workers=1"]
    for number, code in ((signal.SIGTERM, 143), (signal.SIGINT, 130)):
        running = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        assert running.stderr is not None
        while "not split" not in running.stderr.readline():
            assert running.poll() is None
        running.send_signal(number)
        _, said = running.communicate(timeout=60)
        assert running.returncode == code
        assert "Traceback" not in said
        assert "go on with train --resume" in said
        newest = tree_runs(open_registry("sqlite:///registry/mlflow.db"))[0]
        assert newest.info.status == "KILLED"


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU here")
def test_a_gpu_gives_one_hash(workplace: Path, treemeta: Run) -> None:
    hashes = set()
    for _ in range(2):
        ended = treemeta("train", *TINY, "--device=cuda", "--json")
        assert ended.returncode == 0, ended.stderr
        hashes.add(json.loads(ended.stdout)["hash"])
    assert len(hashes) == 1


def test_what_is_damaged_is_named_and_can_be_done_without(workplace: Path, treemeta: Run) -> None:
    made = treemeta(
        "train", *TINY, "--split-every=1", "--rule=always", "--json", "--commit-every=1"
    )
    assert made.returncode == 0, made.stderr
    tree = json.loads(made.stdout)
    leaf = next(node for node in tree["nodes"] if not node["children"])
    params = workplace / f"registry/artifacts/{leaf['run_id']}/artifacts/params.safetensors"
    params.write_bytes(params.read_bytes()[:-1])
    registry = open_registry("sqlite:///registry/mlflow.db")
    registry.client.delete_tag(tree["tree"], COMMIT)
    refused = treemeta("train", "--resume", "latest")
    assert (refused.returncode, refused.stdout) == (5, "")
    assert (
        f"run {leaf['run_id']} (node {leaf['name']!r}, step 2): params.safetensors was changed"
        in (refused.stderr)
    )
    again = treemeta("train", "--resume", "latest", "--allow-fallback", "--json")
    assert again.returncode == 0, again.stderr
    assert f"as it cannot be read: {leaf['name']!r}; it is trained again" in again.stderr
    assert json.loads(again.stdout)["hash"] == tree["hash"]


def test_a_checkpoint_that_is_damaged_is_named_and_can_be_passed_over(
    workplace: Path, treemeta: Run
) -> None:
    def whole(*more: str) -> str:
        ended = treemeta("train", *more, "--json")
        assert ended.returncode == 0, ended.stderr
        return str(json.loads(ended.stdout)["hash"])

    expected = whole(*TINY)
    registry = open_registry("sqlite:///registry/mlflow.db")
    newest = tree_runs(registry)[0].info.run_id
    for node in runs_with(registry, TREE, newest):
        registry.client.delete_run(node.info.run_id)
    registry.client.delete_tag(newest, COMMIT)
    write_checkpoint(registry, newest, {"stretches": [{"entry": "0"}]}, {})
    refused = treemeta("train", "--resume", newest)
    assert (refused.returncode, refused.stdout) == (5, "")
    assert "checkpoint" in refused.stderr
    assert "--allow-fallback" in refused.stderr
    assert whole("--resume", newest, "--allow-fallback") == expected


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--allow-fallback"], "--allow-fallback is for --resume TREE: name a tree"),
        (["--commit-every=-1"], "-1 is below 0"),
        (["--commit-every=x"], "'x' is not a whole number"),
    ],
)
def test_options_of_checkpoints_that_make_no_sense(
    workplace: Path, treemeta: Run, options: list[str], said: str
) -> None:
    ended = treemeta("train", *TINY, *options)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert said in ended.stderr
    assert not (workplace / "registry" / "artifacts").exists()


@pytest.mark.parametrize(("spooled", "away"), [("", False), ("f" * 32, False), ("", True)])
def test_an_interrupted_tree_is_named_where_it_is(
    workplace: Path, treemeta: Run, monkeypatch: pytest.MonkeyPatch, spooled: str, away: bool
) -> None:
    def interrupted(job: Job, figures: object, listen: Listen, *_: object) -> None:
        if away:
            listen(Progress("r0", 2, away=0.0))
        if spooled:
            listen(Progress("r0", 2, spooled=spooled))
        raise KeyboardInterrupt

    monkeypatch.setattr("treemeta.tree.train.train", interrupted)
    ended = treemeta("train", *TINY)
    assert ended.returncode == 130
    here = f"{spooled[:8]} --tracking-uri sqlite:///registry/mlflow.db"
    tree = tree_runs(open_registry("sqlite:///registry/mlflow.db"))[0].info.run_id[:8]
    lost = "what came after its last checkpoint is lost, as the registry does not answer; "
    way = f"go on with train --resume {here if spooled else tree}"
    said = f"{lost if away else ''}{way}\ntreemeta: interrupted\n"
    assert ended.stderr.endswith(said)
