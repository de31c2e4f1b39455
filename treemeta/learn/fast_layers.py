"""The layers of ``fast.py``'s network, each forward and backward, in buffers of its own."""

import torch
from torch import Tensor

from treemeta.learn.layout import READS

NORM_EPSILON = 1e-5  # PyTorch's default


class First:
    """The first layer, from patches to the blocks of the next.

    Patches end in a one, which meets the shift in the folded weights. The norm's variance follows
    from the patches' covariance, and so do the gradients, without a pass over the outputs.
    """

    def __init__(self, values: list[Tensor], gradients: list[Tensor], rows: int):
        self.weight, self.scale, self.shift = _as_rows(values)
        self.g_weight, self.g_scale, self.g_shift = _as_rows(gradients)
        inits, _, filters = self.weight.shape
        self.folded = self.weight.new_zeros(inits, 10, filters)
        self.folded_weight, self.folded_shift = self.folded[:, :9], self.folded[:, 9:]
        self.found = torch.zeros_like(self.folded)
        self.found_weight, self.found_shift = self.found[:, :9], self.found[:, 9:]
        self.shape = (inits, rows, filters)

    def forward(self, patches: Tensor, mean: Tensor, covariance: Tensor, blocks: Tensor) -> None:
        """Write the blocks, given patches ``Tensor[B, n * 196, 10]`` with their mean
        ``Tensor[B, 1, 9]`` and covariance ``Tensor[B, 9, 9]``."""
        self.patches, self.mean = patches, mean
        self.spread = torch.bmm(covariance, self.weight)
        variance = (self.weight * self.spread).sum(1, keepdim=True)
        self.inverse = variance.clamp_min_(0).add_(NORM_EPSILON).rsqrt_()
        self.gain = self.scale * self.inverse
        torch.mul(self.weight, self.gain, out=self.folded_weight)
        torch.baddbmm(self.shift, mean, self.folded_weight, alpha=-1, out=self.folded_shift)
        self.output = blocks.view(self.shape)
        torch.bmm(patches, self.folded, out=self.output).relu_()

    def backward(self, gradient: Tensor) -> None:
        """Set the gradients, given that of the blocks, which is overwritten."""
        gradient = _gate(gradient.view(self.shape), self.output)
        torch.bmm(self.patches.transpose(1, 2), gradient, out=self.found)
        self.g_shift.copy_(self.found_shift)
        self.found_weight.baddbmm_(self.mean.transpose(1, 2), self.found_shift, alpha=-1)
        torch.sum(self.weight * self.found_weight, 1, True, out=self.g_scale).mul_(self.inverse)
        self.found_weight.addcmul_(self.spread, self.inverse * self.g_scale, value=-1)
        torch.mul(self.found_weight, self.gain, out=self.g_weight)


class Later:
    """Every later layer, from blocks to maps ``Tensor[B, n, side, side, filters]``."""

    def __init__(self, values: list[Tensor], gradients: list[Tensor], n: int, side: int):
        weight, self.scale, self.shift = _as_rows(values)
        g_weight, self.g_scale, self.g_shift = _as_rows(gradients)
        inits, _, filters = weight.shape
        self.rows = n * side * side
        self.maps = weight.new_zeros(inits, n, side, side, filters)
        self.output = self.maps.view(inits, self.rows, filters)
        self.z, self.work = torch.zeros_like(self.output), torch.zeros_like(self.output)
        self.blocks = weight.new_zeros(inits, self.rows, 4 * filters)
        self.below = torch.zeros_like(self.blocks)
        self.pixels = self.blocks.view(inits, n, side, side, 4, filters)
        self.below_pixels = self.below.view(self.pixels.shape)
        self.parts = []
        widths = [(stop - start) * filters for _, (start, stop) in READS]
        weights, g_weights = torch.split(weight, widths, 1), torch.split(g_weight, widths, 1)
        for (shift, (start, stop)), w, g in zip(READS, weights, g_weights, strict=True):
            columns = slice(start * filters, stop * filters)
            self.parts.append(
                Part(self, shift, self.blocks[..., columns], self.below[..., columns], w, g)
            )

    def forward(self) -> None:
        """Write the maps, given the blocks."""
        z, own = self.z, self.parts[0]
        torch.bmm(own.blocks, own.weight, out=z)
        for part in self.parts[1:]:
            torch.bmm(part.blocks, part.weight, out=self.work)
            part.z_here.add_(part.work_there)
        z.sub_(z.sum(1, keepdim=True), alpha=1 / self.rows)
        torch.mul(z, z, out=self.work)
        variance = self.work.sum(1, keepdim=True).div_(self.rows)
        self.inverse = variance.add_(NORM_EPSILON).rsqrt_()
        self.gain = self.scale * self.inverse
        torch.addcmul(self.shift, z, self.gain, out=self.output).relu_()

    def backward(self, gradient: Tensor) -> None:
        """Set the gradients, and ``below`` to that of the blocks, given that of the maps."""
        gradient, work = _gate(gradient.view_as(self.z), self.output), self.work
        torch.sum(gradient, 1, True, out=self.g_shift)
        torch.mul(gradient, self.z, out=work)
        torch.sum(work, 1, True, out=self.g_scale).mul_(self.inverse)
        share = self.gain / -self.rows
        torch.addcmul(share * self.g_shift, self.z, share * self.inverse * self.g_scale, out=work)
        work.addcmul_(gradient, self.gain)
        own = self.parts[0]
        torch.bmm(own.blocks_transposed, work, out=own.g_weight)
        torch.bmm(work, own.weight_transposed, out=own.below)
        for part in self.parts[1:]:
            part.owed_there.copy_(part.work_here)
            torch.bmm(part.blocks_transposed, part.owed, out=part.g_weight)
            part.below.baddbmm_(part.owed, part.weight_transposed)


class Part:
    """What a layer reads of one neighbouring block: all views that one product needs."""

    def __init__(
        self,
        layer: Later,
        shift: tuple[int, int],
        blocks: Tensor,
        below: Tensor,
        weight: Tensor,
        g_weight: Tensor,
    ):
        self.blocks, self.below, self.weight, self.g_weight = blocks, below, weight, g_weight
        self.blocks_transposed, self.weight_transposed = blocks.mT, weight.mT
        (up, left), side = shift, layer.maps.shape[2]
        here = (..., slice(up, None), slice(left, None), slice(None))
        there = (..., slice(side - up), slice(side - left), slice(None))
        self.z_here = layer.z.view_as(layer.maps)[here]
        work = layer.work.view_as(layer.maps)
        self.work_here, self.work_there = work[here], work[there]
        owed = torch.zeros_like(layer.maps)  # its border stays zero
        self.owed, self.owed_there = owed.view_as(layer.z), owed[there]


def _as_rows(tensors: list[Tensor]) -> tuple[Tensor, Tensor, Tensor]:
    """Return a layer's weight as it is, its scale and shift as ``Tensor[B, 1, filters]``."""
    weight, scale, shift = tensors
    return weight, scale[:, None], shift[:, None]


def _gate(gradient: Tensor, output: Tensor) -> Tensor:
    """Let through, in place, what the rectifier let through."""
    return torch.ops.aten.threshold_backward.grad_input(gradient, output, 0, grad_input=gradient)
