from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from tests.trees import sentence
from treemeta.errors import IntegrityError
from treemeta.store.tensors import arrays_bytes, arrays_sha256, file_sha256, load_arrays

DTYPES = st.sampled_from([np.float32, np.float64, np.int64, np.uint8, np.bool_])
ARRAYS = st.dictionaries(
    st.text(min_size=1, max_size=8).filter(lambda name: name != "__metadata__"),
    DTYPES.flatmap(lambda kind: arrays(kind, array_shapes(min_dims=0, min_side=0, max_side=3))),
    max_size=3,
)


@given(ARRAYS)
def test_arrays_read_back_bit_for_bit(
    tmp_path_factory: pytest.TempPathFactory, written: dict[str, np.ndarray]
) -> None:
    path = tmp_path_factory.mktemp("arrays") / "x.safetensors"
    path.write_bytes(arrays_bytes(written))
    found = load_arrays(path)
    assert found.keys() == written.keys()
    for name, array in written.items():
        assert found[name].dtype == array.dtype
        assert found[name].shape == array.shape
        assert found[name].tobytes() == array.tobytes()
    assert arrays_sha256(found) == arrays_sha256(written)


def test_views_are_stored_as_what_they_show(tmp_path: Path) -> None:
    whole = np.arange(6.0).reshape(2, 3)
    (tmp_path / "x").write_bytes(arrays_bytes({"transposed": whole.T, "reversed": whole[:, ::-1]}))
    found = load_arrays(tmp_path / "x")
    assert np.array_equal(found["transposed"], whole.T)
    assert np.array_equal(found["reversed"], whole[:, ::-1])
    assert arrays_sha256({"a": whole.T}) == arrays_sha256({"a": whole.T.copy()})


def test_the_digest_ignores_the_order_of_names() -> None:
    a, b = np.zeros(2), np.ones(3)
    assert arrays_sha256({"a": a, "b": b}) == arrays_sha256({"b": b, "a": a})


@pytest.mark.parametrize(
    "other",
    [
        {"b": np.zeros((2, 3), np.float32)},
        {"a": np.zeros((3, 2), np.float32)},
        {"a": np.zeros(6, np.float32)},
        {"a": np.zeros((2, 3), np.int32)},
        {"a": np.full((2, 3), -0.0, np.float32)},
        {},
    ],
)
def test_the_digest_sees_names_types_shapes_and_bits(other: dict[str, np.ndarray]) -> None:
    assert arrays_sha256(other) != arrays_sha256({"a": np.zeros((2, 3), np.float32)})


def safetensors(header: bytes, body: bytes = b"") -> bytes:
    return len(header).to_bytes(8, "little") + header + body


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not safetensors at all",
        b"\xff" * 100,
        safetensors(b"{"),
        safetensors(b'{"a": 5}'),
        safetensors(b'{"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}', b"abcd"),
        # These are whole, but numpy has no such numbers.
        safetensors(b'{"a": {"dtype": "BF16", "shape": [1], "data_offsets": [0, 2]}}', b"ab"),
        safetensors(b'{"a": {"dtype": "F8_E4M3", "shape": [1], "data_offsets": [0, 1]}}', b"a"),
    ],
)
def test_what_is_no_safetensors_file_is_an_integrity_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "params.safetensors").write_bytes(content)
    with pytest.raises(IntegrityError) as caught:
        load_arrays(tmp_path / "params.safetensors")
    assert "params.safetensors" in sentence(caught)


def test_a_missing_file_is_an_integrity_error(tmp_path: Path) -> None:
    with pytest.raises(IntegrityError) as caught:
        load_arrays(tmp_path / "gone.safetensors")
    assert "gone.safetensors" in sentence(caught)


def test_file_digests_are_those_of_sha256sum(tmp_path: Path) -> None:
    (tmp_path / "abc").write_bytes(b"abc")
    expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert file_sha256(tmp_path / "abc") == expected
