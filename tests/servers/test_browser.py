"""A tree as MLflow's own pages show it, in a real browser."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.expected_conditions import staleness_of
from selenium.webdriver.support.ui import WebDriverWait

from tests.browsing import headless, needs_browser
from tests.conftest import SMALL_SOLVED, Run, flags
from tests.servers.running import free_port, mlflow_server
from tests.trees import make_tree, store
from treemeta.report.export import figures
from treemeta.report.figures.contact import contact_sheet
from treemeta.report.page import tree_page
from treemeta.store.find import find_tree
from treemeta.store.finish import finish_tree
from treemeta.store.notes import run_link, runs_link
from treemeta.store.read import read_tree
from treemeta.store.records import Tree
from treemeta.store.registry import DEFAULT_URI, Registry, experiment_id, open_registry

pytestmark = needs_browser
PATIENCE = 60  # seconds in which MLflow shows a page
Page = tuple[webdriver.Chrome, str, Tree, str]


@pytest.fixture
def opened(registry: Registry, workplace: Path) -> Iterator[Page]:
    """A browser, the address of a server of a stored tree, the tree, and its experiment."""
    tree = store(registry, make_tree(), finish=False)
    page = tree_page(tree, contact_sheet(tree, None, "svg"), ["It pays."])
    finish_tree(registry, tree, figures(tree) | {"report.html": page, "verdict.md": "It pays."})
    files = (workplace / "registry" / "artifacts").absolute()
    with mlflow_server(registry.uri, files, free_port()) as address, headless() as browser:
        yield browser, address, tree, experiment_id(registry, "treemeta")


def shown(browser: webdriver.Chrome, css: str, text: str) -> str:
    """Return what an element says once it says a text."""
    said = ""

    def has(driver: webdriver.Chrome) -> bool:
        nonlocal said
        texts = [one.text for one in driver.find_elements(By.CSS_SELECTOR, css)]
        said = next((one for one in texts if text in one), "")
        return bool(said)

    WebDriverWait(browser, PATIENCE, ignored_exceptions=[Exception]).until(has)
    return said


def test_a_tree_is_seen(opened: Page) -> None:
    browser, address, tree, experiment = opened
    browser.get(f"{address}/{run_link(experiment, tree.id)}")
    for text in ("It pays.", "Child runs", "r 5t", "Source", "treemeta", "glyphs"):
        shown(browser, "body", text)
    picture = browser.find_element(By.CSS_SELECTOR, "img[src*='figures/tree.svg']")
    assert int(picture.get_property("naturalWidth") or 0) > 100
    links = browser.find_elements(By.CSS_SELECTOR, f"a[href*='runs/{tree.nodes[1].run_id}']")
    assert [link.get_property("textContent") for link in links] == ["r0"]

    browser.get(f"{address}/{runs_link(experiment)}")
    for column in ("meta_val/accu", "support", "depth"):
        shown(browser, "body", column)
    assert opened_rows(browser) == ["hand-made", "r 5t", "r0 3t", "r00 2t", "r01 1t", "r1 2t"]

    root = tree.nodes[0].run_id
    browser.get(f"{address}/#/experiments/{experiment}/runs/{root}/model-metrics")
    assert "loss_smoothed" in shown(browser, "body", "loss_smoothed")
    drawn = (
        "return [...document.querySelectorAll('.js-plotly-plot')].map((p) => p.data[0].x.length)"
    )
    WebDriverWait(browser, PATIENCE).until(
        lambda driver: max(driver.execute_script(drawn) or [0]) > 1
    )

    browser.get(
        f"{address}/#/experiments/{experiment}/runs/{tree.id}/artifacts/figures/report.html"
    )
    WebDriverWait(browser, PATIENCE).until(
        lambda driver: driver.find_elements(By.CSS_SELECTOR, "iframe")
    )
    browser.switch_to.frame(browser.find_element(By.CSS_SELECTOR, "iframe"))
    assert "It pays." in shown(browser, "main", "The tree")


def test_a_grown_tree_and_a_registered_leaf_are_seen(workplace: Path, treemeta: Run) -> None:
    settings = SMALL_SOLVED | {"questions": "character+style,style", "filters": 16}
    settings |= {"meta_steps": 120, "split_every": 60, "max_depth": 1, "probe_episodes": 24}
    assert treemeta("train", "--workers=1", *flags(**settings)).returncode == 0
    named = treemeta("tree", "register", "latest", "r0", "--name=leaf", "--alias=champion")
    assert named.returncode == 0, named.stderr
    registry = open_registry(DEFAULT_URI)
    tree = read_tree(registry, find_tree(registry, "latest"))
    experiment = experiment_id(registry, "treemeta")
    files = (workplace / "registry" / "artifacts").absolute()
    uri = f"sqlite:///{workplace}/registry/mlflow.db"
    with mlflow_server(uri, files, free_port()) as address, headless() as browser:
        browser.get(f"{address}/{run_link(experiment, tree.id)}")
        shown(browser, "body", "Child runs")
        picture = "return document.querySelector(\"img[src*='figures/tree.svg']\")?.naturalWidth"
        WebDriverWait(browser, PATIENCE).until(lambda one: (one.execute_script(picture) or 0) > 300)
        keep(browser, "ui-tree.png")
        browser.get(f"{address}/{runs_link(experiment)}")
        shown(browser, "body", "support")
        assert len(opened_rows(browser)) == 1 + len(tree.nodes)
        keep(browser, "ui-runs.png")
        browser.get(f"{address}/#/models/leaf")
        for text in ("leaf", "Version 1", "champion"):
            shown(browser, "body", text)
        keep(browser, "ui-model.png")


# The assistant covers a quarter of a page, and a note is cut short.
CLEAR = """
for (const button of document.querySelectorAll("button"))
  if (button.dataset.componentId?.endsWith("panel.close") || button.textContent === "Show more")
    button.click()
"""


def keep(browser: webdriver.Chrome, name: str) -> None:
    """Save what is seen, where a folder for it is named."""
    if folder := os.environ.get("TREEMETA_SCREENSHOTS"):
        browser.execute_script(CLEAR)
        time.sleep(1)  # until it lies still
        browser.save_screenshot(str(Path(folder) / name))


def opened_rows(browser: webdriver.Chrome) -> list[str]:
    """Open every run that holds others, and return the names of all in order."""
    plus = ".ag-cell button path[d*='V4.5h1.5']"
    for _ in range(9):
        if not (found := browser.find_elements(By.CSS_SELECTOR, plus)):
            break
        found[0].find_element(By.XPATH, "./ancestor::button").click()
        WebDriverWait(browser, PATIENCE).until(staleness_of(found[0]))
    links = browser.find_elements(By.CSS_SELECTOR, ".ag-row a[href*='/runs/']")
    return [link.text for link in sorted(links, key=lambda link: link.location["y"])]
