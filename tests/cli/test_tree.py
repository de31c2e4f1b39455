import json
from pathlib import Path

import pytest

from tests.conftest import Run


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
