import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from treemeta.config import Config
from treemeta.errors import ConfigError


@settings(deadline=None)
@given(st.floats(1e-6, 1 / 21))
def test_the_advice_on_deals_helps(level: float) -> None:
    with pytest.raises(ConfigError, match="use at least") as caught:
        Config(level=level)
    advice = re.search(r"at least (\d+) deals", str(caught.value))
    assert advice
    assert Config(level=level, deals=int(advice[1])).level == level


def test_a_batch_larger_than_an_episode_is_refused() -> None:
    assert Config(learner="reptile", inner_batch_size=50).inner_batch_size == 50
    with pytest.raises(ConfigError, match="--inner-batch-size 51 exceeds an episode's 50 images"):
        Config(learner="reptile", inner_batch_size=51)
    assert Config(inner_batch_size=51).learner == "solved"  # which has no inner batches


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"direction": "displacement"}, "--direction displacement .* --learner reptile"),
        ({"learner": "reptile", "augment": "rotate"}, "--augment rotate is for --learner solved"),
        ({"route": "loo", "shots": 1}, "--route loo .* --shots 1 .* two shots"),
        ({"learner": "reptile", "mix": "soft"}, "--mix soft .* --route direction has none"),
        ({"route": "direction", "candidates": "nodes"}, "--candidates nodes .* --route likelihood"),
        ({"route": "direction", "shots": 1}, "--route direction .* --shots 1 .* two shots"),
        ({"learner": "reptile", "surgery": "pcgrad"}, "--surgery pcgrad .* --learner solved"),
        ({"ways": 1}, "--ways 1 does not go with --targets classes: classes take 2 or more"),
        ({"dataset": "functions", "ways": 5}, "--ways 5 does not go with --targets numbers"),
        ({"targets": "numbers", "ways": 1}, "--targets numbers is for tables, and --dataset glyph"),
        ({"network": "mlp"}, "--network mlp is for rows of a table, .* use conv2 or conv4"),
        ({"dataset": "functions", "network": "conv4"}, "--network conv4 is for images, and .*func"),
        ({"dataset": "a.csv", "norm": "batch"}, "--norm batch is for images, .* a.csv has rows"),
        ({"dataset": "a.csv", "size": 32}, "--size 32 is for images"),
        ({"dataset": "a.csv", "augment": "rotate"}, "--augment rotate is for images"),
        ({"dataset": "functions", "transform": "thick"}, "--transform thick is for images"),
        ({"share": "trunk", "norm": "none"}, "--share trunk .* --norm none .* --norm batch"),
        ({"share": "auto", "norm": "none"}, "--share auto .* --norm none .* --share none"),
        ({"share": "auto", "rule": "always"}, "--share auto is for the gate .* --rule evidence"),
        ({"share": "auto", "gate": "none"}, "--share auto is for the gate .* --gate gain"),
        ({"held_out": "0.3"}, "--held-out 0.3 is for folders, .* --dataset glyphs .* --task-split"),
        ({"rule": "always", "gate": "gain"}, "--gate gain .* --rule always .* --rule evidence"),
    ],
)
def test_what_does_not_go_together_is_refused(options: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Config(**options)
    assert re.fullmatch("--.*: .*", str(caught.value))
    assert re.search(said, str(caught.value))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "options",
    [
        {"learner": "reptile", "direction": "displacement"},
        {"augment": "rotate"},
        {"route": "loo", "shots": 2},
        {"route": "likelihood", "shots": 1},
        {"learner": "reptile", "shots": 1},
        {"route": "direction", "direction": "head_solved", "shots": 1},
        {"mix": "soft", "candidates": "nodes", "route": "loo"},
        {"rule": "always", "gate": "none"},
        {"dataset": "folder", "held_out": "0.3"},
        {"task_split": 3},
    ],
)
def test_the_way_out_of_a_clash_is_open(options: dict[str, Any]) -> None:
    config = Config(**options)
    assert {name: getattr(config, name) for name in options} == options
