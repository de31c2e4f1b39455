from base64 import b64decode
from dataclasses import asdict, replace
from html import unescape
from pathlib import Path

import pytest

from tests.conftest import Run
from tests.trees import leaf_of, make_tree, store
from treemeta.config import Config
from treemeta.store.records import Tree
from treemeta.store.registry import Registry
from treemeta.store.runs import CONTROL
from treemeta.tasks.dataset import Dataset


@pytest.fixture
def grown(registry: Registry, small: Dataset, small_config: Config) -> Tree:
    """A stored leaf of two tasks of a data set that is there."""
    names = [task.name for task in small.select("train")][:2]
    config = asdict(small_config) | {"data": small.fingerprint}
    return store(registry, replace(leaf_of(*names), config=config))


def drawn_images(page: Path) -> int:
    """Return how many strips of characters the drawing in a page has."""
    svg = page.read_text().split('src="data:image/svg+xml;base64,')[1].split('"')[0]
    return b64decode(svg).count(b"<image")


def test_the_page_of_a_tree_is_written(grown: Tree, workplace: Path, treemeta: Run) -> None:
    ended = treemeta("report", grown.id[:8])
    assert (ended.returncode, ended.stderr) == (0, "wrote report.html\n")
    verdict = ended.stdout.splitlines()
    assert verdict[0] == "Nobody has asked whether the tasks should be split."
    page = unescape((workplace / "report.html").read_text())
    assert all(f'<p class="lead">{said}</p>' in page for said in verdict)
    assert drawn_images(workplace / "report.html") == 2
    assert grown.id in (workplace / "report.html").read_text()
    again = treemeta("report", "--output=other.html")
    assert again.returncode == 0
    assert (workplace / "other.html").read_bytes() == (workplace / "report.html").read_bytes()


def test_an_init_that_was_changed_ends_in_no_page(
    grown: Tree, registry: Registry, small: Dataset, workplace: Path, treemeta: Run
) -> None:
    names = [task.name for task in small.select("train")]
    tree = store(registry, replace(leaf_of(*names), config=grown.config))
    _, params = sorted(workplace.rglob("params.safetensors"), key=lambda file: file.stat().st_mtime)
    params.write_bytes(params.read_bytes()[:-1] + b"x")
    ended = treemeta("report", tree.id)
    assert ended.returncode == 5
    assert "was changed after it was committed" in ended.stderr
    assert not (workplace / "report.html").exists()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"dataset": "omniglot"}, "omniglot is not on this machine"),
        ({"dataset": "nowhere"}, "nowhere"),
        ({"data": "0" * 64}, "is not the one tree"),
    ],
)
def test_without_the_images_it_says_so_and_writes_the_page(
    grown: Tree, registry: Registry, workplace: Path, treemeta: Run, changed: dict[str, object],
    said: str,
) -> None:  # fmt: skip
    tree = store(registry, replace(grown, config=grown.config | changed))
    ended = treemeta("report", tree.id, TREEMETA_DATA=str(workplace / "empty"))
    assert ended.returncode == 0
    assert ended.stderr.startswith("no characters are drawn: ")
    assert said in ended.stderr
    assert ended.stderr.count("\n") == 2
    assert drawn_images(workplace / "report.html") == 0


def test_a_consensus_that_never_splits_has_its_page(
    registry: Registry, small: Dataset, small_config: Config, workplace: Path, treemeta: Run
) -> None:
    names = [task.name for task in small.select("train")]
    config = asdict(small_config) | {"data": small.fingerprint, "arm": "consensus", "trees": []}
    tree = store(registry, replace(leaf_of(*names), config=config))
    ended = treemeta("report", tree.id)
    assert (ended.returncode, ended.stderr) == (0, "wrote report.html\n")
    assert drawn_images(workplace / "report.html") == len(names)


@pytest.mark.parametrize(
    ("changed", "said"),
    [({"unheard_of": 1}, "another version of treemeta")],
)
def test_without_a_config_there_is_no_similarity(
    small: Dataset, small_config: Config, registry: Registry, workplace: Path, treemeta: Run,
    changed: dict[str, object], said: str,
) -> None:  # fmt: skip
    config = asdict(small_config) | {"data": small.fingerprint} | changed
    names = [task.name for task in small.select("train")]
    tree = store(registry, replace(leaf_of(*names), config=config))
    beside = store(registry, replace(leaf_of(*names), config=config | {"control": "joint"}))
    registry.client.set_tag(beside.id, CONTROL, "joint")
    ended = treemeta("report", tree.id)
    assert ended.returncode == 0
    assert ended.stderr.startswith("no similarity is drawn: ")
    assert said in ended.stderr
    assert drawn_images(workplace / "report.html") == len(names)
    assert "How alike" not in (workplace / "report.html").read_text()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [(["--output=report.txt"], 2, "'report.txt'"), (["--output=no/r.html"], 7, "'no'"),
     (["ffff"], 4, "'ffff'")],
)  # fmt: skip
def test_bad_input(
    grown: Tree, workplace: Path, treemeta: Run, arguments: list[str], code: int, said: str
) -> None:
    ended = treemeta("report", *arguments)
    assert ended.returncode == code
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr
    assert not list(workplace.glob("*.*"))


def test_export_draws_characters(grown: Tree, workplace: Path, treemeta: Run) -> None:
    ended = treemeta("tree", "export", "--output=tree.svg")
    assert (ended.returncode, ended.stderr) == (0, "wrote tree.svg\n")
    assert (workplace / "tree.svg").read_bytes().count(b"<image") == 2
    for kind, starts in (("png", b"\x89PNG"), ("pdf", b"%PDF")):
        assert treemeta("tree", "export", f"--output=t.{kind}").returncode == 0
        assert (workplace / f"t.{kind}").read_bytes().startswith(starts)


@pytest.mark.parametrize("kind", ["dot", "json", "newick", "graphml"])
def test_text_is_no_plain_drawing(workplace: Path, treemeta: Run, kind: str) -> None:
    ended = treemeta("tree", "export", "--plain", f"--format={kind}")
    assert ended.returncode == 2
    said = f"--plain is for drawings, and {kind} is none: choose svg, png, pdf"
    assert said in ended.stderr


def test_without_its_images_a_tree_is_drawn_all_the_same(
    registry: Registry, workplace: Path, treemeta: Run
) -> None:
    store(registry, make_tree())
    ended = treemeta("tree", "export", "--output=tree.svg")
    assert ended.returncode == 0
    assert ended.stderr.startswith("no images are drawn: ")
    drawn = (workplace / "tree.svg").read_text()
    assert "<image" not in drawn
    plain = treemeta("tree", "export", "--plain", "--output=plain.svg")
    assert (plain.returncode, plain.stderr) == (0, "wrote plain.svg\n")
    assert (workplace / "plain.svg").read_text() != drawn
