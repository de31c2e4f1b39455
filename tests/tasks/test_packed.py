from pathlib import Path

import numpy as np
import pytest

from tests.tasks.planted import make_pack
from tests.trees import sentence
from treemeta.declared import make_config
from treemeta.errors import ConfigError, DataError
from treemeta.tasks.arrays import pack_arrays
from treemeta.tasks.cache import Pack
from treemeta.tasks.packed import open_packed, packed, place_of, text_of
from treemeta.tasks.sources import opened

PACK = make_pack({("a", "x"): 3, ("b", "x"): 1})
COLOUR = {"a": {"x": np.zeros((2, 12, 12, 3), np.uint8)}}


def test_a_source_is_packed_once(packs: Path) -> None:
    made = []

    def make() -> Pack:
        made.append(1)
        return PACK

    first = packed("kind some source", "name", make)
    assert packed("kind some source", "name", make) is first
    assert first.path == place_of("kind some source")
    assert first.path.name.startswith("kind-")
    assert made == [1]


def test_arrays_that_are_not_here_are_named(packs: Path) -> None:
    with pytest.raises(DataError, match=f"'packed:rows-{'0' * 16}' is not in {packs}") as caught:
        open_packed(f"packed:rows-{'0' * 16}")
    sentence(caught)


def test_a_config_learns_the_shape_of_arrays(packs: Path) -> None:
    text = text_of(pack_arrays(COLOUR))
    config, _ = opened(make_config({"dataset": text}))
    assert config.shape == (3, 12)
    assert opened(config)[0] == config


@pytest.mark.parametrize("options", [{"size": 16}, {"channels": "1"}])
def test_another_shape_than_arrays_have_is_refused(packs: Path, options: dict[str, int]) -> None:
    text = text_of(pack_arrays(COLOUR))
    with pytest.raises(ConfigError, match=r"are not what images-.* has, 12 and 3") as caught:
        opened(make_config({"dataset": text} | options))
    sentence(caught)
