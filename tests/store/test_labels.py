import pytest

from tests.trees import make_tree, store
from treemeta.errors import ConfigError
from treemeta.store.labels import parse_tag, rename_tree
from treemeta.store.registry import Registry


@pytest.mark.parametrize("name", ["", " ", "latest"])
def test_a_name_is_neither_nothing_nor_what_means_a_tree(registry: Registry, name: str) -> None:
    tree = store(registry, make_tree())
    with pytest.raises(ConfigError, match=r"^NAME is "):
        rename_tree(registry, tree.id, name)
    assert registry.client.get_run(tree.id).info.run_name == "hand-made"


def test_no_two_trees_are_called_the_same(registry: Registry) -> None:
    first, second = store(registry, make_tree()), store(registry, make_tree())
    rename_tree(registry, first.id, "mine")
    rename_tree(registry, first.id, "mine")  # it is called so already
    with pytest.raises(ConfigError, match=f"'mine', and so is tree {first.id[:8]} called: choose"):
        rename_tree(registry, second.id, "mine")


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("a=b", ("a", "b")),
        ("a=", ("a", "")),
        ("a.b/c=d=e", ("a.b/c", "d=e")),
        ("x y=é", ("x y", "é")),
    ],
)
def test_a_tag_is_cut_at_its_first_sign(text: str, pair: tuple[str, str]) -> None:
    assert parse_tag(text) == pair


@pytest.mark.parametrize("text", ["", "=", " =x", "a", "treemeta.x=1", "mlflow.note.content=x"])
def test_what_is_no_tag_of_ones_own_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match=r"^tag "):
        parse_tag(text)
