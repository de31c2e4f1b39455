from pathlib import Path

import pytest

from tests.cli.loaded import loaded
from tests.conftest import Run
from tests.trees import make_tree, store
from treemeta.store.registry import Registry


def completed(treemeta: Run, line: str) -> list[str]:
    """Return what bash completes at the end of a line."""
    words = line.split(" ")
    ended = treemeta(
        _TREEMETA_COMPLETE="complete_bash", COMP_WORDS=line, COMP_CWORD=str(len(words) - 1)
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    return ended.stdout.split()


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("treemeta similarity --measure t", ["tree", "transfer", "task2vec"]),
        ("treemeta similarity --tasks ", ["train", "test", "all"]),
        ("treemeta train --learner ", ["solved", "reptile"]),
        ("treemeta train --seed 1 --network conv", ["conv2", "conv4"]),
        ("treemeta train --dataset ", ["glyphs", "omniglot", "iconify", "functions"]),
        ("treemeta data info o", ["omniglot"]),
        ("treemeta compare --arms joint,tr", ["joint,tree", "joint,trunk"]),
        ("treemeta compare --arms tree,trunk,tr", []),
        ("treemeta tree show l", ["latest"]),
        ("treemeta train --engine r", ["ray"]),
        ("treemeta forecast --device ", ["cpu", "cuda"]),
        ("treemeta predict zebra", []),
    ],
)
def test_words_that_are_known_are_completed(
    tmp_path: Path, treemeta: Run, monkeypatch: pytest.MonkeyPatch, line: str, words: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    assert completed(treemeta, line) == words
    assert list(tmp_path.iterdir()) == []


def test_trees_and_nodes_of_the_registry_are_completed(
    registry: Registry, treemeta: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = store(registry, make_tree())
    for command in ("tree show", "train --resume", "similarity", "tree diff latest", "forecast"):
        assert completed(treemeta, f"treemeta {command} ") == ["latest", tree.id[:8]]
    assert completed(treemeta, f"treemeta tree show {tree.id[:9]}") == [tree.id[:9]]
    below = ["r0", "r00", "r01"]
    assert completed(treemeta, "treemeta similarity --node r0") == below
    assert completed(treemeta, f"treemeta clusters {tree.id[:8]} --node r0") == below
    assert completed(treemeta, "treemeta tree register latest r0") == below
    assert completed(treemeta, "treemeta clusters ffff --node r0") == []
    there = f"--tracking-uri sqlite:///{Path.cwd()}/registry/mlflow.db"
    monkeypatch.chdir("/")
    assert completed(treemeta, "treemeta similarity --node r0") == []
    assert completed(treemeta, f"treemeta similarity {there} --node r0") == below


@pytest.mark.parametrize("uri", ["sqlite:///x.db", "sqlite:///", "ftp://x", "http://127.0.0.1:9"])
def test_a_registry_that_is_none_is_passed_over_in_silence(
    tmp_path: Path, treemeta: Run, monkeypatch: pytest.MonkeyPatch, uri: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    Path("x.db").write_text("no database")
    assert completed(treemeta, "treemeta similarity --node ") == []
    assert completed(treemeta, "treemeta tree show ") == ["latest"]


def test_completing_loads_nothing_heavy(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = store(registry, make_tree())
    heavy = {"torch", "mlflow", "pandas", "scipy", "matplotlib", "networkx"}
    for line in ("similarity --measure d", "compare --arms j", f"tree show {tree.id[:2]}"):
        for name, value in {
            "_TREEMETA_COMPLETE": "complete_bash",
            "COMP_WORDS": f"treemeta {line}",
            "COMP_CWORD": str(len(line.split())),
        }.items():
            monkeypatch.setenv(name, value)
        found, said = loaded([], heavy)
        assert not found
        assert said.strip()
