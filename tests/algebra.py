"""What tests say of parameters beside what training needs."""

from treemeta.learn.params import Params, add


def subtract(a: Params, b: Params) -> Params:
    """Return ``a - b``, entry by entry."""
    return add(a, b, -1.0)
