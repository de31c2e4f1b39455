import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.conftest import SMALL_SOLVED, Run, flags
from tests.tree.test_place import write_tasks
from treemeta.errors import some_of
from treemeta.report.answer_text import answered_by
from treemeta.store.registry import open_registry
from treemeta.tasks.dataset import Dataset
from treemeta.tasks.support import read_queries, read_support
from treemeta.tree.served import restore

FRESH = """
import json, sys
import numpy as np
import pandas as pd
import mlflow
mlflow.set_tracking_uri(sys.argv[1])
asked = np.load("asked.npz")
for address in sys.argv[2:]:
    model = mlflow.pyfunc.load_model(address)
    assert model.metadata.signature.inputs.input_names() == ["support", "labels", "query"]
    found = model.predict({name: asked[name] for name in asked})
    print(json.dumps({name: values.tolist() for name, values in found.items()}))
"""


def served(uri: str, *addresses: str) -> list[dict[str, Any]]:
    """Return what models answer to ``asked.npz`` where MLflow alone loads them."""
    fresh = [sys.executable, "-c", FRESH, uri, *addresses]
    ended = subprocess.run(fresh, capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (0, "")
    return [json.loads(line) for line in ended.stdout.splitlines()]


@pytest.fixture
def laid(tree: Path, small: Dataset) -> Path:
    """A support and queries beside a trained tree's registry."""
    name = small.select("test")[0].name
    write_tasks(tree / "support", small, [name], images=3)
    (tree / "support" / name).rename(tree / "s")
    for folder in sorted((tree / "s").iterdir())[3:]:
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()
    write_tasks(tree / "q", small, [name])
    return tree


def test_predictions_are_csv_json_and_written(laid: Path, treemeta: Run) -> None:
    said = treemeta("predict", "latest", "--support=s", "--query=q", "--workers=1")
    strange = sorted({path.name for path in Path("q").glob("*/*")} - set(os.listdir("s")))
    note = f"the support has no class {some_of(strange)}: images there are told as classes that it "
    assert said.returncode == 0, said.stderr
    first, by = said.stderr.splitlines()
    assert first == f"{note}has"
    rows = [line.split(",") for line in said.stdout.splitlines()]
    assert rows[0] == ["file", "class", "probability"]
    assert len(rows) == 1 + 36
    command = ("predict", "latest", "--support=s", "--query=q", "--workers=2")
    told = json.loads(treemeta(*command, "--json").stdout)
    assert [[a["file"], a["class"]] for a in told["answers"]] == [row[:2] for row in rows[1:]]
    assert told["classes"] == sorted(path.name for path in Path("s").iterdir())
    wrote = treemeta(*command, "--export=p.csv")
    assert by == answered_by(told["weights"], told["margin"]) != ""
    assert (wrote.returncode, wrote.stdout) == (0, "")
    assert wrote.stderr.splitlines() == [first, by, "wrote p.csv"]
    assert Path("p.csv").read_text() == said.stdout
    assert treemeta(*command, "--export=p.json").returncode == 0
    assert json.loads(Path("p.json").read_text()) == told
    one = Path("q") / told["answers"][7]["file"]
    alone = json.loads(treemeta(*command[:3], f"--query={one}", "--json").stdout)
    assert alone["answers"][0]["probabilities"] == told["answers"][7]["probabilities"]


def test_mlflow_serves_a_node_to_the_last_bit_and_gives_it_back(
    laid: Path, registry_template: Path, treemeta: Run
) -> None:
    uri = f"sqlite:///{laid}/registry/mlflow.db"
    (laid / "registry").mkdir()
    (laid / "registry" / "mlflow.db").write_bytes(registry_template.read_bytes())
    settings = flags(**SMALL_SOLVED | {"meta_steps": 2, "split_every": 1, "rule": "always"})
    trained = treemeta("train", "--workers=1", *settings, MLFLOW_TRACKING_URI=uri)
    assert trained.returncode == 0, trained.stderr
    command = ("predict", "latest", "--support=s", "--query=q", "--json")
    told = json.loads(treemeta(*command, MLFLOW_TRACKING_URI=uri).stdout)
    (node,) = [name for name, weight in told["weights"].items() if weight]
    register = ("tree", "register", "latest", node, "--name=shapes", "--alias=champion")
    made = treemeta(*register, MLFLOW_TRACKING_URI=uri)
    assert (made.returncode, made.stdout) == (0, "models:/shapes@champion\n"), made.stderr
    shown, reading = read_support(Path("s"), (1, 28))
    asked = read_queries(Path("q"), (1, 28), reading)
    labels = np.array([shown.classes[label] for label in shown.labels])
    np.savez("asked.npz", support=shown.inputs, labels=labels, query=asked.inputs)
    (found,) = served(uri, "models:/shapes@champion")
    assert found["classes"] == told["classes"]
    assert found["answers"] == [one["class"] for one in told["answers"]]
    assert found["probabilities"] == [
        list(one["probabilities"].values()) for one in told["answers"]
    ]
    back = restore(uri, "shapes@champion")
    assert back.config.learner == "solved"
    assert open_registry(uri).client.get_registered_model("shapes").name == "shapes"


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--support=none", "--query=q"], 3, "'none' is no folder"),
        (["--support=s", "--query=none"], 3, "no folder and no image at 'none'"),
        (["--support=s", "--query=q", "--export=p.xml"], 2, "ends in none of .csv, .json"),
        (["--support=two", "--query=q"], 2, "2 classes, and the head of this tree"),
    ],
)
def test_bad_input_is_told_in_a_sentence(
    laid: Path, treemeta: Run, arguments: list[str], code: int, said: str
) -> None:
    for folder in sorted(Path("s").iterdir())[:2]:
        (Path("two") / folder.name).mkdir(parents=True)
        (Path("two") / folder.name / "1.png").write_bytes(next(folder.iterdir()).read_bytes())
    ended = treemeta("predict", "latest", *arguments)
    assert (ended.returncode, ended.stdout) == (code, "")
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr


