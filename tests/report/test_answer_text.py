import json
from io import StringIO

import numpy as np
import pandas as pd

from tests.trees import HOSTILE
from treemeta.report.answer_text import Told, answer_csv, answer_json, answered_by

TOLD = Told(
    ["a.png", "b/=x.png"], ["bar", "cross"], np.array([[0.25, 0.75], [0.5, 0.5]], np.float32)
)


def test_csv() -> None:
    assert answer_csv(TOLD) == ("file,class,probability\na.png,cross,0.75\nb/=x.png,bar,0.5\n")


def test_csv_has_the_digits_that_are_known() -> None:
    odd = np.array([[1 / 3, 2 / 3]], np.float32)
    assert answer_csv(Told(["a"], ["x", "y"], odd)).endswith("a,y,0.666667\n")
    numbers = np.array([123456.7, 1e-9])
    assert answer_csv(Told([1, 2], (), numbers, "row")).endswith("1,123457.0\n2,1e-09\n")


def test_who_answered_is_told_where_there_was_a_choice() -> None:
    assert answered_by({"r": 1.0}, None) == ""
    assert answered_by({"r0": 0.004, "r10": 0.1, "r1": 0.896}, 2.25) == (
        "answered by r1 90%, r10 10%; the likeliest leads by 2.2 in log likelihood"
    )
    assert answered_by({"r1": 0.5, "r0": 0.5}, None) == "answered by r0 50%, r1 50%"


def test_json_has_every_probability_to_the_last_bit() -> None:
    odd = Told(["a"], ["x", "y"], np.array([[1 / 3, 2 / 3]], np.float32))
    told = json.loads(answer_json(odd, {"tree": "f"}))
    assert (told["tree"], told["classes"]) == ("f", ["x", "y"])
    values = [told["answers"][0]["probabilities"][name] for name in "xy"]
    assert (np.array(values, np.float32) == odd.answers[0]).all()


def test_hostile_names_are_harmless() -> None:
    names = [*HOSTILE, "=cmd|x", "\udcff.png", "\x1b[31mred"]
    told = Told(names, HOSTILE[:2], np.tile(np.float32([0.1, 0.9]), (len(names), 1)))
    text = answer_csv(told)
    assert all(character.isprintable() or character == "\n" for character in text)
    table = pd.read_csv(StringIO(text), keep_default_na=False)
    assert len(table) == len(names)
    assert "'=cmd|x" in table["file"].tolist()
    assert [one["file"] for one in json.loads(answer_json(told, {}))["answers"]] == names


NUMBERS = Told(range(1, 3), (), np.array([0.5, -2]), "row")


def test_numbers_are_told_by_row() -> None:
    assert answer_csv(NUMBERS) == "row,target\n1,0.5\n2,-2.0\n"
    assert json.loads(answer_json(NUMBERS, {"tree": "f"})) == {
        "tree": "f",
        "answers": [{"row": 1, "target": 0.5}, {"row": 2, "target": -2.0}],
    }


def test_classes_of_rows_are_told_by_row() -> None:
    told = Told(range(1, 3), ["a", "b"], TOLD.answers, "row")
    assert answer_csv(told) == "row,class,probability\n1,b,0.75\n2,a,0.5\n"
