"""What the last bits of a result depend on besides the config."""

import hashlib
import platform
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

import numpy as np
import torch

from treemeta.config import Config
from treemeta.engine.process import tune_process
from treemeta.learn.inner import adapt
from treemeta.learn.network import init_params
from treemeta.learn.params import flatten
from treemeta.randomness import generator


def machine_fingerprint(device: str = "cpu") -> dict[str, Any]:
    """Return versions, device, CPU capability and the digests of a short training probe on one
    thread of the CPU and of products of numpy's.

    Two machines with the same fingerprint continue each other's training in the same bits.
    """
    tune_process()
    # Of all learners the same probe: a fingerprint outlives the defaults of a config.
    config = Config(learner="reptile")
    rng = generator(0, "machine")
    images = torch.from_numpy(rng.random((10, 1, 28, 28), dtype="float32"))
    params, _ = adapt(
        config,
        init_params(config, rng),
        images,
        torch.arange(10) % config.ways,
        np.arange(10)[None].repeat(3, axis=0),
    )
    matrix = rng.standard_normal((48, 512), dtype="float32")
    products = matrix @ matrix.T  # numpy's kernels are others than torch's, and so are its CPUs
    return {
        "python": platform.python_version(),
        "torch": version("torch"),
        "numpy": version("numpy"),
        "device": device if device == "cpu" else torch.cuda.get_device_name(),
        "cpu": torch.backends.cpu.get_cpu_capability(),
        "probe": hashlib.sha256(flatten(params).numpy().tobytes()).hexdigest()[:16],
        "products": hashlib.sha256(products.tobytes()).hexdigest()[:16],
    }


def changed(then: Mapping[str, Any], here: Mapping[str, Any]) -> list[str]:
    """Return what differs between two fingerprints; older ones tell less."""
    return [key for key in here if then.get(key, here[key]) != here[key]]
