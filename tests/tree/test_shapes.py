"""Inputs of any square size, grey or in colour, through all that a tree is made by."""

import colorsys
import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.conftest import SMALL, SMALL_SOLVED, Run, flags
from treemeta.declared import make_config
from treemeta.engine.local import Engine
from treemeta.learn.setting import Setting
from treemeta.store.read import read_tree
from treemeta.store.registry import open_registry
from treemeta.tasks.sources import dataset_of, opened
from treemeta.tree.grow import grow
from treemeta.tree.growth import Growth
from treemeta.tree.held_out import examine_held_out

HUES = 6  # classes of a task


@pytest.fixture(scope="module")
def hues(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten tasks whose classes differ in hue alone: spots at random places, of one grey."""
    folder = tmp_path_factory.mktemp("hues")
    rng = np.random.default_rng(0)
    for task in range(10):
        for hue in range(HUES):
            place = folder / f"task{task}" / f"hue{hue}"
            place.mkdir(parents=True)
            for number in range(8):
                spots(hue / HUES + task / 100, rng).save(place / f"{number}.png")
    return folder


def spots(hue: float, rng: np.random.Generator) -> Image.Image:
    colour = 255 * np.array(colorsys.hsv_to_rgb(hue % 1, 1, 1))
    colour *= 90 / (colour @ [0.299, 0.587, 0.114])  # as bright as any other, as Pillow sees it
    page = np.full((40, 40, 3), 255.0)
    for row, column in rng.integers(0, 30, (4, 2)):
        page[row : row + 10, column : column + 10] = np.minimum(colour, 255)
    return Image.fromarray(page.astype(np.uint8))


@pytest.mark.parametrize(("channels", "least", "most"), [("auto", 0.9, 1.0), ("1", 0.2, 0.45)])
def test_hues_are_learnt_in_colour_and_are_chance_in_grey(
    hues: Path, engine: Engine, channels: str, least: float, most: float
) -> None:
    few = {"meta_steps": 200, "meta_step_size": 0.01, "network": "conv2", "shots": 3, "queries": 3,
           "arm": "joint", "test_episodes": 10}  # fmt: skip
    chosen = make_config(SMALL_SOLVED | few | {"dataset": str(hues), "channels": channels})
    config, dataset = opened(chosen)
    setting = Setting(config, dataset, engine)
    routed = examine_held_out(setting, list(grow(Growth(setting, lambda _: None), {})))
    accuracy = np.mean([one.accuracy for one in routed.values()])
    assert least <= accuracy <= most
    assert config.channels == {"auto": "3", "1": "1"}[channels]
    assert dataset_of(asdict(config)).fingerprint == dataset.fingerprint


@pytest.mark.parametrize("base", [SMALL, SMALL_SOLVED], ids=["reptile", "solved"])
@pytest.mark.parametrize("size", [20, 33])
@pytest.mark.parametrize("channels", ["1", "3"])
def test_any_shape_is_trained_drawn_and_told(
    hues: Path, workplace: Path, treemeta: Run, base: dict[str, object], size: int, channels: str
) -> None:
    shape = {"dataset": str(hues), "size": size, "channels": channels, "rule": "always"}
    made = treemeta("train", "--workers=1", *flags(**base | shape), "--json")
    assert made.returncode == 0, made.stderr
    registry = open_registry("sqlite:///registry/mlflow.db")
    config = read_tree(registry, json.loads(made.stdout)["tree"]).config
    assert (config["size"], config["channels"]) == (size, channels)
    for arguments in (
        ["similarity", "--workers=1", "--target-reliability=0", "--export=s.svg"],
        ["similarity", "--measure=task2vec", "--workers=1", "--target-reliability=0", "--json"],
        ["similarity", "--measure=nuisance", "--json"],
        ["similarity", "--measure=pixels", "--json"],
        ["tree", "export", "--output=t.png"],
        ["report", "--workers=1"],
    ):
        ended = treemeta(*arguments)
        assert ended.returncode == 0, ended.stderr


def test_colour_is_told_where_nobody_asked_for_it(
    hues: Path, workplace: Path, treemeta: Run
) -> None:
    settings = flags(**SMALL_SOLVED | {"dataset": str(hues), "meta_steps": 1})
    said = "images in colour, which are kept so: --channels 1 makes them grey"
    assert said in treemeta("train", "--workers=1", *settings).stderr
    assert said not in treemeta("train", "--workers=1", *settings, "--channels=3").stderr
    assert said not in treemeta("train", "--workers=1", *settings, "--channels=1").stderr


def test_copies_and_styles_keep_their_colours(hues: Path) -> None:
    plain = opened(make_config(SMALL | {"dataset": str(hues)}))[1]
    assert plain.shape == (3, 28)
    for more in ({"transform": "thick:1"}, {"questions": "character+style,place"}):
        dataset = opened(make_config(SMALL | more | {"dataset": str(hues)}))[1]
        assert dataset.shape == (3, 28)
        assert np.ptp(dataset.images.astype(int), axis=3).max() > 100
