from pathlib import Path

import numpy as np
import pytest

from treemeta.errors import ConfigError
from treemeta.randomness import generator
from treemeta.tasks.cache import reopen, write_pack
from treemeta.tasks.functions import FAMILIES, POINTS, FunctionCounts, make_functions, seen

FEW = FunctionCounts(functions=2, held_out=1, points=30)


def test_there_are_as_many_functions_as_were_asked_for() -> None:
    pack = make_functions(FEW)
    assert [name for name, *_ in pack.classes] == list(pack.roles)
    assert set(pack.lineage.values()) == {(name,) for name in FAMILIES}
    for name in FAMILIES:
        roles = [role for task, role in pack.roles.items() if pack.lineage[task] == (name,)]
        assert roles == ["train", "train", "test"]
    for task, label, inputs in pack.classes:
        assert (label, inputs.shape, pack.targets[task, label].shape) == (POINTS, (30, 2), (30,))


def test_inputs_are_where_yao_has_them() -> None:
    for task, _, inputs in make_functions(FEW).classes:
        assert (np.abs(inputs) <= 5).all()
        one = FAMILIES[task.rstrip("0123456789")].inputs == 1
        assert (inputs[:, 1] == 1).all() == one


def least_squares(inputs: np.ndarray, values: np.ndarray, powers: list[np.ndarray]) -> np.ndarray:
    return np.linalg.lstsq(np.stack(powers, 1), values, rcond=None)[0]


@pytest.mark.parametrize("name", ["line", "quadratic", "cubic", "paraboloid"])
def test_functions_are_of_their_family_in_its_ranges(name: str) -> None:
    family, exact = FAMILIES[name], FunctionCounts(points=50, noise=0)
    for number in range(40):
        inputs, values = seen(exact, family, generator(number))
        x, z = inputs.T.astype(np.float64)
        powers = [x**2, z**2] if name == "paraboloid" else [
            x**power for power in reversed(range(len(family.ranges)))
        ]  # fmt: skip
        found = least_squares(inputs, values.astype(np.float64), powers)
        assert np.allclose(np.stack(powers, 1) @ found, values, atol=1e-4)
        for value, (low, high) in zip(found, family.ranges, strict=True):
            assert low - 1e-3 <= value <= high + 1e-3


def test_sinusoids_and_ripples_are_what_they_are_called() -> None:
    x, z = np.linspace(-5, 5, 7), np.linspace(5, -5, 7)
    wave = FAMILIES["sinusoid"].values((2.0, 0.5, 1.1), x, np.ones(7))
    assert np.allclose(wave, 2 * np.sin(1.1 * x + 0.5))
    ring = FAMILIES["ripple"].values((0.1, -1.0), x, z)
    assert np.allclose(ring, np.sin(-0.1 * (x**2 + z**2)) - 1)


def test_noise_is_as_wide_as_was_asked_for() -> None:
    family = FAMILIES["line"]
    plain, noisy = (
        seen(FunctionCounts(points=5000, noise=noise), family, generator(0)) for noise in (0.0, 0.3)
    )
    assert np.array_equal(plain[0], noisy[0])
    assert (noisy[1] - plain[1]).std() == pytest.approx(0.3, rel=0.03)


def test_a_function_does_not_depend_on_how_many_there_are() -> None:
    few, more = make_functions(FEW), make_functions(FunctionCounts(3, 2, 30))
    assert np.array_equal(few.targets["line0002", POINTS], more.targets["line0002", POINTS])
    other = make_functions(FunctionCounts(2, 1, 30, seed=1))
    assert not np.array_equal(few.targets["line0002", POINTS], other.targets["line0002", POINTS])


def test_they_are_packed_as_a_table(tmp_path: Path) -> None:
    dataset = reopen(write_pack(tmp_path / "packed", "functions", make_functions(FEW)))
    assert (dataset.shape, len(dataset.tasks), dataset.drawings(0)) == ((2,), 18, 30)


@pytest.mark.parametrize("wrong", [{"functions": 0}, {"points": 0}, {"noise": -1}, {"seed": 1e4}])
def test_counts_that_make_no_sense_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ConfigError, match=r"functions:.* must be from \d to 9999"):
        FunctionCounts(**wrong)  # type: ignore[arg-type]
