import json
from dataclasses import replace

from treemeta.report.forecast_text import forecast_json, forecast_text
from treemeta.report.text import WIDTH
from treemeta.store.evidence import Conflict, Forecast
from treemeta.tree.outlook import Outlook

ALONE = Outlook(300, 200, 4, 0.0467, (("a", "b", "c"),), (0.5,))
APART = Outlook(
    300, 300, 4, 0.0467, (("a", "b\n"), ("c",)), (0.5, 1.25), (Conflict(0, 1, -0.5, -0.6, -0.4),),
    {"conv1": -0.25, "norm1": 0.5}, Forecast(0.03, 0.01, 0.05),
)  # fmt: skip


def test_an_outlook_is_printed_like_this() -> None:
    assert forecast_text(APART).splitlines() == [
        "step 300: 3 tasks, 2 groups",
        "  2 of mean loss 0.50: a, b\N{REPLACEMENT CHARACTER}",
        "  1 of mean loss 1.25: c",
        "conflict -0.50 (-0.60 to -0.40)",
        "by layer conv1 -0.25, norm1 +0.50",
        "probed 4 episodes a task, 4.7% of the work of training the children",
        "children of 300 more steps are expected to gain +0.030 (+0.010 to +0.050, 90 %) on unseen "
        "tasks: give each group a model of its own",
        "",
        "conflict: cosine of the groups' gradients; below 0, what helps one hurts the other; of",
        "lighter episodes, of fewer images a class, than those by which a tree is split",
        "(90 %): as many of the splits of other data that were tried lie so near",
    ]


def test_one_task_has_nothing_to_share() -> None:
    lines = forecast_text(replace(ALONE, groups=(("a",),))).splitlines()
    assert lines[0] == "step 300: 1 task, one group"
    assert lines[-1] == "one task has none to share a model with"


def test_many_names_are_cut_short() -> None:
    many = replace(ALONE, groups=(tuple(f"a rather long name {i}" for i in range(99)),))
    line = forecast_text(many).splitlines()[1]
    assert len(line) <= WIDTH
    assert line.endswith(" ...")


def test_json_holds_everything() -> None:
    read = json.loads(forecast_json(APART))
    assert read["forecast"] == {"gain": 0.03, "low": 0.01, "high": 0.05}
    assert read["groups"] == [["a", "b\n"], ["c"]]
    assert read["verdict"] == APART.verdict
    assert read.keys() >= {"step", "steps", "episodes", "price", "losses", "conflicts", "layers"}