def divide(task: str, known: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Write so many rows of each class of a held-out task as support, the others, of which nobody
    says what they are, as queries; return both."""
    held = pd.read_csv("held.csv")
    held = held[held["task"] == task]
    kind = "class" if "class" in held else "target"
    number = held.groupby("class").cumcount() if kind == "class" else np.arange(len(held))
    shown, asked = held[number < known], held[number >= known]
    shown.to_csv("s.csv", index=False)
    asked.drop(columns=["task", kind]).to_csv("q.csv", index=False)
    return shown, asked


ROWS = ("predict", "latest", "--support=s.csv", "--query=q.csv", "--workers=1")


@pytest.mark.parametrize("targets", ["numbers"])
@pytest.mark.parametrize("task", ["line0009", "line0010", "ripple0009"])
def test_a_function_that_was_held_out_is_told(of_rows: Path, treemeta: Run, task: str) -> None:
    _, asked = divide(task, 20)
    said = treemeta(*ROWS, "--export=p.csv")
    assert said.returncode == 0, said.stderr
    by, wrote = said.stderr.splitlines()
    assert (by.startswith("answered by r"), wrote) == (True, "wrote p.csv")
    found = pd.read_csv("p.csv")
    assert list(found.columns) == ["row", "target"]
    assert found["row"].tolist() == list(range(1, 21))
    error = float(((found["target"].to_numpy() - asked["target"].to_numpy()) ** 2).mean())
    assert error < 0.15  # the noise alone is 0.01, the variance of all targets above 10
    told = json.loads(treemeta(*ROWS, "--json").stdout)
    assert [one["row"] for one in told["answers"]] == found["row"].tolist()
    # Of csv's digits no more are known.
    assert [one["target"] for one in told["answers"]] == pytest.approx(found["target"], rel=1e-5)
    assert sum(told["weights"].values()) == pytest.approx(1)


@pytest.mark.parametrize("targets", ["classes"])
def test_clouds_that_are_far_apart_are_told_apart(of_rows: Path, treemeta: Run) -> None:
    for task in pd.read_csv("held.csv")["task"].unique():
        _, asked = divide(task, 3)
        said = treemeta(*ROWS)
        assert said.returncode == 0, said.stderr
        found = pd.read_csv(StringIO(said.stdout))
        assert list(found.columns) == ["row", "class", "probability"]
        assert found["class"].tolist() == asked["class"].tolist()


@pytest.mark.parametrize("targets", ["numbers"])
def test_mlflow_serves_nodes_of_numbers_in_their_own_units(of_rows: Path, treemeta: Run) -> None:
    shown, asked = divide("line0009", 20)
    told = json.loads(treemeta(*ROWS, "--json").stdout)
    weights = {node: weight for node, weight in told["weights"].items() if weight}
    register = ("tree", "register", "latest")
    made = [treemeta(*register, node, f"--name={node}") for node in weights]
    assert [one.returncode for one in made] == [0] * len(weights), made[0].stderr
    table = {
        "support": shown[["x0", "x1"]],
        "labels": shown["target"],
        "query": asked[["x0", "x1"]],
    }
    np.savez("asked.npz", **{name: part.to_numpy(np.float32) for name, part in table.items()})
    found = served(os.environ["MLFLOW_TRACKING_URI"], *(one.stdout.strip() for one in made))
    whole = np.dot([*weights.values()], [one["answers"] for one in found])
    assert whole == pytest.approx([one["target"] for one in told["answers"]], rel=1e-4)


@pytest.mark.parametrize("targets", ["numbers"])
def test_rows_that_are_none_are_told_in_a_sentence(of_rows: Path, treemeta: Run) -> None:
    shown, _ = divide("line0009", 20)
    shown.rename(columns={"target": "class"}).to_csv("classes.csv", index=False)
    shown[["x1", "x0"]].set_axis(["x0", "z"], axis=1).to_csv("other.csv", index=False)
    Path("images").mkdir()
    for support, query, code, said in (
        ("s.csv", "images", 2, "'images' is none of them: name a table"),
        ("images", "q.csv", 2, "'images' is none of them: name a table"),
        ("no.csv", "q.csv", 3, "table 'no.csv' cannot be read"),
        ("q.csv", "q.csv", 3, "it takes either class or target"),
        ("classes.csv", "q.csv", 3, "has the column class, and the tree tells numbers"),
        ("s.csv", "other.csv", 3, "features called 'z', where those of the tree's rows are 'x1'"),
    ):
        ended = treemeta("predict", "latest", f"--support={support}", f"--query={query}")
        assert (ended.returncode, ended.stdout) == (code, ""), said
        assert said in ended.stderr
        assert ended.stderr.count("\n") == 1
