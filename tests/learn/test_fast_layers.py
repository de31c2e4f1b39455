import torch
from torch.nn import functional as F

from treemeta.config import Config
from treemeta.learn.fast import patch_moments
from treemeta.learn.fast_layers import First
from treemeta.learn.layout import PIXELS, first_patches, layout_of
from treemeta.learn.network import init_params
from treemeta.randomness import generator

IMAGES = torch.rand(3, 1, 28, 28, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def test_the_first_layer_is_a_convolution_its_norm_and_a_rectifier() -> None:
    config = Config(learner="reptile", filters=4)
    layout = layout_of(config)
    params = {name: one.double() for name, one in init_params(config, generator(0)).items()}
    params["norm1.shift"] += 0.3
    values = layout.views(layout.pack(params)[None])
    blocks = torch.zeros(1, 3, 7, 7, 4, 4, dtype=torch.float64)  # images, blocks, pixels, filters
    first = First(values[:3], [torch.zeros_like(each) for each in values[:3]], 3 * 196)
    patches = first_patches(IMAGES)[None].flatten(1, 2)
    first.forward(patches, *patch_moments(patches), blocks)

    maps = F.conv2d(IMAGES, params["conv1.weight"], stride=2, padding=1)
    scale, shift = params["norm1.scale"], params["norm1.shift"]
    maps = F.batch_norm(maps, None, None, scale, shift, training=True).relu()
    for pixel, (down, right) in enumerate(PIXELS):
        expected = maps[:, :, down::2, right::2].permute(0, 2, 3, 1)
        assert torch.allclose(blocks[0, :, :, :, pixel], expected, atol=1e-10)
