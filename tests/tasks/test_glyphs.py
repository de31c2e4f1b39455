from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from treemeta.tasks.cache import Pack
from treemeta.tasks.glyphs import GlyphCounts, make_glyphs

FEW = GlyphCounts(families=2, scripts=2, characters=3, drawings=2)
COUNTS = st.builds(
    GlyphCounts,
    families=st.integers(1, 3),
    scripts=st.integers(1, 5),
    characters=st.integers(1, 2),
    drawings=st.integers(1, 2),
    effect=st.floats(0, 3),
    seed=st.integers(0, 99),
)


def pixels(pack: Pack) -> np.ndarray:
    return np.concatenate([images for _, _, images in pack.classes])


@settings(deadline=None, max_examples=25)
@given(COUNTS)
def test_every_count_is_respected(counts: GlyphCounts) -> None:
    pack = make_glyphs(counts)
    assert len(pack.roles) == counts.families * counts.scripts
    assert Counter(task for task, _, _ in pack.classes) == dict.fromkeys(
        pack.roles, counts.characters
    )
    assert len({(task, label) for task, label, _ in pack.classes}) == len(pack.classes)
    for _, _, images in pack.classes:
        assert (images.dtype, images.shape) == (np.uint8, (counts.drawings, 28, 28))
        assert (images.max(axis=(1, 2)) > 60).all()  # something is drawn
        assert (images.mean(axis=(1, 2)) < 160).all()  # on paper


@settings(deadline=None, max_examples=25)
@given(COUNTS)
def test_lineage_names_the_family_and_one_script_of_four_or_more_is_held_out(
    counts: GlyphCounts,
) -> None:
    pack = make_glyphs(counts)
    families = Counter(pack.lineage.values())
    assert families == {(f"family{i + 1}",): counts.scripts for i in range(counts.families)}
    held = Counter(pack.lineage[task] for task, role in pack.roles.items() if role == "test")
    assert held == (dict.fromkeys(families, 1) if counts.scripts >= 4 else {})
    assert all(task.startswith(family) for task, (family,) in pack.lineage.items())


def test_the_same_counts_give_the_same_bytes() -> None:
    assert np.array_equal(pixels(make_glyphs(FEW)), pixels(make_glyphs(replace(FEW))))


@pytest.mark.parametrize("change", [{"seed": 1}, {"effect": 0.5}])
def test_another_seed_or_effect_gives_other_bytes(change: dict[str, float]) -> None:
    assert not np.array_equal(pixels(make_glyphs(FEW)), pixels(make_glyphs(replace(FEW, **change))))


def test_another_seed_gives_other_characters_not_other_drawings_of_them() -> None:
    counts = GlyphCounts(families=1, scripts=2, characters=8, drawings=6, effect=0)
    one = np.stack([images for _, _, images in make_glyphs(counts).classes]).astype(int)
    other = np.stack([im for _, _, im in make_glyphs(replace(counts, seed=1)).classes]).astype(int)
    assert np.abs(one - other).mean() > 1.15 * np.abs(one[:, 0] - one[:, 5]).mean()


def test_more_characters_and_drawings_leave_the_first_as_they_are() -> None:
    few = {(task, label): images for task, label, images in make_glyphs(FEW).classes}
    more = replace(FEW, characters=5, drawings=4)
    grown = {(task, label): images for task, label, images in make_glyphs(more).classes}
    assert all(np.array_equal(grown[key][:2], images) for key, images in few.items())


@pytest.mark.parametrize(("effect", "alike"), [(0, True), (1, False)])
def test_without_effect_a_script_does_not_know_its_family(effect: float, alike: bool) -> None:
    alone = make_glyphs(replace(FEW, families=1, effect=effect))
    among = make_glyphs(replace(FEW, families=3, effect=effect))
    first = pixels(replace(among, classes=among.classes[: len(alone.classes)]))
    assert np.array_equal(pixels(alone), first) == alike


def spread(effect: float) -> float:
    """Return how far families lie apart in ink, in units of the scripts within one."""
    pack = make_glyphs(GlyphCounts(3, 4, 12, 5, effect))
    ink = {task: [] for task in pack.roles}
    for task, _, images in pack.classes:
        ink[task].append(images.mean())
    table = np.array([np.mean(ink[task]) for task in sorted(ink)]).reshape(3, 4)
    return table.mean(axis=1).std() / table.std(axis=1).mean()


def test_effect_drives_families_apart() -> None:
    assert spread(0) < 1 < spread(1) < spread(3)
