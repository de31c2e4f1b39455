import numpy as np

from tests.tree.planted import planted_probe
from treemeta.randomness import generator
from treemeta.tree.products import gram, products, variance

TRUTH = np.arange(12) % 3


def test_products_are_those_of_centred_means() -> None:
    probe = planted_probe(TRUTH, generator(0))
    a, b = probe.directions.mean(2).swapaxes(0, 1).astype(float)
    a, b = a - a.mean(0), b - b.mean(0)
    found = products(gram(probe))
    assert np.allclose(found.ab, a @ b.T, atol=1e-3)
    assert np.allclose(found.aa, a @ a.T, atol=1e-3)


def test_the_variance_between_tasks_is_free_of_noise() -> None:
    none = [
        variance(products(gram(planted_probe(TRUTH, generator(s), signal=0)))) for s in range(40)
    ]
    some = variance(products(gram(planted_probe(TRUTH, generator(0), signal=1.0))))
    assert abs(np.mean(none)) < 0.002
    assert some > 0.05
