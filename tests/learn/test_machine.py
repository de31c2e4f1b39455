import torch

from treemeta.learn.machine import changed, machine_fingerprint


def test_the_fingerprint_is_stable_and_names_what_matters() -> None:
    first = machine_fingerprint()
    assert first == machine_fingerprint()
    assert first["torch"] == torch.__version__.split("+")[0] or first["torch"] == torch.__version__
    assert len(first["probe"]) == 16


def test_a_fingerprint_that_tells_less_differs_only_in_what_it_tells() -> None:
    here = {"torch": "2", "probe": "a", "products": "b"}
    assert changed({"torch": "2", "probe": "a"}, here) == []
    assert changed({"torch": "2", "probe": "c"}, here) == ["probe"]
    assert changed(here | {"products": "c"}, here) == ["products"]
