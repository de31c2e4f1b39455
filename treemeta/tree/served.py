"""A node by itself: its parameters and its config, away from the tree that it was grown in."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from treemeta.config import Config
from treemeta.engine.local import Engine
from treemeta.errors import ConfigError, DataError, IntegrityError
from treemeta.learn.learner import learner_of
from treemeta.learn.params import Params, fits, from_arrays, to_arrays
from treemeta.randomness import generator
from treemeta.store.documents import parse_json
from treemeta.store.model_version import fetch_model
from treemeta.store.models import Model
from treemeta.store.records import ROOT
from treemeta.store.registry import open_registry
from treemeta.store.serving import Serve
from treemeta.store.tensors import Arrays, load_arrays
from treemeta.tasks.support import Labelled, labelled
from treemeta.tree.answer import answer
from treemeta.tree.route import Router
from treemeta.tree.stored import config_of

CODE = Path(__file__).with_name("node_model.py")


@dataclass(frozen=True)
class Adaptable:
    """A node's model: what it learned and by which config, to answer or to be trained on."""

    config: Config
    params: Params

    def answer(self, support: Labelled, query: torch.Tensor, engine: Engine) -> np.ndarray:
        """Return the probabilities of queries ``Tensor[q, *shape]``, ``float32[q, classes]``."""
        router = Router({ROOT: self.params}, {})
        return answer(self.config, router, support, query, engine).answers


def restore(uri: str, which: str) -> Adaptable:
    """Return a registered model, ``NAME@ALIAS`` or ``NAME/VERSION``, of the registry at an address:
    its config and its parameters, checked; nothing that is stored is run."""
    return _adaptable(*fetch_model(open_registry(uri), which))


def model_of(config: Config, params: Params, about: Mapping[str, Any]) -> Model:
    """Return what is registered of a node: ``about`` is what its config says beside. Raises
    ``ConfigError`` for one that tells numbers."""
    if config.targets == "numbers":
        raise ConfigError("the tree tells numbers, and nodes that tell classes can be registered")
    inputs = np.float32, (-1, *config.shape, *config.shape[1:])  # images are square
    return Model(
        to_arrays(params),
        {**about, "config": asdict(config)},
        CODE,
        {
            "support": inputs,
            "labels": (str, (-1,)),
            "query": inputs,
        },
        {
            "classes": (str, (-1,)),
            "answers": (str, (-1,)),
            "probabilities": (np.float32, (-1, -1)),
        },
    )


def load(params: Path, config: Path) -> Serve:
    """Return what serves the model in two files: see ``serve``."""
    model = _adaptable(load_arrays(params), parse_json(config.read_bytes()))
    engine = Engine(1)
    return lambda asked: serve(model, asked, engine)


def serve(model: Adaptable, asked: Mapping[str, Any], engine: Engine) -> dict[str, np.ndarray]:
    """Return what a model answers.

    It is asked with a ``support``, ``float32[n, *shape]``, the ``labels`` of it, ``str[n]``, and a
    ``query``, ``float32[q, *shape]``: images in [0, 1], ink 1 on 0, as ``tasks/support.py`` reads
    them. It answers with the ``classes``, ``str[classes]``, by name, their ``probabilities``,
    ``float32[q, classes]``, and the likeliest of each query, ``answers``, ``str[q]``.
    """
    support, query = (
        torch.from_numpy(np.array(asked[key], dtype=np.float32)) for key in ("support", "query")
    )
    labels = [str(label) for label in asked["labels"]]
    if len(labels) != len(support):
        raise DataError(f"{len(support)} inputs of a support have {len(labels)} labels")
    shown = labelled(support, labels)
    probabilities = model.answer(shown, query, engine)
    classes = np.array(shown.classes)
    return {
        "classes": classes,
        "answers": classes[probabilities.argmax(1)],
        "probabilities": probabilities,
    }


def _adaptable(arrays: Arrays, document: Any) -> Adaptable:
    config = config_of(document["config"])
    if not fits(arrays, learner_of(config).fresh_init(config, generator(config.seed, "init"))):
        raise IntegrityError(
            "the parameters of a model are not of the network that its config describes: restore "
            "the file"
        )
    return Adaptable(config, from_arrays(arrays))
