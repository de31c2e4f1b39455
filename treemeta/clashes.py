"""Options that do not go together."""

from typing import Any

from treemeta.defaults import GREY, SIDE


def clash_of(config: Any) -> str | None:
    """Return what does not go together in a ``Config``, and the way out."""
    return _of_numbers(config) or _of_own(config) or _of_data(config) or _of_choices(config)


def _of_numbers(config: Any) -> str | None:
    if config.level < 1 / (1 + config.deals):
        return (
            f"--level {config.level} can never be reached with --deals {config.deals}: use at "
            f"least {int(1 / config.level)} deals"
        )
    if config.targets == "auto":
        return None
    if (config.ways == 1) != (config.targets == "numbers"):
        return (
            f"--ways {config.ways} does not go with --targets {config.targets}: classes take 2 or "
            "more, numbers 1"
        )
    images = config.ways * (config.shots + config.queries)
    if config.learner == "reptile" and config.inner_batch_size > images:
        return (
            f"--inner-batch-size {config.inner_batch_size} exceeds an episode's {images} images: "
            "lower it"
        )
    return None


def _of_own(config: Any) -> str | None:
    if (config.network == "own") != bool(config.module):
        return (
            "--network own is a class of torch modules, which only Python can give: "
            'treemeta.grow(data, {"network": Class})'
        )
    if config.network == "own" and config.share != "none":
        return (
            f"--share {config.share} is for networks whose convolutions are known, and yours is "
            "not: leave it out"
        )
    if config.network == "own" and config.of_rows and config.norm == "batch":
        return (
            "the network has batch norm, and a row of a table is answered by itself: use a layer "
            "norm, or none"
        )
    return None


def _of_data(config: Any) -> str | None:
    if config.of_rows:
        return _of_rows(config)
    if config.network in ("mlp", "linear"):
        return (
            f"--network {config.network} is for rows of a table, and --dataset {config.dataset} "
            "has images: use conv2 or conv4"
        )
    if config.targets == "numbers":
        return (
            f"--targets numbers is for tables, and --dataset {config.dataset} has images of "
            "classes: leave it out"
        )
    if not config.of_own_data and config.shape != GREY:
        option = f"--size {config.size}" if config.size != SIDE else f"--channels {config.channels}"
        return (
            f"{option} is for folders of images, and --dataset {config.dataset} is grey, of "
            f"{SIDE} x {SIDE} pixels: leave it out"
        )
    if not config.of_own_data and config.held_out:
        return (
            f"--held-out {config.held_out} is for folders, tables and arrays, and --dataset "
            f"{config.dataset} says what is held out: leave it out, or draw others by --task-split"
        )
    return None


def _of_rows(config: Any) -> str | None:
    usual = {"size": SIDE, "channels": "1", "transform": "", "questions": "", "augment": "none",
             "norm": "none"}  # fmt: skip
    given = [name for name, value in usual.items() if getattr(config, name) != value]
    if config.network.startswith("conv"):
        given.append("network")
    if config.held_out and not config.of_own_data:
        return (
            f"--held-out {config.held_out} is for tables and folders, and --dataset "
            f"{config.dataset} says how many are held out: leave it out"
        )
    if not given:
        return None
    return (
        f"--{given[0]} {getattr(config, given[0])} is for images, and --dataset {config.dataset} "
        "has rows of features: leave it out"
    )


def _of_choices(config: Any) -> str | None:
    if config.learner == "solved" and config.direction == "displacement":
        return (
            "--direction displacement is how far Reptile's inner loop goes, and --learner "
            "solved has none: use meta_gradient or head_solved, or --learner reptile"
        )
    if config.learner == "reptile" and config.augment != "none":
        return f"--augment {config.augment} is for --learner solved: leave it out"
    if config.learner == "reptile" and config.surgery != "none":
        return (
            f"--surgery {config.surgery} is on gradients, and --learner reptile has none of whole "
            "episodes: leave it out, or use --learner solved"
        )
    if config.route == "loo" and config.shots == 1:
        return (
            "--route loo leaves one image of a class out, and with --shots 1 none is left: "
            "use --route likelihood, or two shots"
        )
    soft = config.mix == "soft" or config.candidates != "leaves"
    if config.route == "direction" and soft:
        return (
            f"--mix {config.mix} with --candidates {config.candidates} needs a likelihood, and "
            "--route direction has none: use --route likelihood"
        )
    if (config.route, config.direction, config.shots) == ("direction", "meta_gradient", 1):
        return (
            "--route direction asks queries which way meta_gradient points, and with --shots 1 "
            "a support has none to spare: use --route likelihood, or two shots"
        )
    if config.gate == "gain" and config.rule == "always":
        return "--gate gain asks what --rule always does not: use --rule evidence"
    if config.share != "none" and config.norm == "none" and not config.of_rows:
        return (
            f"--share {config.share} leaves each child its norms, and with --norm none there are "
            "none: use --norm batch, or --share none"
        )
    if config.share == "auto" and config.gate != "gain":
        return (
            "--share auto is for the gate to say: use --rule evidence with --gate gain, or --share "
            "none or trunk"
        )
    return None
