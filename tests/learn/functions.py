"""Episodes of functions, of a config for them."""

from treemeta.config import Config
from treemeta.randomness import generator
from treemeta.tasks.dataset import Dataset
from treemeta.tasks.episode import draw_episode
from treemeta.tasks.load import LoadedEpisode, load_episode

NUMBERS = Config(dataset="functions", features=2, shots=4, queries=3, filters=6, meta_batch_size=5)


def episodes_of(dataset: Dataset, count: int = 5) -> list[LoadedEpisode]:
    """Return an episode of each of so many tasks."""
    tasks = dataset.select("train")
    return [
        load_episode(dataset, draw_episode(dataset, task, 1, 4, 3, generator(0, task.name)))
        for task in tasks[:count]
    ]
