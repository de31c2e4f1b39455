"""Images of your own: two questions about the same bars, which one init cannot answer both.

In half of the tasks a class is how a bar is turned, wherever it lies; in the others it is where the
bar lies, however it is turned. Nobody tells treemeta which task asks what.
"""

# %% Draw the images into a folder task/class/image; yours are there already.
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image, ImageDraw

import treemeta

NAMES = {"upright": (0, 6), "flat": (6, 0), "falling": (4, 4), "rising": (4, -4)}
TURNS = list(NAMES.values())  # half of a bar each, in pixels
PLACES = [(9, 9), (9, 19), (19, 9), (19, 19)]
rng = np.random.default_rng(0)


def bar(turn: tuple[int, int], place: tuple[int, int]) -> Image.Image:
    """Return a bar that is turned and placed so, a little off."""
    image = Image.new("L", (28, 28), 255)
    x, y = place + rng.integers(-2, 3, 2)
    ends = [(x - turn[0], y - turn[1]), (x + turn[0], y + turn[1])]
    ImageDraw.Draw(image).line(ends, fill=0, width=int(rng.integers(2, 4)))
    return image


folder = TemporaryDirectory()
for number in range(10):
    question = "turn" if number % 2 else "place"
    for label in range(4):
        path = Path(folder.name, f"{question}{number}", f"class{label}")
        path.mkdir(parents=True)
        for drawing in range(12):
            other = int(rng.integers(4))
            turn, place = (label, other) if question == "turn" else (other, label)
            bar(TURNS[turn], PLACES[place]).save(path / f"{drawing}.png")

# %% Grow a tree. Its registry is registry/ in the folder you stand in.
options = {
    "held_out": "*[89]", "ways": 4, "shots": 4, "queries": 4, "network": "conv2", "filters": 16,
    "meta_steps": 120, "probe_episodes": 16, "min_tasks": 2, "max_depth": 1,
}  # fmt: skip
tree = treemeta.grow(folder.name, options)
print(tree.table[["tasks", "accuracy"]])
for node in tree.nodes:
    print(node.name, *node.tasks)

# %% Which tasks are alike?
print(tree.similarity("direction").round(2))


# %% Tell new bars by a few that are labelled: what is given is uint8, ink 255 on 0.
def drawn(turn: tuple[int, int], n: int) -> np.ndarray:
    """Return bars that are turned so, anywhere."""
    bars = [bar(turn, PLACES[rng.integers(4)]) for _ in range(n)]
    return np.stack([255 - np.asarray(one) for one in bars])


support = {name: drawn(turn, 8) for name, turn in NAMES.items()}
print(tree.route(support))
predictor = tree.adapt(np.concatenate(list(support.values())), np.repeat(list(support), 8))
for name, turn in NAMES.items():
    told = predictor.predict(drawn(turn, 10))
    print(f"{name:8} told of {(told == name).mean():.0%}")
folder.cleanup()
