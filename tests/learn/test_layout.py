import torch
from torch.nn import functional as F

from treemeta.config import Config
from treemeta.learn.layout import (
    PIXELS,
    READS,
    TAPS,
    first_patches,
    from_blocks,
    layout_of,
    to_blocks,
)
from treemeta.learn.network import init_params
from treemeta.learn.params import flatten
from treemeta.randomness import generator

CONFIG = Config(learner="reptile", ways=3, filters=4, network="conv4")
MADE = torch.Generator().manual_seed(0)


def test_every_entry_of_the_kernel_meets_one_pixel() -> None:
    assert sorted(TAPS) == list(range(9))
    assert sum(stop - start for _, (start, stop) in READS) == 9
    assert sorted(PIXELS) == [(0, 0), (0, 1), (1, 0), (1, 1)]


def test_packing_is_a_permutation_and_unpacking_its_inverse() -> None:
    layout, params = layout_of(CONFIG), init_params(CONFIG, generator(0))
    vector = layout.pack(params)
    assert torch.equal(vector.sort().values, flatten(params).sort().values)
    assert torch.equal(layout.pack(dict(sorted(params.items()))), vector)
    for name, tensor in layout.unpack(vector).items():
        assert torch.equal(tensor, params[name])


def test_views_are_the_vector() -> None:
    layout = layout_of(CONFIG)
    vectors = torch.zeros(2, len(layout.order))
    for number, view in enumerate(layout.views(vectors)):
        view.fill_(number + 1)
    assert vectors.min() == 1
    assert torch.equal(vectors[0], vectors[1])


def test_the_first_layer_s_patches_are_those_of_unfold() -> None:
    images = torch.rand(2, 1, 28, 28, generator=MADE)
    rows = F.unfold(images, 3, padding=1, stride=2).mT.view(2, 14, 14, 9)
    found = first_patches(images).view(2, 7, 7, 4, 10)
    assert (found[..., 9] == 1).all()
    for pixel, (a, b) in enumerate(PIXELS):
        assert torch.equal(found[:, :, :, pixel, :9], rows[:, a::2, b::2])


def test_blocks_hold_every_pixel_once_at_odd_sides_too() -> None:
    for side in (4, 7):
        half = (side + 1) // 2
        maps, back = (
            torch.rand(1, 2, side, side, 3, generator=MADE),
            torch.zeros(1, 2, side, side, 3),
        )
        blocks = torch.zeros(1, 2, half, half, 4, 3)
        to_blocks(maps, blocks)
        from_blocks(blocks, back)
        assert torch.equal(back, maps)
        assert blocks.count_nonzero() == maps.count_nonzero()
