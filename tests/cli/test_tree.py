import json
import os
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.loaded import loaded
from tests.conftest import Run
from tests.trees import TASKS, artifact, leaf_of, make_node, make_tree, store
from treemeta.analysis.consensus import consensus
from treemeta.analysis.diff import diff
from treemeta.measures.lineage import common_depths
from treemeta.report.diff_text import diff_text
from treemeta.report.export import FORMATS, WRITTEN, tree_dot, tree_newick
from treemeta.report.text import tree_text
from treemeta.store.read import read_tree
from treemeta.store.records import Tree
from treemeta.store.registry import Registry


@pytest.mark.parametrize("command", [["list"], ["show"], ["export"]])
def test_reading_makes_no_registry(
    tmp_path: Path, treemeta: Run, command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.chdir(tmp_path)
    ended = treemeta("tree", *command)
    assert ended.returncode == 4
    assert ended.stderr == (
        "treemeta: no registry at registry/mlflow.db: run 'treemeta train' here first, or name "
        "another with --tracking-uri\n"
    )
    assert not list(tmp_path.iterdir())


def test_an_empty_registry_has_no_trees(workplace: Path, treemeta: Run) -> None:
    assert json.loads(treemeta("tree", "list", "--json").stdout) == []
    ended = treemeta("tree", "show", "latest")
    assert (ended.returncode, ended.stdout) == (4, "")
    assert "run 'treemeta train' first" in ended.stderr


def test_trees_are_listed_below_a_head_with_their_verdicts(
    registry: Registry, treemeta: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = store(registry, make_tree())
    listed = treemeta("tree", "list").stdout.splitlines()
    assert listed[0].split() == ["tree", "started", "status", "accuracy", "root", "name"]
    assert listed[1].split()[0] == tree.id[:8]
    assert listed[1].split()[3:] == ["finished", "0.375", "split", "into", "2", "hand-made"]
    (row,) = json.loads(treemeta("tree", "list", "--json").stdout)
    assert (row["tree"], row["root"]) == (tree.id, "split into 2")
    on_a_terminal(monkeypatch, 40)
    shown = treemeta("tree", "list").stdout.splitlines()
    assert shown == [line[:40] for line in listed]


def on_a_terminal(monkeypatch: pytest.MonkeyPatch, columns: int = 80) -> None:
    monkeypatch.setattr("treemeta.cli.terminal.on_terminal", lambda stream=None: stream is None)
    monkeypatch.setattr("shutil.get_terminal_size", lambda: os.terminal_size((columns, 24)))
    monkeypatch.delenv("NO_COLOR", raising=False)


def test_a_terminal_is_not_flooded_with_what_is_for_files(
    registry: Registry, treemeta: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(registry, make_tree())
    piped = treemeta("tree", "export").stdout
    assert piped.startswith("digraph")
    on_a_terminal(monkeypatch)
    for arguments in ((), ("--plain",), ("--format=png",)):
        ended = treemeta("tree", "export", *arguments)
        assert (ended.returncode, ended.stdout) == (2, "")
        assert "is for files and pipes, not for a terminal: say --output tree.svg" in ended.stderr
    assert treemeta("tree", "export", "--format=dot").stdout == piped  # which is asked for
    assert treemeta("tree", "export", "--output=tree.dot").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "said"), [(["--format=gif"], "'gif'"), (["--output=tree.doc"], "'tree.doc'")]
)
def test_unknown_formats(workplace: Path, treemeta: Run, arguments: list[str], said: str) -> None:
    ended = treemeta("tree", "export", *arguments)
    assert ended.returncode == 2
    assert said in ended.stderr
    assert "newick" in ended.stderr


def test_a_diff_is_printed_or_json(registry: Registry, treemeta: Run) -> None:
    a = store(registry, make_tree())
    b = store(registry, make_tree(nodes=(make_node("r", TASKS[:4]),)))
    said = treemeta("tree", "diff", a.id[:8], "latest")
    assert (said.returncode, said.stderr) == (0, "")
    assert said.stdout == diff_text(diff(a, b), a, b) + "\n"
    read = json.loads(treemeta("tree", "diff", b.id, a.id, "--json").stdout)
    assert (read["a"], read["b"], read["tasks_both"], read["tasks_only_b"]) == (b.id, a.id, 4, 1)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["latest"], 2, "'treemeta tree diff' needs B: type"),
        (["latest", "ffff"], 4, "'ffff'"),
        (["latest", "latest"], 2, "share 2 tasks"),
    ],
)
def test_trees_that_cannot_be_compared(
    registry: Registry, treemeta: Run, arguments: list[str], code: int, said: str
) -> None:
    store(registry, leaf_of("x", "y"))
    ended = treemeta("tree", "diff", *arguments)
    assert (ended.returncode, ended.stdout) == (code, "")
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr


