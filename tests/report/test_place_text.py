import csv
import json
from dataclasses import replace
from io import StringIO

import pandas as pd

from tests.trees import HOSTILE
from treemeta.report.cells import plain
from treemeta.report.place_text import place_csv, place_json, place_text
from treemeta.tree.placed import Neighbour, Placed

NEAR = (Neighbour("Greek", 0.514, 0.4, 0.628), Neighbour("=cmd|x", 0.3, None, None))
HAND = Placed("hand", "r0", {"r0": 0.75, "r1": 0.25}, 3.25, 0.8, 4, 2, NEAR)
FEW = Placed("few", "r1", {"r0": 0.0, "r1": 1.0}, None, None, 4, 0)


def test_text() -> None:
    assert place_text([HAND, FEW], "accuracy") == (
        "task  node  lead  accuracy  shares\n"
        "hand  r0    3.2   0.800     r0 75%  r1 25%\n"
        "  nearest: Greek 0.51 (0.40 to 0.63), =cmd|x 0.30\n"
        "few   r1                    r1 100%\n"
        "  too few inputs to say which known tasks are nearest\n"
        "\n"
        "lead: by how much log likelihood the likeliest node led, on average\n"
        "accuracy: mean of n = 4 episodes of the task\n"
        "shares: of its episodes, or of their weight, that a node answered\n"
        "nearest: cosine of directions, across halves of episodes (95 % interval)"
    )


def test_only_what_is_told_is_explained() -> None:
    assert place_text([FEW], "mse").partition("\n\n")[2] == (
        "shares: of its episodes, or of their weight, that a node answered"
    )
    more = replace(HAND, episodes=9)
    assert "accuracy: mean of n = 4 to 9 episodes" in place_text([HAND, more], "accuracy")


def test_csv_reads_back() -> None:
    table = pd.read_csv(StringIO(place_csv([HAND, FEW], "accuracy")))
    assert table["task"].tolist() == ["hand", "few"]
    assert table["share/r0"].tolist() == [0.75, 0.0]
    assert table["nearest1"][0] == "Greek"
    assert table["nearest2"][0] == "'=cmd|x"
    assert table["high1"][0] == 0.628
    assert table.loc[1, ["margin", "accuracy", "nearest1", "low2"]].isna().all()


def test_json_says_all() -> None:
    told = json.loads(place_json([HAND, FEW], "accuracy", {"tree": "f"}))
    assert told["tree"] == "f"
    assert told["tasks"][0]["nearest"][0]["task"] == "Greek"
    assert told["tasks"][1] | {"nearest": ()} == vars(FEW)


def test_hostile_names_are_harmless() -> None:
    placed = [Placed(name, "r", {"r": 1.0}, None, None, 1, 0) for name in HOSTILE]
    assert all(line.isprintable() for line in place_text(placed, "mse").splitlines())
    told = [one["task"] for one in json.loads(place_json(placed, "mse", {}))["tasks"]]
    assert told == HOSTILE
    rows = csv.DictReader(StringIO(place_csv(placed, "mse"), newline=""))
    read = [plain(row["task"]) for row in rows]
    assert [name for name in HOSTILE if name not in read] == ["\r"]  # which pandas does not quote


def test_numbers_are_told_by_their_errors() -> None:
    assert place_text([HAND], "mse").startswith("task  node  lead  mse    shares\n")
    assert "mse" in pd.read_csv(StringIO(place_csv([HAND], "mse"))).columns
    told = json.loads(place_json([HAND], "mse", {}))
    assert (told["metric"], told["tasks"][0]["mse"]) == ("mse", 0.8)
    assert "accuracy" not in told["tasks"][0]
