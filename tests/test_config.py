import math
import re
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from treemeta.config import (
    AUTO,
    AUTO_TEXT,
    BY_LEARNER,
    Config,
    make_config,
    read_config,
)
from treemeta.errors import ConfigError

NAMES = [one.name for one in fields(Config)]
BOUNDED = [
    (one.name, bound, one.metadata[bound])
    for one in fields(Config)
    for bound in ("least", "most")
    if one.metadata[bound] is not None
]
CHOICES = sorted({AUTO, *(choice for one in fields(Config) for choice in get_args(one.type))})
SETTING = (
    st.integers() | st.floats() | st.booleans() | st.text(max_size=5) | st.lists(st.integers())
    | st.sampled_from(CHOICES)
)  # fmt: skip


def other(name: str, value: Any) -> Any:
    """Return another value that the option may take."""
    kind = {one.name: one.type for one in fields(Config)}[name]
    if choices := get_args(kind):
        return next(choice for choice in choices if choice != value)
    if kind is str:
        return value + "2"
    if kind is bool:
        return not value
    return value + 1 if kind is int else value / 2 + 0.1


@pytest.mark.parametrize("name", NAMES)
def test_every_option_counts_in_the_fingerprint(name: str) -> None:
    config = Config(dataset="folder", gate="none")  # which go with any shape and either rule
    changed = replace(config, **{name: other(name, getattr(config, name))})
    assert changed.fingerprint() != config.fingerprint()


@pytest.mark.parametrize(
    ("one", "same"),
    [
        ({"meta_step_size": 1}, {"meta_step_size": 1.0}),
        ({"meta_step_size_end": -0.0}, {"meta_step_size_end": 0}),
        ({"seed": 3, "ways": 4}, {"ways": 4, "seed": 3}),
    ],
)
def test_equal_configs_have_one_fingerprint(one: dict[str, Any], same: dict[str, Any]) -> None:
    assert Config(**one).fingerprint() == Config(**same).fingerprint()


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(NAMES), SETTING, max_size=4))
def test_any_settings_make_a_config_of_the_right_types_or_one_sentence(
    options: dict[str, Any],
) -> None:
    try:
        config = make_config(options)
    except ConfigError as error:
        sentence = str(error)
    else:
        sentence = ""
        check_types(config)
    assert re.fullmatch(r"--.+: .+|", sentence)


def check_types(config: Config) -> None:
    for one in fields(config):
        value = getattr(config, one.name)
        assert value in get_args(one.type) or type(value) is one.type


@pytest.mark.parametrize(("name", "bound", "limit"), BOUNDED)
def test_a_bound_is_kept(name: str, bound: str, limit: float) -> None:
    room = {"deals": 10**13} if name == "level" else {"dataset": "folder"}
    assert getattr(Config(**room | {name: limit}), name) == limit
    step = {"least": -1, "most": 1}[bound] * (1 if isinstance(limit, int) else 1e-13)
    with pytest.raises(ConfigError, match=f"--{name.replace('_', '-')} is .*: it must be"):
        Config(**room | {name: limit + step})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("seed", True),
        ("seed", 1.0),
        ("seed", "1"),
        ("seed", None),
        ("inner_lr", False),
        ("inner_lr", "0.1"),
        ("transductive", 1),
        ("dataset", 3),
        ("dataset", ["glyphs"]),
    ],
)
def test_a_value_of_another_type_is_refused(name: str, value: Any) -> None:
    flag = name.replace("_", "-")
    with pytest.raises(ConfigError, match=f"--{flag} is .*: it takes a value of type"):
        Config(**{name: value})


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 10**400])
def test_a_number_that_is_not_finite_is_refused(value: float) -> None:
    with pytest.raises(ConfigError, match=r"--inner-lr is .*: it takes a finite number"):
        Config(inner_lr=value)


@pytest.mark.parametrize("value", ["forest", "", True, ["tree"]])
def test_a_choice_names_what_to_choose_from(value: Any) -> None:
    with pytest.raises(ConfigError, match="choose tree or joint or scratch"):
        Config(arm=value)


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
        assert values.keys() | {"gate", "split_every", "channels"} == AUTO_TEXT.keys()
    assert AUTO not in vars(Config()).values()
    assert Config().learner == "solved"


