import errno
from pathlib import Path

import numpy as np
import pytest
import torch

from treemeta.engine import transport
from treemeta.engine.transport import BIG, Region, open_shared, pack, reserve, unpack, unpickle
from treemeta.tasks.dataset import Dataset


def test_arrays_and_tensors_come_back() -> None:
    memory = memoryview(bytearray(1 << 20))
    thing = {
        "array": np.arange(30_000, dtype=np.float32).reshape(100, 300),
        "tensor": torch.arange(30_000.0).view(3, -1),
        "turned": torch.arange(30_000.0).view(3, -1).T,
        "small": torch.ones(2, dtype=torch.float64),
        "text": "r01",
    }
    packed = pack(thing, Region(memory, 0, len(memory)).place)
    assert len(packed.pickled) < BIG
    assert len(packed.spans) == 3
    for copy in (False, True):
        back = unpack(packed, memory, copy)
        assert np.array_equal(back["array"], thing["array"])
        for name in ("tensor", "turned", "small"):
            assert torch.equal(back[name], thing[name])
        assert back["text"] == "r01"


def test_a_copy_outlives_the_region() -> None:
    memory = memoryview(bytearray(1 << 20))
    packed = pack(np.ones(10_000), Region(memory, 0, len(memory)).place)
    copied, mapped = unpack(packed, memory, copy=True), unpack(packed, memory, copy=False)
    memory[: 1 << 19] = bytes(1 << 19)
    assert copied.min() == 1
    assert mapped.max() == 0


def test_what_is_sent_twice_is_written_once() -> None:
    memory = memoryview(bytearray(1 << 20))
    region, array = Region(memory, 0, len(memory)), np.ones(10_000)
    assert pack(array, region.place).spans == pack([array], region.place).spans


def test_what_was_freed_is_not_taken_for_what_came_after() -> None:
    memory = memoryview(bytearray(1 << 22))
    region = Region(memory, 0, len(memory))
    for number in range(8):  # the copy of a turned tensor is freed, and its place used again
        tensor = torch.full((100, 200), float(number)).T
        packed = pack(tensor, region.place)
        assert torch.equal(unpack(packed, memory, copy=True), tensor)


@pytest.mark.parametrize("memory", [None, memoryview(bytearray(100))])
def test_without_room_everything_is_pickled(memory: memoryview | None) -> None:
    array = np.arange(10_000)
    packed = pack(array, Region(memory, 0, 100).place)
    assert packed.spans == ()
    assert np.array_equal(unpack(packed, memory, copy=True), array)


def test_whole_is_without_the_files_of_this_machine(small: Dataset) -> None:
    kept: list[memoryview] = []

    def keep(content: memoryview) -> int:
        kept.append(content)
        return len(kept) - 1

    as_path = pack(small, keep)
    assert as_path.spans == ()
    packed = pack(small, keep, whole=True)
    back = unpickle(packed.pickled, [bytes(kept[i]) for i in packed.spans])
    assert np.array_equal(back.images, small.images)
    assert type(back.images) is np.ndarray
    assert (back.tasks, back.starts, back.roles) == (small.tasks, small.starts, small.roles)


def test_room_is_taken_at_once_or_not_at_all(tmp_path: Path) -> None:
    file = tmp_path / "room"
    file.touch()
    reserve(str(file), 1 << 20)
    assert file.stat().st_blocks * 512 >= 1 << 20
    with pytest.raises(OSError, match="room"):
        reserve(str(tmp_path / "room" / "none"), 1)


def test_where_the_system_has_no_room_nothing_is_shared_or_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []

    def refuse(path: str, size: int) -> None:
        asked.append(Path(path))
        assert asked[0].exists()
        raise OSError(errno.ENOSPC, "no room")

    monkeypatch.setattr(transport, "reserve", refuse)
    assert open_shared() is None
    assert not asked[0].exists()
