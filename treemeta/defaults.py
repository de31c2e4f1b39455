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
# And of these on what is learned: rows of a table instead of images, numbers instead of classes.
BY_ROWS: dict[str, Any] = {"network": "mlp", "norm": "none"}
BY_ROWS_SOLVED: dict[str, Any] = {"meta_batch_size": 25, "meta_step_size": 0.003}
WAYS = {"classes": 5, "numbers": 1}
META_STEPS = 1500
STRETCHES = {"solved": 2, "reptile": 3}  # of a path, if nobody says how often a node is asked
BY_LEARNER_TEXT = {
    name: "auto: " + ", ".join(f"{BY_LEARNER[one][name]} with {one}" for one in BY_LEARNER)
    for name in BY_LEARNER["solved"]
}
AUTO_TEXT = BY_LEARNER_TEXT | {
    "network": BY_LEARNER_TEXT["network"] + "; mlp for rows of a table",
    "meta_batch_size": BY_LEARNER_TEXT["meta_batch_size"] + "; 25 of rows with solved",
    "meta_step_size": BY_LEARNER_TEXT["meta_step_size"] + "; 0.003 for rows with solved",
    "meta_steps": f"auto: {META_STEPS}, mostly fewer where a table has few rows",
    "split_every": "auto: half of the meta-steps with solved, a third with reptile; sooner where "
    "a table has few rows",
    "gate": "auto: gain with --rule evidence, none with always",
    "channels": "auto: 3 where any image has colour",
    "norm": "auto: batch, none for rows of a table",
    "targets": "auto: numbers of functions and of tables with a column target",
    "ways": "auto: 5, 1 where targets are numbers",
    "mix": "auto: hard, with solved soft where targets are numbers",
}
# What held for trees that were stored before these fields existed.
BEFORE: dict[str, Any] = {
    "learner": "reptile", "gate": "none", "route": "direction", "size": SIDE, "channels": "1",
    "task_split": 0, "held_out": "", "features": 0, "targets": "classes", "module": "",
}  # fmt: skip


def chosen_of(config: Any) -> dict[str, Any]:
    """Return the values of options that are left to others, as far as these say them: what depends
    on data that are not read yet is not there."""
    learner = config.learner if isinstance(config.learner, str) else ""
    chosen: dict[str, Any] = {"gate": "gain" if config.rule == "evidence" else "none"}
    chosen |= {"norm": "batch"} | BY_LEARNER.get(learner, {})
    if config.features or not (config.of_rows and config.of_own_data):  # else see tasks/pace.py
        chosen["meta_steps"] = META_STEPS
        steps = META_STEPS if config.meta_steps == AUTO else config.meta_steps
        if isinstance(steps, int):
            chosen["split_every"] = max(1, -(-steps // STRETCHES.get(learner, 1)))
    if config.of_rows or not config.of_own_data:
        chosen["channels"] = "1"
    if config.of_rows:
        chosen |= BY_ROWS | (BY_ROWS_SOLVED if learner == "solved" else {})
    targets = config.targets
    if targets == AUTO and not (config.of_rows and config.of_own_data):
        chosen["targets"] = targets = "numbers" if config.of_rows else "classes"
    if isinstance(targets, str) and targets in WAYS:
        soft = (targets, learner) == ("numbers", "solved")
        chosen |= {"ways": WAYS[targets], "mix": "soft" if soft else "hard"}
    return chosen