def test_what_is_drawn_here_has_one_shape_and_a_folder_any() -> None:
    assert Config().shape == Config(dataset="omniglot").shape == (1, 28)
    assert Config(dataset="folder", size=32, channels="3").shape == (3, 32)
    assert Config(dataset="folder").channels == AUTO  # until the images have been seen
    for changed in ({"size": 32}, {"channels": "3"}):
        for dataset in ("glyphs:families=2", "omniglot"):
            with pytest.raises(ConfigError, match=f"is for folders of images, and .* {dataset}"):
                Config(dataset=dataset, **changed)  # type: ignore[arg-type]


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


def test_a_later_layer_may_leave_it_to_the_learner_again() -> None:
    config = make_config({"probe_episodes": 7, "split_every": 3}, {"probe_episodes": AUTO})
    assert (config.probe_episodes, config.split_every) == (48, 3)
    layers = {"learner": "reptile", "probe_episodes": AUTO}, {"probe_episodes": 7}
    assert make_config(*layers).probe_episodes == 7


def test_what_was_resolved_stays_when_the_learner_changes() -> None:
    # A stored config says what it means: it does not move when the defaults do.
    config = replace(Config(), learner="reptile")
    assert (config.network, config.probe_episodes) == ("conv4", 48)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"direction": "displacement"}, "--direction displacement .* --learner reptile"),
        ({"learner": "reptile", "augment": "rotate"}, "--augment rotate is for --learner solved"),
        ({"route": "loo", "shots": 1}, "--route loo .* --shots 1 .* two shots"),
        ({"learner": "reptile", "mix": "soft"}, "--mix soft .* --route direction has none"),
        ({"route": "direction", "candidates": "nodes"}, "--candidates nodes .* --route likelihood"),
        ({"route": "direction", "shots": 1}, "--route direction .* --shots 1 .* two shots"),
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
    ],
)
def test_the_way_out_of_a_clash_is_open(options: dict[str, Any]) -> None:
    config = Config(**options)
    assert {name: getattr(config, name) for name in options} == options


def test_a_file_may_leave_a_value_to_the_learner(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_text('learner = "reptile"\n[meta]\nprobe_episodes = "auto"\nsplit_every = 250\n')
    config = make_config(read_config(file))
    assert (config.probe_episodes, config.split_every) == (24, 250)


def test_a_later_layer_wins_and_none_means_not_given() -> None:
    config = make_config({"seed": 1, "ways": 3}, {"seed": 2, "ways": None}, {"shots": None})
    assert config == Config(seed=2, ways=3)


def test_sections_mean_nothing(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_text(
        'seed = 3\n[data]\ndataset = "é"\n[meta]\nmeta_step_size = 1\n[empty]\n', "utf-8"
    )
    assert read_config(file) == {"seed": 3, "dataset": "é", "meta_step_size": 1}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"meta_step = 3", "sets 'meta_step', which is no option: did you mean 'meta_steps'"),
        (b"[a]\nqwertyuiop = 3", "sets 'qwertyuiop', .*: see treemeta train --help"),
        (b"[a.b]\nseed = 3", "sets 'b', which is no option"),
        (b"seed = 1\n[a]\nseed = 1", "sets 'seed' twice: keep one"),
        (b"[a]\nseed = 1\n[b]\nseed = 2", "sets 'seed' twice: keep one"),
        (b"seed = 1\nseed = 2", "is not TOML: "),
        (b"seed =", "is not TOML: "),
        (b"\x80\x00\xff\xfe garbage", "is not TOML: "),
        (b"seed = " + b"[" * 100_000, "is not TOML: "),
        (b"seed = " + b"1" * 5_000, "is not TOML: "),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_a_file_that_makes_no_sense_is_refused(tmp_path: Path, text: bytes, message: str) -> None:
    file = tmp_path / "a.toml"
    file.write_bytes(text)
    with pytest.raises(ConfigError) as caught:
        read_config(file)
    assert re.fullmatch(f"config {re.escape(str(file))} {message}.*", str(caught.value))


@pytest.mark.parametrize("name", ["missing.toml", "."])
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match=r"cannot be read: (No such|Is a)"):
        read_config(tmp_path / name)
