"""A tree's page in a real browser, headless: what it shows, and what it does when it is touched."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement

from tests.browsing import headless, needs_browser
from tests.trees import HOSTILE, make_node, make_tree
from treemeta.analysis.groups import grouping_of
from treemeta.errors import printable
from treemeta.measures.similarity import Similarity, named
from treemeta.report.figures.contact import contact_sheet
from treemeta.report.page import tree_page
from treemeta.report.sections import similarity_sections

pytestmark = needs_browser
TASKS = (*HOSTILE[:6], "Latin", "Greek")
CLOSE = np.random.default_rng(0).uniform(-1, 1, (8, 8))
SIMILARITY = Similarity("direction", "similarity", named(CLOSE + CLOSE.T, TASKS), 0.9, 24)
NODES = (
    make_node("r", TASKS, groups=(TASKS[:4], TASKS[4:]), accuracy=0.5),
    make_node("r0", TASKS[:4], accuracy=0.9),
    make_node("r1", TASKS[4:], accuracy=0.25),
)


@pytest.fixture(scope="module")
def browser() -> Iterator[webdriver.Chrome]:
    with headless() as browser:
        yield browser


@pytest.fixture
def page(browser: webdriver.Chrome, tmp_path: Path) -> webdriver.Chrome:
    """A page whose names are as bad as can be, open."""
    tree = make_tree(nodes=NODES)
    grouping = grouping_of(tree, NODES[0], SIMILARITY)
    sections = similarity_sections(tree, SIMILARITY, grouping, [], [])
    file = tmp_path / "report.html"
    drawing = contact_sheet(tree, None, "svg")
    file.write_text(tree_page(tree, drawing, ["It pays."], sections), encoding="utf-8")
    browser.get(file.as_uri())
    return browser


def pointed_at(page: webdriver.Chrome, figure: WebElement, x: float, y: float) -> list[str]:
    """Return what is told of a place in a picture, in shares of its width and height."""
    image = figure.find_element(By.TAG_NAME, "img")
    page.execute_script("arguments[0].scrollIntoView({block: 'center'})", image)
    wide, high = image.size["width"], image.size["height"]
    at = ActionChains(page).move_to_element_with_offset(
        image, round((x - 0.5) * wide), round((y - 0.5) * high)
    )
    at.perform()
    tip = page.find_element(By.CLASS_NAME, "tip")
    return tip.text.splitlines() if tip.is_displayed() else []


def test_the_verdict_stands_first_and_nothing_is_refused(page: webdriver.Chrome) -> None:
    main = page.find_element(By.TAG_NAME, "main").text
    assert main.index("It pays.") < main.index("The tree")
    links = page.find_elements(By.CSS_SELECTOR, "nav a")
    assert [link.text for link in links][:3] == ["The tree", "Groups", "How alike the tasks are"]
    assert page.get_log("browser") == []


def test_a_heat_map_tells_both_tasks_and_their_value(page: webdriver.Chrome) -> None:
    figure = page.find_elements(By.CSS_SELECTOR, "figure[data-spots]")[0]
    spots = page.execute_script("return JSON.parse(arguments[0].dataset.spots)", figure)
    left, top, right, bottom = spots["box"]
    row, column = 2, 5
    x = left + (column + 0.5) / 8 * (right - left)
    y = top + (row + 0.5) / 8 * (bottom - top)
    a, b, value = pointed_at(page, figure, x, y)
    names = [one[0] for one in spots["names"]]
    assert a.startswith(f"{names[row]}, leaf r")
    assert b.startswith(f"{names[column]}, leaf r")
    assert float(value) == pytest.approx(SIMILARITY.matrix.loc[names[row], names[column]], abs=1e-3)
    assert pointed_at(page, figure, 0.01, 0.01) == []


def test_a_map_tells_a_task_and_those_like_it(page: webdriver.Chrome) -> None:
    figure = page.find_elements(By.CSS_SELECTOR, "figure[data-spots]")[1]
    spots = page.execute_script("return JSON.parse(arguments[0].dataset.spots)", figure)
    first, *near = pointed_at(page, figure, *spots["places"][6])
    assert first == "Latin, leaf r1"
    closest = SIMILARITY.matrix.loc["Latin"].drop("Latin").idxmax()
    assert near[0] == f"{closest} {SIMILARITY.matrix.loc['Latin', closest]:.3f}"


def test_a_table_sorts_by_the_column_that_is_clicked(page: webdriver.Chrome) -> None:
    table = page.find_element(By.CSS_SELECTOR, "#nodes table")
    accuracy = next(th for th in table.find_elements(By.TAG_NAME, "th") if th.text == "accuracy")

    def column() -> list[str]:
        rows = table.find_elements(By.CSS_SELECTOR, "tbody tr")
        return [row.find_elements(By.TAG_NAME, "td")[0].text for row in rows]

    assert column() == ["r", "r0", "r1"]
    accuracy.click()
    assert column() == ["r1", "r", "r0"]
    accuracy.click()
    assert column() == ["r0", "r", "r1"]


def test_a_task_is_found_and_the_other_branches_close(page: webdriver.Chrome) -> None:
    page.find_element(By.CSS_SELECTOR, "input[type=search]").send_keys("lat")
    found = page.find_elements(By.CLASS_NAME, "found")
    assert [one.text for one in found] == ["Latin"]
    opened = page.find_elements(By.CSS_SELECTOR, ".tree details[open] > summary")
    assert [one.text.split()[0] for one in opened] == ["r", "r1"]


def test_hostile_names_are_shown_as_they_are(page: webdriver.Chrome) -> None:
    shown = page.execute_script(
        "return [...document.querySelectorAll('.tree li')].map((li) => li.textContent)"
    )
    assert shown == [printable(name) for name in TASKS]
