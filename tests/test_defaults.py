from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treemeta.config import Config
from treemeta.declared import make_config
from treemeta.defaults import AUTO, AUTO_TEXT, BY_LEARNER


@pytest.mark.parametrize("learner", sorted(BY_LEARNER))
def test_what_is_left_to_the_learner_is_what_it_says(learner: Any) -> None:
    config = Config(learner=learner)
    for name, value in BY_LEARNER[learner].items():
        assert getattr(config, name) == value
        assert f"{value} with {learner}" in AUTO_TEXT[name]
    told = dict.fromkeys(AUTO_TEXT, AUTO)
    assert Config(learner=learner, **told) == config


def test_the_learner_decides_in_full_what_is_left_to_it() -> None:
    assert {one.name for one in fields(Config) if one.default == AUTO} == set(AUTO_TEXT)
    for values in BY_LEARNER.values():
        by_data = {"channels", "norm", "targets", "ways", "mix"}
        assert values.keys() | {"gate", "meta_steps", "split_every"} | by_data == AUTO_TEXT.keys()
    assert AUTO not in vars(Config()).values()
    assert Config().learner == "solved"


@pytest.mark.parametrize(("learner", "parts"), [("solved", 2), ("reptile", 3)])
@given(steps=st.integers(1, 10_000))
def test_a_path_is_asked_in_equal_parts(learner: Any, parts: int, steps: int) -> None:
    every = Config(learner=learner, meta_steps=steps).split_every
    assert (every - 1) * parts < steps <= every * parts
    assert len(range(every, steps, every)) <= parts - 1  # no scrap is left at the end
    assert Config(learner=learner).split_every == {"solved": 750, "reptile": 500}[learner]


def test_the_gate_follows_the_rule() -> None:
    assert Config().gate == Config(learner="reptile").gate == "gain"
    assert Config(rule="always").gate == "none"
    assert Config(gate="none").rule == "evidence"


@pytest.mark.parametrize("learner", sorted(BY_LEARNER))
@given(data=st.data())
def test_an_explicit_value_beats_the_learner_s(learner: str, data: st.DataObject) -> None:
    given_by_other = next(BY_LEARNER[one] for one in BY_LEARNER if one != learner)
    names = data.draw(st.sets(st.sampled_from(sorted(given_by_other))))
    told = {name: given_by_other[name] for name in names}
    layers = [{"learner": learner}, told]
    for order in (layers, layers[::-1]):
        config = make_config(*order)
        for name, value in BY_LEARNER[learner].items():
            assert getattr(config, name) == told.get(name, value)


@pytest.mark.parametrize("learner", sorted(BY_LEARNER))
def test_rows_and_numbers_have_values_of_their_own(learner: Any) -> None:
    config = Config(dataset="functions", learner=learner)
    assert (config.network, config.norm, config.ways) == ("mlp", "none", 1)
    assert config.mix == ("soft" if learner == "solved" else "hard")
    assert config.meta_batch_size == (25 if learner == "solved" else 5)
    told = dict.fromkeys(AUTO_TEXT, AUTO)
    assert Config(dataset="functions", learner=learner, **told) == config


def test_what_was_resolved_stays_when_the_learner_changes() -> None:
    # A stored config says what it means: it does not move when the defaults do.
    config = replace(Config(), learner="reptile")
    assert (config.network, config.probe_episodes) == ("conv4", 48)