def three(registry: Registry) -> list[Tree]:
    """Store three trees: two have Alpha, Beta and Delta together, two Epsilon and Gamma."""
    a, b, d, e, g = TASKS
    groups = ((a, b), (d, e, g))
    leaves = [make_node(f"r{i}", group) for i, group in enumerate(groups)]
    other = make_tree(nodes=(make_node("r", TASKS, groups=groups), *leaves))
    return [store(registry, tree) for tree in (make_tree(), make_tree(), other)]


def test_a_consensus_is_a_tree_like_any_other(registry: Registry, treemeta: Run) -> None:
    trees = three(registry)
    made = treemeta("tree", "consensus", *(tree.id for tree in trees), "--experiment=agreed")
    assert (made.returncode, made.stderr) == (0, "")
    expected = consensus(trees)
    assert made.stdout.splitlines()[1:] == tree_text(expected).splitlines()[1:]

    agreed = made.stdout.split()[1]
    assert treemeta("tree", "show", agreed).stdout == made.stdout
    assert treemeta("tree", "show", "latest").stdout.split()[1] == trees[-1].id
    listed = json.loads(treemeta("tree", "list", "--json").stdout)[0]
    assert (listed["name"], listed["accuracy"]) == ("consensus of 3 trees", None)
    assert listed["status"] == "finished"
    found = read_tree(registry, listed["tree"])
    assert found.config == expected.config
    assert artifact(found.id, "figures/tree.dot").read_text() == tree_dot(found)
    there = registry.client.get_experiment_by_name("agreed")
    assert registry.client.get_run(found.id).info.experiment_id == there.experiment_id

    for kind in FORMATS if shutil.which("dot") else WRITTEN:
        exported = treemeta("tree", "export", agreed, f"--output=tree.{kind}")
        assert exported.returncode == 0, exported.stderr
    assert Path("tree.newick").read_text() == tree_newick(found)
    difference = json.loads(treemeta("tree", "diff", agreed, trees[0].id, "--json").stdout)
    assert (difference["distance"], difference["moved"]) == (0, [])
    similar = json.loads(treemeta("similarity", agreed, "--measure=tree", "--json").stdout)
    assert similar["matrix"] == common_depths(trees[0], trees[0].nodes[0]).to_numpy().tolist()


def test_a_consensus_as_json_is_what_show_prints(registry: Registry, treemeta: Run) -> None:
    made = treemeta("tree", "consensus", *(tree.id[:12] for tree in three(registry)), "--json")
    agreed = json.loads(made.stdout)["tree"]
    assert made.stdout == treemeta("tree", "show", agreed, "--json").stdout
    assert [node["support"] for node in json.loads(made.stdout)["nodes"][:3]] == [
        None,
        2 / 3,
        2 / 3,
    ]


@pytest.mark.parametrize(
    "command", [["similarity"], ["train", "--resume"]], ids=["measure", "resume"]
)
def test_a_consensus_holds_no_model(registry: Registry, treemeta: Run, command: list[str]) -> None:
    made = treemeta("tree", "consensus", *(tree.id for tree in three(registry)))
    ended = treemeta(*command, made.stdout.split()[1])
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == (
        "treemeta: the tree is a consensus and holds no model: name one of the trees that it was "
        "made of, which 'treemeta tree show' lists\n"
    )


