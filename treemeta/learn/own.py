"""Somebody's own network as a function of its parameters, by ``torch.func.functional_call``.

Parameters bear the digest of their class in their names, so that those of one class are never taken
for those of another. They come without the fast path.
"""

import torch
from numpy.random import Generator
from torch import Tensor
from torch.func import functional_call

from treemeta.errors import ConfigError
from treemeta.learn.module import class_of, made, module_of, norms_of, said_by, trained
from treemeta.learn.params import Params, ordered

PREFIX = "own-"


def init_own(module: str, rng: Generator) -> Params:
    """Draw the parameters of the class that a config names, as its constructor does."""
    network = class_of(module)
    digest = module.rpartition("@")[2]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(int(rng.integers(2**63)))
        drawn = trained(made(network))
    return ordered({f"{PREFIX}{digest}.{name}": p.detach() for name, p in drawn.items()})


def is_own(params: Params) -> bool:
    """Whether parameters are those of somebody's own network."""
    return any(name.startswith(PREFIX) for name in params)


def width_of(params: Params, shape: tuple[int, ...]) -> int:
    """Return how many features a network makes of an input.

    Raises ``ConfigError`` where it does not take inputs of the shape, or makes no rows of features.
    """
    name = type(module_of(_digest(params))).__qualname__
    try:
        hidden = own_features(params, torch.zeros(2, *shape))
    except Exception as error:  # whatever somebody's forward raises
        axes = ", ".join(map(str, ("n", *shape)))
        raise ConfigError(
            f"network {name} does not take the data's inputs, of shape ({axes}): {said_by(error)}"
        ) from error
    told = isinstance(hidden, Tensor) and hidden.dim() == 2 and len(hidden) == 2
    if not told or not hidden.numel():
        gave = tuple(hidden.shape) if isinstance(hidden, Tensor) else f"a {type(hidden).__name__}"
        raise ConfigError(
            f"network {name} makes {gave} of 2 inputs: let it make features of shape (n, width)"
        )
    return hidden.shape[1]


def check_gradients(params: Params, inputs: Tensor) -> None:
    """Raise ``ConfigError`` unless a network takes an episode's inputs, makes finite features of
    them, the same whenever it is asked, and gradients lead back from these to all of its parameters
    that are trained."""
    own = {n: p.detach().requires_grad_() for n, p in params.items() if n.startswith(PREFIX)}
    name = type(module_of(_digest(params))).__qualname__
    try:
        hidden = own_features(own, inputs)
    except Exception as error:  # whatever somebody's forward raises
        raise ConfigError(
            f"network {name} fails on an episode of {len(inputs)} inputs: {said_by(error)}; mend "
            "its forward"
        ) from error
    if not torch.isfinite(hidden).all():
        raise ConfigError(
            f"network {name} makes features that are no finite numbers of an episode of the data: "
            "mend its forward"
        )
    with torch.no_grad():
        again = own_features(own, inputs)
    if not torch.equal(hidden, again):
        raise ConfigError(
            f"network {name} makes other features of the same inputs when asked again: leave "
            "dropout and noise out of its forward"
        )
    found: tuple[Tensor | None, ...] = (None,) * len(own)
    if hidden.requires_grad:
        found = torch.autograd.grad(hidden.sum(), list(own.values()), allow_unused=True)
    if unused := [key for key, one in zip(own, found, strict=True) if one is None]:
        raise ConfigError(
            f"network {name} makes features from which no gradient leads back to "
            f"{unused[0].partition('.')[2]}: leave it out, or detach, numpy and no_grad in forward"
        )


def own_features(params: Params, inputs: Tensor) -> Tensor:
    """Return ``Tensor[n, width]`` for inputs ``Tensor[n, *shape]``, normalised as one batch; for
    rows of several episodes ``Tensor[B, n, features]`` those of each, of parameters that may have
    the same leading axis."""
    if inputs.dim() != 3:
        return _called(params, inputs, _buffers(params, inputs.device), True)
    several = _each(params, len(inputs))
    return torch.stack([own_features(*each) for each in zip(several, inputs, strict=True)])


def own_features_and_buffers(params: Params, inputs: Tensor) -> tuple[Tensor, Params]:
    """Return the features of inputs, normalised as one batch, and the network's buffers, with what
    its norms saw: mean and variance of just these inputs, as which they are normalised again."""
    buffers, rows = _buffers(params, inputs.device), dict[str, int]()
    hooks = [
        norm.register_forward_pre_hook(
            lambda _, seen, name=name: rows.update({name: seen[0].numel() // seen[0].shape[1]})
        )
        for name, norm in norms_of(module_of(_digest(params))).items()
    ]
    try:
        hidden = _called(params, inputs, buffers, True)
    finally:
        for hook in hooks:
            hook.remove()
    for name, count in rows.items():  # torch keeps the unbiased variance
        buffers[f"{name}.running_var"] = buffers[f"{name}.running_var"] * ((count - 1) / count)
    return hidden, buffers


def own_features_given(params: Params, inputs: Tensor, buffers: Params) -> Tensor:
    """Return the features of inputs under what norms saw of others."""
    return _called(params, inputs, buffers, False)


def _buffers(params: Params, device: torch.device) -> Params:
    """Return what is not trained: copies of a network's buffers, and what is frozen in it."""
    module, own = module_of(_digest(params)), _by_name(params)
    buffers = {name: b.to(device, copy=True) for name, b in module.named_buffers()}
    frozen = {name: p.to(device) for name, p in module.named_parameters() if name not in own}
    return buffers | frozen


def _called(params: Params, inputs: Tensor, buffers: Params, training: bool) -> Tensor:
    module = module_of(_digest(params)).train(training)
    hidden: Tensor = functional_call(module, (_by_name(params), buffers), (inputs,))
    return hidden


def _by_name(params: Params) -> Params:
    """Return the parameters of a network as its module calls them, without their heads."""
    return {name.partition(".")[2]: p for name, p in params.items() if name.startswith(PREFIX)}


def _digest(params: Params) -> str:
    first = next(name for name in params if name.startswith(PREFIX))
    return first.partition(".")[0].removeprefix(PREFIX)


def _each(params: Params, count: int) -> list[Params]:
    """Return the parameters of each of several episodes: their own, or the same for all."""
    own = {name: p for name, p in params.items() if name.startswith(PREFIX)}
    usual = dict(module_of(_digest(params)).named_parameters())
    name, tensor = next(iter(own.items()))
    if tensor.dim() == usual[name.partition(".")[2]].dim():
        return [own] * count
    return [{name: p[at] for name, p in own.items()} for at in range(count)]
