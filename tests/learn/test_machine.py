import torch

from treemeta.learn.machine import machine_fingerprint


def test_the_fingerprint_is_stable_and_names_what_matters() -> None:
    first = machine_fingerprint()
    assert first == machine_fingerprint()
    assert first["torch"] == torch.__version__.split("+")[0] or first["torch"] == torch.__version__
    assert len(first["probe"]) == 16
