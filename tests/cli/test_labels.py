import json

import pytest

from tests.conftest import Run
from tests.trees import make_tree, store
from treemeta.store.read import read_tree
from treemeta.store.registry import Registry


def test_a_name_and_a_tag_stand_with_the_tree_which_stays_the_same(
    registry: Registry, treemeta: Run
) -> None:
    tree = store(registry, make_tree())
    named = treemeta("tree", "rename", tree.id[:8], "the good\x1b[2J one")
    assert (named.returncode, named.stdout) == (0, "")
    assert named.stderr == f"tree {tree.id[:8]} is called the good\ufffd[2J one\n"
    tagged = treemeta("tree", "tag", "latest", "paper.figure=3=b")
    assert (tagged.returncode, tagged.stderr) == (
        0, f"tree {tree.id[:8]} has the tag paper.figure=3=b\n",
    )  # fmt: skip
    (row,) = json.loads(treemeta("tree", "list", "--json").stdout)
    assert (row["tree"], row["name"]) == (tree.id, "the good\x1b[2J one")
    shown = treemeta("tree", "show", tree.id).stdout
    assert shown.startswith(f"tree {tree.id}  the good\ufffd[2J one  finished\n")
    run = registry.client.get_run(tree.id)
    assert run.data.tags["paper.figure"] == "3=b"
    assert read_tree(registry, tree.id) == tree


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["rename", "latest", " "], 2, "NAME is ' ': give it letters"),
        (["rename", "ffff", "x"], 4, "'ffff'"),
        (["tag", "latest", "owner"], 2, "tag 'owner' is no KEY=VALUE: write it as in owner=ada"),
        (["tag", "latest", "=x"], 2, "tag '=x' is no KEY=VALUE"),
        (["tag", "latest", "treemeta.commit=x"], 2, "tag 'treemeta.commit' begins with treemeta."),
        (["tag", "latest", "MLflow.runName=x"], 2, "choose another key"),
        (["tag", "latest", "a\nb=x"], 4, "registry"),
        (["tag", "latest", f"{'k' * 300}=x"], 4, "registry"),
        (["tag", "ffff", "a=b"], 4, "'ffff'"),
    ],
)
def test_what_is_refused_changes_nothing(
    registry: Registry, treemeta: Run, arguments: list[str], code: int, said: str
) -> None:
    tree = store(registry, make_tree())
    before = registry.client.get_run(tree.id).data.tags
    ended = treemeta("tree", *arguments)
    assert (ended.returncode, ended.stdout, len(ended.stderr.splitlines())) == (code, "", 1)
    assert said in ended.stderr
    assert registry.client.get_run(tree.id).data.tags == before
