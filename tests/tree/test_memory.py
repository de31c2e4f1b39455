from dataclasses import replace

import numpy as np
import pytest
import torch

from treemeta.learn.trainee import Trainee
from treemeta.store.evidence import Evidence
from treemeta.tasks.dataset import Dataset
from treemeta.tree import memory as memories
from treemeta.tree.evidence import Statistics
from treemeta.tree.growing import Growing
from treemeta.tree.memory import Memory, Reached


def trainee(name: str, step: int, trunk: str = "", tasks: tuple[object, ...] = ()) -> Trainee:
    return Trainee(name, step, {"w": torch.full((1,), float(step))}, tasks, trunk=trunk)  # type: ignore[arg-type]


def noted(memory: Memory, start: Trainee, stop: int) -> Trainee:
    end = replace(start, step=stop, init={"w": torch.full((1,), float(stop))})
    losses = [step / 10 for step in range(start.step, stop)]
    memory.note({start.name: (start, Reached(end, losses))}, stop - start.step)
    return end


def test_stretches_one_after_the_other_lead_to_where_the_last_ended() -> None:
    memory, start = Memory(), trainee("r", 0)
    half = noted(memory, start, 3)
    end = noted(memory, half, 7)
    (found,) = memory.recall([start], {"r": 9})
    assert found.trainee is end
    assert found.losses == [step / 10 for step in range(7)]
    (found,) = memory.recall([start], {"r": 6})  # the second goes beyond the stop
    assert found.trainee is half
    (found,) = memory.recall([trainee("r", 1)], {"r": 9})  # nothing began there
    assert (found.trainee.step, found.losses) == (1, [])


def test_of_other_tasks_nothing_is_recalled(small: Dataset) -> None:
    one, other = small.select("train")[:2]
    memory, start = Memory(), trainee("r0", 0, tasks=(one,))
    noted(memory, start, 3)
    assert memory.recall([start], {"r0": 3})[0].trainee.step == 3
    assert memory.recall([replace(start, tasks=(other,))], {"r0": 3})[0].trainee.step == 0


@pytest.mark.parametrize("shared", ["r", ""])
def test_those_of_one_trunk_are_recalled_at_one_step_or_not_at_all(shared: str) -> None:
    memory = Memory()
    pair = [trainee("r0", 2, shared), trainee("r1", 2, shared)]
    noted(memory, pair[0], 5)
    noted(memory, pair[1], 4)
    steps = [one.trainee.step for one in memory.recall(pair, {"r0": 9, "r1": 9})]
    assert steps == ([2, 2] if shared else [5, 4])
    noted(memory, pair[1], 5)
    assert [one.trainee.step for one in memory.recall(pair, {"r0": 9, "r1": 9})] == [5, 5]


def test_a_node_that_was_weighed_stands_for_all_that_led_there() -> None:
    memory, start = Memory(), trainee("r", 0)
    at_stop = noted(memory, start, 4)
    memory.note_deals(at_stop, [Statistics(1.0, np.ones(1))])
    for kid in (trainee("r0", 4), trainee("r0", 4, "r")):
        noted(memory, kid, 6)
    after = noted(memory, at_stop, 6)
    memory.hold(Growing(after, 0, evidence=(Evidence(4, False, "no"),)))
    assert (memory.stretches, memory.deals) == ({}, {})
    assert memory.held["r"].losses == [step / 10 for step in range(6)]
    end = noted(memory, after, 8)
    memory.hold(Growing(end, 0))
    assert memory.held["r"].losses == [step / 10 for step in range(8)]
    assert memory.stretches == {}


@pytest.mark.parametrize("share", ["", "r"])
def test_a_stored_node_leaves_the_children_it_has(share: str) -> None:
    memory = Memory()
    at_stop = noted(memory, trainee("r", 0), 4)
    memory.note_deals(at_stop, [])
    memory.hold(Growing(at_stop, 0))
    for trunk in ("", "r"):
        noted(memory, trainee("r0", 4, trunk), 6)
    memory.settle("r", share)
    assert {*memory.stretches} == {("r0", share, 4)}
    assert (memory.held, memory.deals) == ({}, {})
    memory.settle("r0", "")
    # Those beside it are trained with it again.
    assert {*memory.stretches} == ({("r0", "r", 4)} if share else set())


def test_it_is_handed_over_every_so_many_steps_or_once_in_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now, written = [100.0], list[int]()
    monkeypatch.setattr(memories.time, "monotonic", lambda: now[0])

    def write(memory: Memory) -> None:
        written.append(max(one.trainee.step for one in memory.stretches.values()))

    often, seldom = Memory(write, 4), Memory(write)
    assert (often.stride(), seldom.stride()) == (4, memories.FEW)
    noted(often, trainee("r", 0), 3)
    assert (written, often.stride()) == ([], 1)
    noted(often, trainee("r", 3), 4)
    assert (written, often.stride()) == ([4], 4)
    noted(seldom, trainee("r", 0), 20)
    now[0] += 10
    assert (written, seldom.stride()) == ([4], 120)  # two steps a second
    now[0] += 50
    noted(seldom, trainee("r", 20), 40)
    assert written == [4, 40]


def test_what_is_empty_or_nobody_s_is_not_handed_over() -> None:
    written: list[Memory] = []
    Memory(written.append).write()
    Memory().write()
    assert not written
