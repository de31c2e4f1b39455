"""Every hyper-parameter once. ``Config`` is what a tree is a function of."""

import hashlib
import json
from dataclasses import asdict, dataclass, fields
from typing import Literal

from treemeta.clashes import clash_of
from treemeta.defaults import AUTO, SIDE, chosen_of
from treemeta.errors import ConfigError
from treemeta.kinds import is_own, is_rows
from treemeta.option import POSITIVE, check_value, option, told_later


@dataclass(frozen=True)
class Config:
    """A whole experiment. The same config and data give the same tree, bit for bit."""

    arm: Literal["tree", "joint", "scratch"] = option(
        "tree", "grow a tree, train one init without splits, or train nothing at all"
    )
    learner: Literal["solved", "reptile"] = option(
        "solved", "learn with the head solved inside the loss (R2-D2), or by Reptile"
    )
    dataset: str = option(
        "glyphs",
        "glyphs[:families=3,scripts=5,...], functions[:functions=50,...], omniglot, iconify, a "
        "folder task/class/image, a table .csv, .parquet or .npz, or arrays packed:KIND-DIGEST",
    )
    split: Literal["poster", "lake"] = option(
        "poster", "omniglot's train/test alphabets: the poster's 35/15 or Lake's 30/20"
    )
    task_split: int = option(
        0, "hold out other tasks, as many: another draw for each number; 0 keeps the data's own", 0
    )
    held_out: str = option(
        "",
        "tasks of a folder or table to hold out: a FILE of their names, one a line, a PATTERN such "
        "as 'hindi*' or a SHARE such as 0.3; none: as the folder says, else 0.3",
    )
    transform: str = option(
        "",
        "add transformed copies of all tasks: thick, thin, invert, blur, rotate or reflect, with "
        ":STRENGTH",
    )
    questions: str = option(
        "",
        "ask each of these of all tasks, such as character+style,style: character, style, place, "
        "drawer, of icons concept, house or weight, with +NOISE: style, place, speckle:LEVEL or "
        "blur:LEVEL",
    )
    size: int = option(SIDE, "pixels a side that a folder's images are shrunk to", 8, 256)
    channels: Literal["auto", "1", "3"] = option(
        AUTO, "grey (1) or colour (3) of a folder's images"
    )
    targets: Literal["auto", "classes", "numbers"] = option(
        AUTO, "what a task is to tell: classes, or numbers (regression)"
    )
    features: int = told_later(0, "the features of a row, of a table", 0)
    seed: int = option(0, "what all randomness is a function of", 0)

    ways: int = option(AUTO, "classes in an episode", 1)
    shots: int = option(5, "support images of a class", 1)
    queries: int = option(5, "query images of a class", 1)

    augment: Literal["none", "rotate"] = option(
        "none", "turn each class of a training episode by its own multiple of 90 degrees"
    )

    network: Literal["conv2", "conv4", "mlp", "linear", "own"] = option(
        AUTO,
        "two or four convolutional blocks; of rows a perceptron of two hidden layers, or none; own "
        "is a torch module, from Python",
    )
    module: str = told_later("", "the class that network own is, with the digest of its source")
    filters: int = option(64, "channels of each convolution, units of each layer", 1)
    norm: Literal["batch", "none"] = option(AUTO, "normalisation after each convolution")

    inner_steps: int = option(5, "steps of one adaptation while meta-training", 1)
    inner_batch_size: int = option(10, "images in one inner step", 1)
    inner_lr: float = option(0.001, "learning rate of the inner loop", POSITIVE)
    inner_optimizer: Literal["adam", "sgd"] = option("adam", "inner optimiser (Adam: beta1 = 0)")

    surgery: Literal["none", "pcgrad"] = option(
        "none", "project each episode's gradient away from those of its step that it conflicts with"
    )

    focus: float = option(
        0.0, "draw tasks in proportion to this power of their latest losses; 0 draws all alike", 0
    )

    meta_steps: int = option(AUTO, "outer steps along a path from root to leaf", 1)
    meta_batch_size: int = option(AUTO, "tasks, each by an episode, of one outer step", 1)
    meta_step_size: float = option(
        AUTO, "how far an outer step goes (Adam's rate with solved), at the first step", POSITIVE
    )
    meta_step_size_end: float = option(0.0, "the same after the last step; linear between", 0)

    rule: Literal["evidence", "always"] = option("evidence", "when a node may split")
    split_every: int = option(AUTO, "outer steps between two questions whether to split", 1)
    max_depth: int = option(3, "no node deeper than this (the root has depth 0)", 0)
    max_children: int = option(4, "most children of one node", 2, 9)
    min_tasks: int = option(3, "fewest tasks of a child", 1)
    direction: Literal["meta_gradient", "head_solved", "displacement"] = option(
        AUTO, "how the pull of a task on an init is measured"
    )
    probe_episodes: int = option(AUTO, "episodes per task behind a split, over both halves", 4)
    deals: int = option(19, "dealt bags of classes a split is compared with", 19)
    level: float = option(0.05, "significance level of a split", POSITIVE, 1)
    resamples: int = option(50, "bootstrap resamples behind stability and support", 1)
    min_stability: float = option(AUTO, "least mean Jaccard stability of a child", 0, 1)
    gate: Literal["gain", "none"] = option(
        AUTO, "try a split: the children must beat the node gone on for as many steps"
    )

    share: Literal["none", "trunk", "auto"] = option(
        "none",
        "what children have in common: nothing, the convolutions, or what the gate finds to do "
        "with less",
    )

    route: Literal["likelihood", "loo", "direction"] = option(
        AUTO,
        "an episode finds its node by the likelihood, the leave-one-out loss or the "
        "direction of its support",
    )
    mix: Literal["hard", "soft"] = option(
        AUTO, "answer with the likeliest node, or with all, weighted by likelihood"
    )
    candidates: Literal["leaves", "nodes"] = option(
        "leaves", "what an episode is routed to: leaves, or inner nodes too"
    )

    node_episodes: int = option(4, "evaluation episodes per task of a node", 1)
    test_episodes: int = option(20, "evaluation episodes per held-out task", 1)
    eval_inner_steps: int = option(50, "steps of one adaptation while evaluating", 0)
    transductive: bool = option(False, "let batch norm see all queries at once in evaluation")
    eval_every: int = option(0, "outer steps between two points of the test curve; 0 for none", 0)

    def __post_init__(self) -> None:
        self._resolve()
        for one in fields(self):
            value = getattr(self, one.name)
            if value == AUTO and one.default == AUTO and self.of_rows and not self.features:
                continue  # the data have not said yet what depends on them
            check_value(one.name, value, one.type, one.metadata)
            if one.type is float:  # 1 and 1.0, and 0.0 and -0.0, are one config
                object.__setattr__(self, one.name, float(value) + 0.0)
        if clash := clash_of(self):
            raise ConfigError(clash)

    def _resolve(self) -> None:
        """Put values in the place of ``AUTO``, once: a config that is stored says what it means."""
        for name, value in chosen_of(self).items():
            if getattr(self, name) == AUTO:
                object.__setattr__(self, name, value)

    @property
    def of_rows(self) -> bool:
        """Whether inputs are rows of features, not images."""
        return is_rows(str(self.dataset))

    @property
    def metric(self) -> str:
        """What tells how well a task is answered: accuracy, or mean squared error."""
        return "mse" if self.targets == "numbers" else "accuracy"

    @property
    def sign(self) -> int:
        """1 where more of the metric is better, -1 where less is."""
        return -1 if self.targets == "numbers" else 1

    @property
    def of_own_data(self) -> bool:
        """Whether the data are somebody's own: a folder, a table or arrays."""
        return is_own(str(self.dataset))

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of an input, once the data have said it: the channels and the pixels a side of
        an image, or the features of a row."""
        return (self.features,) if self.of_rows else (int(self.channels), self.size)

    def fingerprint(self) -> str:
        """Return a sha256 over all fields, in the order of their names."""
        text = json.dumps(asdict(self), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()
