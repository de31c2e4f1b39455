import json
from dataclasses import asdict

import pytest

from tests.conftest import SMALL
from treemeta.declared import make_config
from treemeta.errors import IntegrityError
from treemeta.tree.plan import Plan, cuts_of, settings_of
from treemeta.tree.stored import config_of

CONFIG = make_config(SMALL)
CUTS = {"r": (2, (("a", "c"), ("b",))), "r0": (4, (("a",), ("c",)))}


def test_settings_read_back_equal() -> None:
    settings = settings_of(Plan("random", CONFIG, CUTS), "f" * 64)
    assert json.loads(json.dumps(settings)) == settings
    assert cuts_of(settings) == CUTS
    assert config_of(settings) == CONFIG


def test_a_tree_that_was_told_nothing_is_stored_as_ever() -> None:
    settings = settings_of(Plan("", CONFIG), "f" * 64)
    assert settings == asdict(CONFIG) | {"data": "f" * 64}
    assert cuts_of(settings) is None


@pytest.mark.parametrize("cuts", [1, ["r"], {"r": 3}, {"r": [2]}, {"r": ["x", []]}])
def test_cuts_that_are_none_are_refused(cuts: object) -> None:
    with pytest.raises(IntegrityError, match="cuts"):
        cuts_of({"cuts": cuts})
