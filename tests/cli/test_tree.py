import json
from pathlib import Path

import pytest

from tests.conftest import Run
from tests.trees import TASKS, leaf_of, make_node, make_tree, store
from treemeta.report.compare import compare
from treemeta.report.compare_text import comparison_text
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
    assert said.stdout == comparison_text(compare(a, b), a, b) + "\n"
    read = json.loads(treemeta("tree", "diff", b.id, a.id, "--json").stdout)
    assert (read["a"], read["b"], read["tasks_both"], read["tasks_only_b"]) == (b.id, a.id, 4, 1)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["latest"], 2, "'B'"),
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