@pytest.mark.parametrize(
    ("named", "code", "said"),
    [
        (lambda trees: [], 2, "TREE"),
        (lambda trees: ["latest"], 2, "not of 1"),
        (lambda trees: ["latest", trees[1].id], 2, "named 2 times"),
        (lambda trees: ["latest", "ffff"], 4, "'ffff'"),
        (lambda trees: [tree.id for tree in trees], 2, "is unfinished"),
    ],
)
def test_what_is_refused_leaves_nothing_behind(
    registry: Registry,
    treemeta: Run,
    named: Callable[[list[Tree]], list[str]],
    code: int,
    said: str,
) -> None:
    trees = [store(registry, make_tree(), finish=False), store(registry, make_tree())]
    ended = treemeta("tree", "consensus", *named(trees), "--experiment=new")
    assert (ended.returncode, ended.stdout) == (code, "")
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr
    assert len(json.loads(treemeta("tree", "list", "--json").stdout)) == 2
    assert registry.client.get_experiment_by_name("new") is None


def test_a_consensus_that_was_interrupted_is_listed_as_unfinished(
    registry: Registry, treemeta: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    trees = three(registry)

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("treemeta.report.export.figures", interrupted)
    ended = treemeta("tree", "consensus", *(tree.id for tree in trees))
    assert (ended.returncode, ended.stdout) == (130, "")
    assert ended.stderr == "treemeta: interrupted\n"
    begun = json.loads(treemeta("tree", "list", "--json").stdout)[0]
    assert begun["status"] == "unfinished"
    assert "unfinished" in treemeta("tree", "show", begun["tree"]).stdout
    again = treemeta("tree", "consensus", begun["tree"], trees[0].id)
    assert (again.returncode, again.stdout) == (2, "")


def test_drawing_the_characters_of_a_stored_tree_loads_no_torch(tree: Path) -> None:
    heavy, _ = loaded(["tree", "export", "--output=t.svg"], {"torch"})
    assert not heavy
    assert (tree / "t.svg").exists()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["--format=svg", "--output=t.png"], 2), (["--format=dot", "--output=t.gv"], 0),
     (["--format=dot", "--output=t.dot"], 0)],
)  # fmt: skip
def test_a_format_and_an_ending_that_say_different_things_are_refused(
    tree: Path, treemeta: Run, arguments: list[str], code: int
) -> None:
    ended = treemeta("tree", "export", *arguments)
    assert ended.returncode == code
    if code:
        assert "--format is 'svg', and --output 't.png' says png: keep one" in ended.stderr
        assert not list(tree.iterdir())


def test_of_an_unfinished_tree_it_is_said_what_is_not_there_yet(
    registry: Registry, treemeta: Run
) -> None:
    tree = store(registry, make_tree(), finish=False)
    assert "no routes: the tree is not finished" in treemeta("tree", "show", "--routes").stdout
    for node in tree.nodes:
        registry.client.delete_run(node.run_id)
    for more in ((), ("--plain",)):
        ended = treemeta("tree", "export", *more)
        assert (ended.returncode, ended.stdout) == (4, "")
        said = f"treemeta: tree {tree.id} has no finished node yet: there is nothing to draw\n"
        assert ended.stderr == said


def test_a_tree_is_shown_before_it_is_deleted(
    registry: Registry, treemeta: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = store(registry, make_tree())
    ended = treemeta("tree", "delete", tree.id)
    assert (ended.returncode, ended.stdout) == (2, "")
    shown, refused = ended.stderr.splitlines()
    assert re.fullmatch(rf"tree {tree.id} \(hand-made\): 6 runs, 0\.\d MB of files", shown)
    assert refused == "treemeta: nobody is here to ask whether to delete it: say --yes"
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("typer.confirm", lambda question: False)
    assert treemeta("tree", "delete", tree.id).returncode == 0
    assert read_tree(registry, tree.id) == tree
    ended = treemeta("tree", "delete", tree.id[:8], "--yes")
    assert (ended.returncode, ended.stderr.splitlines()[-1]) == (0, f"deleted tree {tree.id}")
    assert json.loads(treemeta("tree", "list", "--json").stdout) == []
