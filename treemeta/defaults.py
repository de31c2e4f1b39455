"""Values that are left to the learner, to other options or to the data."""

from typing import Any

SIDE = 28  # pixels of an image, unless a folder is packed at another size
GREY = (1, SIDE)  # the shape of what is no folder: channels, pixels a side
AUTO: Any = "auto"  # what a field of any type may be left to
# The best value of these depends on the learner, so their default is AUTO.
BY_LEARNER: dict[str, dict[str, Any]] = {
    "solved": {
        "network": "conv4",
        "meta_batch_size": 4,
        "meta_step_size": 0.002,
        "direction": "meta_gradient",
        "probe_episodes": 48,
        "min_stability": 0.75,
        "route": "likelihood",
    },
    "reptile": {
        "network": "conv2",
        "meta_batch_size": 5,
        "meta_step_size": 1.0,
        "direction": "head_solved",
        "probe_episodes": 24,
        "min_stability": 0.5,
        "route": "direction",
    },
}
STRETCHES = {"solved": 2, "reptile": 3}  # of a path, if nobody says how often a node is asked
AUTO_TEXT = {
    name: "auto: " + ", ".join(f"{BY_LEARNER[one][name]} with {one}" for one in BY_LEARNER)
    for name in BY_LEARNER["solved"]
} | {
    "split_every": "auto: half of the meta-steps with solved, a third with reptile",
    "gate": "auto: gain with --rule evidence, none with always",
    "channels": "auto: 3 where any image has colour",
}
# What held for trees that were stored before these fields existed.
BEFORE: dict[str, Any] = {
    "learner": "reptile", "gate": "none", "route": "direction", "size": SIDE, "channels": "1",
    "task_split": 0, "held_out": "",
}  # fmt: skip
