from dataclasses import replace

from tests.pictures import any_similarity
from tests.trees import make_tree
from treemeta.report.figures.title import title_of, tree_title


def test_a_similarity_is_titled_by_what_is_known_of_it() -> None:
    one = any_similarity(4)
    assert title_of(one) == "direction similarity of 4 tasks"
    told = replace(one, about="tree 01234567, node r", reliability=0.625)
    assert title_of(told) == (
        "direction similarity of 4 tasks · tree 01234567, node r · reliability 0.62"
    )
    assert "(below 0: these tasks differ by noise only)" in title_of(replace(one, reliability=-0.1))


def test_a_tree_is_titled_by_its_tasks_and_leaves() -> None:
    assert tree_title(make_tree()) == (
        "tree 01234567 · tree on glyphs, seed 0 · 5 tasks, 3 leaves · reliability 0.90"
    )
    assert tree_title(make_tree(nodes=())) == "tree 01234567 · tree on glyphs, seed 0"
