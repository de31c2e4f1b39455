import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from tests.conftest import SMALL_SOLVED
from tests.tree.test_answer import DRAWN, QUERY, UNEVEN, router_of
from treemeta.config import Config
from treemeta.declared import make_config
from treemeta.engine.local import Engine
from treemeta.errors import DataError, IntegrityError
from treemeta.store.tensors import arrays_bytes
from treemeta.tree.answer import answer
from treemeta.tree.served import CODE, load, model_of

SOLVED = make_config(SMALL_SOLVED)
LABELS = np.array([UNEVEN.classes[label] for label in UNEVEN.labels])


def written(folder: Path, config: Config) -> tuple[Path, Path]:
    model = model_of(config, router_of(config, "r").inits["r"], {"node": "r"})
    params, said = folder / "p.safetensors", folder / "c.json"
    params.write_bytes(arrays_bytes(model.params))
    said.write_text(json.dumps(model.config))
    return params, said


def test_what_is_registered_serves_what_its_node_answers(tmp_path: Path, engine: Engine) -> None:
    serve = load(*written(tmp_path, SOLVED))
    found = serve({"support": DRAWN[:7].numpy(), "labels": LABELS, "query": QUERY.numpy()})
    expected = answer(SOLVED, router_of(SOLVED, "r"), UNEVEN, QUERY, engine).answers
    assert (found["probabilities"] == expected).all()
    assert found["classes"].tolist() == ["a", "b", "c"]
    assert found["answers"].tolist() == ["abc"[at] for at in expected.argmax(1)]


def test_labels_are_as_many_as_inputs(tmp_path: Path) -> None:
    serve = load(*written(tmp_path, SOLVED))
    with pytest.raises(DataError, match="7 inputs of a support have 6 labels"):
        serve({"support": DRAWN[:7].numpy(), "labels": LABELS[:6], "query": QUERY.numpy()})


def test_parameters_of_another_network_are_refused(tmp_path: Path) -> None:
    params, said = written(tmp_path, SOLVED)
    other = asdict(make_config(SMALL_SOLVED | {"filters": 4}))
    said.write_text(json.dumps({"config": other}))
    with pytest.raises(IntegrityError, match="not of the network"):
        load(params, said)


def test_it_says_what_it_is_asked(small_config: Config) -> None:
    model = model_of(small_config, router_of(small_config, "r").inits["r"], {"node": "r"})
    assert model.asked["query"] == (np.float32, (-1, 1, 28, 28))
    assert model.config["node"] == "r"
    assert model.code == CODE
    assert CODE.is_file()
