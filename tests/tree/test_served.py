import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
import torch

from tests.conftest import SMALL_SOLVED
from tests.learn.functions import NUMBERS
from tests.tree.test_answer import DRAWN, QUERY, UNEVEN, router_of
from treemeta.config import Config
from treemeta.declared import make_config
from treemeta.engine.local import Engine
from treemeta.errors import DataError, IntegrityError
from treemeta.randomness import generator
from treemeta.store.tensors import arrays_bytes
from treemeta.tasks.support import Labelled, labelled
from treemeta.tasks.units import Units
from treemeta.tree.answer import answer
from treemeta.tree.served import CODE, load, model_of

SOLVED = make_config(SMALL_SOLVED)
LABELS = np.array([UNEVEN.classes[label] for label in UNEVEN.labels])


def written(folder: Path, config: Config, units: Units | None = None) -> tuple[Path, Path]:
    model = model_of(config, router_of(config, "r").inits["r"], units, {"node": "r"})
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


def test_a_node_of_numbers_is_asked_and_answers_in_their_own_units(
    tmp_path: Path, engine: Engine
) -> None:
    units = Units((5.0, -3.0), (2.0, 10.0), 100.0, 7.0)
    serve = load(*written(tmp_path, NUMBERS, units))
    drawn = torch.from_numpy(generator(0, "rows").standard_normal((9, 2), dtype="float32"))
    support = Labelled((), drawn[:6], drawn[:6].sum(1))
    expected = answer(NUMBERS, router_of(NUMBERS, "r"), support, drawn[6:], engine).answers
    rows, labels = drawn.numpy() * [2, 10] + [5, -3], support.labels.numpy() * 7 + 100
    found = serve({"support": rows[:6], "labels": labels, "query": rows[6:]})
    assert list(found) == ["answers"]
    assert found["answers"] == pytest.approx(expected * 7 + 100, rel=1e-5)
    with pytest.raises(DataError, match="grown on rows"):
        serve({"support": rows[:6, :1], "labels": labels, "query": rows[6:]})


def test_a_node_of_classes_of_rows_is_asked_in_their_own_units(
    tmp_path: Path, engine: Engine
) -> None:
    config = make_config({"dataset": "clouds.csv", "features": 2, "targets": "classes"})
    units = Units((5.0, -3.0), (2.0, 10.0))
    drawn = torch.from_numpy(generator(0, "rows").standard_normal((9, 2), dtype="float32"))
    support = labelled(drawn[:6], list("abcabc"))
    expected = answer(config, router_of(config, "r"), support, drawn[6:], engine).answers
    serve = load(*written(tmp_path, config, units))
    rows = drawn.numpy() * [2, 10] + [5, -3]
    found = serve({"support": rows[:6], "labels": np.array(list("abcabc")), "query": rows[6:]})
    assert found["probabilities"] == pytest.approx(expected, rel=1e-4)
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
    model = model_of(small_config, router_of(small_config, "r").inits["r"], None, {"node": "r"})
    assert model.asked["query"] == (np.float32, (-1, 1, 28, 28))
    assert model.config["node"] == "r"
    assert model.code == CODE
    assert CODE.is_file()
