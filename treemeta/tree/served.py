"""A node by itself: its parameters, its config and, of rows, the units of its data, away from the
tree that it was grown in."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from treemeta.config import Config
from treemeta.engine.local import Engine
from treemeta.errors import DataError, IntegrityError
from treemeta.learn.learner import fresh_init
from treemeta.learn.params import Params, fits, from_arrays, to_arrays
from treemeta.store.documents import parse_json, typed
from treemeta.store.model_version import fetch_model
from treemeta.store.models import Model
from treemeta.store.records import ROOT
from treemeta.store.registry import open_registry
from treemeta.store.serving import Serve
from treemeta.store.tensors import Arrays, load_arrays
from treemeta.tasks.support import Labelled, inputs_from, labelled, support_from
from treemeta.tasks.units import Units
from treemeta.tree.answer import answer
from treemeta.tree.route import Router
from treemeta.tree.stored import config_of

CODE = Path(__file__).with_name("node_model.py")


@dataclass(frozen=True)
class Adaptable:
    """A node's model: what it learned and by which config, to answer or to be trained on, and the
    ``units`` in which it sees rows."""

    config: Config
    params: Params
    units: Units | None = None

    def answer(self, support: Labelled, query: torch.Tensor, engine: Engine) -> np.ndarray:
        """Return the probabilities of queries ``Tensor[q, *shape]``, ``float32[q, classes]``, or
        the numbers that they are expected to be, ``float32[q]``."""
        router = Router({ROOT: self.params}, {})
        return answer(self.config, router, support, query, engine).answers


def restore(uri: str, which: str) -> Adaptable:
    """Return a registered model, ``NAME@ALIAS`` or ``NAME/VERSION``, of the registry at an address:
    its config, parameters and units, checked; nothing that is stored is run."""
    return _adaptable(*fetch_model(open_registry(uri), which))


def model_of(
    config: Config, params: Params, units: Units | None, about: Mapping[str, Any]
) -> Model:
    """Return what is registered of a node: ``units`` are those of its data, of rows, and ``about``
    is what its config says beside."""
    numbers = config.targets == "numbers"
    inputs = np.float32, (-1, *config.shape, *config.shape[1:])  # images are square
    labels = (np.float32 if numbers else str), (-1,)
    classes = {"classes": labels, "answers": labels, "probabilities": (np.float32, (-1, -1))}
    return Model(
        to_arrays(params),
        {**about, "config": asdict(config), "units": asdict(units) if units else None},
        CODE,
        {"support": inputs, "labels": labels, "query": inputs},
        {"answers": (np.float64, (-1,))} if numbers else classes,
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
    them, or rows in the data's own units. It answers with the ``classes``, ``str[classes]``, by
    name, their ``probabilities``, ``float32[q, classes]``, and the likeliest of each query,
    ``answers``, ``str[q]``. Where it tells numbers, these are ``labels``, ``float32[n]``, and
    ``answers``, ``float64[q]``, and there is no more to say.
    """
    shown, query = _rows(model, asked) if model.config.of_rows else _images(asked)
    told = model.answer(shown, query, engine)
    if not shown.classes:
        return {"answers": model.units.told(told) if model.units else told.astype(np.float64)}
    classes = np.array(shown.classes)
    return {"classes": classes, "answers": classes[told.argmax(1)], "probabilities": told}


def _rows(model: Adaptable, asked: Mapping[str, Any]) -> tuple[Labelled, torch.Tensor]:
    labels = asked["labels"]
    named = labels if model.config.targets == "numbers" else [str(label) for label in labels]
    shown = support_from(model.config, model.units, asked["support"], named)
    return shown, inputs_from(model.config, model.units, asked["query"])


def _images(asked: Mapping[str, Any]) -> tuple[Labelled, torch.Tensor]:
    support, query = (
        torch.from_numpy(np.array(asked[key], dtype=np.float32)) for key in ("support", "query")
    )
    labels = [str(label) for label in asked["labels"]]
    if len(labels) != len(support):
        raise DataError(f"{len(support)} inputs of a support have {len(labels)} labels")
    return labelled(support, labels), query


def _adaptable(arrays: Arrays, document: Any) -> Adaptable:
    config = config_of(document["config"])
    if not fits(arrays, fresh_init(config)):
        raise IntegrityError(
            "the parameters of a model are not of the network that its config describes: restore "
            "the file"
        )
    units = document.get("units")  # there were none of rows before
    return Adaptable(config, from_arrays(arrays), typed(units, Units) if units else None)
