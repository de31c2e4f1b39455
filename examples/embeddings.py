"""Rows of features, such as embeddings: tasks whose classes differ in other features.

Each task has classes, each class rows. In half of the tasks the first features tell classes apart,
in the others the last ones do, and what does not tell is large and noisy.
"""

# %% Make the rows; yours come from your network.
import numpy as np

import treemeta

FEATURES = 16
rng = np.random.default_rng(0)


def rows(first: bool, centre: np.ndarray) -> np.ndarray:
    """Return rows about a centre, in the first half of the features or in the last."""
    told = rng.normal(centre, 0.7, (12, FEATURES // 2))
    noise = rng.normal(0, 2, (12, FEATURES // 2))
    return np.concatenate([told, noise] if first else [noise, told], axis=1)


def task(first: bool) -> dict[str, np.ndarray]:
    """Return five classes."""
    centres = rng.normal(0, 1, (5, FEATURES // 2))
    return {f"class{label}": rows(first, centre) for label, centre in enumerate(centres)}


tasks = {f"{'last' if n % 2 else 'first'}{n:02d}": task(not n % 2) for n in range(20)}
data = treemeta.dataset(tasks, held_out=["first18", "last19"])
print(data.name, data.shape, sorted(data.roles))

# %% Should they share a model? Told from a probe, before any tree is grown.
options = {"meta_steps": 100, "filters": 32, "network": "linear", "probe_episodes": 16}
print(treemeta.forecast(data, options).verdict)

# %% Grow a tree, and see which tasks it puts together.
tree = treemeta.grow(data, options)
print(tree.table[["tasks", "accuracy", "reliability"]])
for node in tree.nodes:
    print(node.name, *node.tasks)

# %% Does the tree pay, beside one init of all tasks? The tree is there already.
print(treemeta.compare(data, options).table.iloc[:, :6].round(3))

# %% How sure is it?
measured = tree.measure("direction")
print(f"reliability {measured.reliability:.2f}")
print(measured.matrix.iloc[0].round(2).to_string())

# %% Learn a task that it has not seen, from five rows of a class, and answer the others.
new = task(first=True)
support = {name: each[:5] for name, each in new.items()}
print(tree.route(support))
predictor = tree.adapt(np.concatenate(list(support.values())), np.repeat(list(support), 5))
right = [(predictor.predict(each[5:]) == name).mean() for name, each in new.items()]
print(f"accuracy {np.mean(right):.2f}")
