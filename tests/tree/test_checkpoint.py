import copy
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from treemeta.config import Config
from treemeta.engine.local import Engine
from treemeta.errors import IntegrityError
from treemeta.learn.learner import fresh_init
from treemeta.learn.params import flatten
from treemeta.learn.setting import Setting
from treemeta.learn.trainee import Trainee
from treemeta.store.evidence import Conflict, Evidence
from treemeta.store.tensors import Arrays
from treemeta.tasks.dataset import Dataset
from treemeta.tree.checkpoint import dumped, load_into
from treemeta.tree.evidence import Statistics
from treemeta.tree.growing import Growing
from treemeta.tree.memory import Memory
from treemeta.tree.stretch import train_to_stops

Dumped = tuple[dict[str, Any], dict[str, Arrays]]


@pytest.fixture(scope="module")
def config(solved_config: Config) -> Config:
    return replace(solved_config, eval_every=2, focus=1.0)


@pytest.fixture(scope="module")
def full(config: Config, small: Dataset, engine: Engine) -> Memory:
    memory, tasks = Memory(), tuple(small.select("train"))
    setting = Setting(config, small, engine)
    root = Trainee("r", 0, fresh_init(config), tasks)
    ((half, loss),) = train_to_stops(setting, [root], {"r": 3}, lambda _: None, memory)
    why = Evidence(3, False, "no", conflicts=(Conflict(0, 1, -0.5, None, None),))
    memory.hold(Growing(half, 0, 0.5, loss, (why,)))
    train_to_stops(setting, [half], {"r": 5}, lambda _: None, memory)
    memory.note_deals(half, [Statistics(0.25, np.array([0.5, 1 / 3]))])
    return memory


def loaded(found: Dumped, small: Dataset, config: Config) -> Memory:
    memory = Memory()
    load_into(memory, *found, small, fresh_init(config))
    return memory


def check_equal(one: Trainee, other: Trainee) -> None:
    assert one.moments
    assert other.moments
    assert (one.name, one.step, one.tasks, one.trunk) == (
        other.name, other.step, other.tasks, other.trunk,
    )  # fmt: skip
    assert one.losses == other.losses
    assert one.losses
    pairs = [(one.init, other.init)]
    assert [step for step, _ in one.snapshots] == [step for step, _ in other.snapshots] != []
    pairs += [(a, b) for (_, a), (_, b) in zip(one.snapshots, other.snapshots, strict=True)]
    for a, b in pairs:
        assert [*a] == [*b]
        assert torch.equal(flatten(a), flatten(b))
    assert one.moments.count == other.moments.count
    assert torch.equal(one.moments.first, other.moments.first)
    assert torch.equal(one.moments.second, other.moments.second)


def test_a_memory_comes_back_as_it_was(full: Memory, small: Dataset, config: Config) -> None:
    again = loaded(_jsonable(dumped(full)), small, config)
    assert {*again.stretches} == {*full.stretches} == {("r", "", 3)}
    for key, one in full.stretches.items():
        check_equal(one.trainee, again.stretches[key].trainee)
        assert one.losses == again.stretches[key].losses
    (held, found) = (full.held["r"], again.held["r"])
    check_equal(held.growing.trainee, found.growing.trainee)
    assert held.losses == found.losses
    for name in ("start", "support", "loss", "evidence"):
        assert getattr(held.growing, name) == getattr(found.growing, name)
    (known,), (dealt,) = full.deals["r", 3], again.deals["r", 3]
    assert known.variance == dealt.variance
    assert known.cohesions.tolist() == dealt.cohesions.tolist()


def test_there_is_none_where_nothing_was_stored(small: Dataset, config: Config) -> None:
    memory = loaded(({}, {}), small, config)
    assert (memory.stretches, memory.held, memory.deals) == ({}, {}, {})


def reshape(document: Any, tensors: Any) -> None:
    name = next(name for name in tensors["0"] if name.startswith("init/conv"))
    tensors["0"][name] = tensors["0"][name][:1]


def spoil(document: Any, tensors: Any) -> None:
    name = next(name for name in tensors["0"] if name.startswith("init/conv"))
    tensors["0"][name] = np.full_like(tensors["0"][name], np.nan)


def set_in(name: str, value: object) -> Callable[[Any, Any], None]:
    def change(document: Any, _: Any) -> None:
        document["stretches"][0][name] = value

    return change


WRONG: dict[str, Callable[[Any, Any], None]] = {
    "shape": reshape,
    "nan": spoil,
    "double": lambda _, t: t["0"].update({k: a.astype(np.float64) for k, a in t["0"].items()}),
    "no tensors": lambda _, t: t.pop("0"),
    "no moments": lambda _, t: [t["0"].pop(k) for k in [*t["0"]] if k.startswith("first")],
    "snapshot": lambda _, t: t["0"].update({"snapshot/x/w": np.zeros(1, np.float32)}),
    "task": set_in("tasks", ["Klingon"]),
    "step": set_in("step", 4),
    "name": set_in("name", 5),
    "losses": set_in("losses", {"a": "b"}),
    "field": set_in("pickle", "cos"),
    "list": lambda document, _: document.update(stretches=5),
}


@pytest.mark.parametrize("change", WRONG.values(), ids=WRONG)
def test_what_is_of_no_such_tree_is_refused(
    full: Memory, small: Dataset, config: Config, change: Callable[[Any, Any], None]
) -> None:
    found = copy.deepcopy(_jsonable(dumped(full)))
    change(*found)
    with pytest.raises(IntegrityError, match=r"is not of this tree.*--allow-fallback"):
        loaded(found, small, config)


def _jsonable(found: Dumped) -> Dumped:
    return json.loads(json.dumps(found[0])), found[1]
