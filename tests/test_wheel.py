"""What is handed on: a wheel that runs without its sources, and files that agree on what it is."""

import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml

from tests.conftest import SMALL, flags

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def pip(*words: str) -> None:
    command = [sys.executable, "-m", "pip", *words, "--quiet", "--no-deps", "--no-index"]
    ended = subprocess.run(command, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built with what is installed: nothing is fetched."""
    folder = tmp_path_factory.mktemp("wheel")
    pip("wheel", "--no-build-isolation", "--wheel-dir", str(folder), str(ROOT))
    (built,) = folder.glob("*.whl")
    return built


def test_a_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    about = f"treemeta-{PROJECT['version']}.dist-info/"
    package = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "treemeta").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert {"treemeta/tasks/omniglot_scripts.csv", "treemeta/tree/forecast.json"} <= package
    assert {name for name in names if not name.startswith(about)} == package
    assert about + "licenses/LICENSE" in names


def test_it_runs_where_its_sources_are_not(
    wheel: Path, registry_template: Path, workplace: Path
) -> None:
    there = workplace / "installed"
    pip("install", "--no-compile", "--target", str(there), str(wheel))
    environment = os.environ | {"PYTHONPATH": str(there)}

    def run(*words: str) -> str:
        ended = subprocess.run(words, env=environment, capture_output=True, text=True)
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    program = str(there / "bin" / "treemeta")
    found = run(sys.executable, "-c", "import treemeta; print(treemeta.__file__)")
    assert Path(found.strip()).is_relative_to(there)
    assert "Usage: treemeta" in run(program, "--help")
    settings = flags(**SMALL | {"meta_steps": 1, "split_every": 1})
    assert "\nr  6 tasks  1 steps" in run(program, "train", "--workers=1", *settings)


def test_who_cites_it_cites_what_is_installed() -> None:
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert (cited["title"], cited["version"]) == (PROJECT["name"], PROJECT["version"])
    assert (cited["license"], cited["authors"]) == (PROJECT["license"], PROJECT["authors"])
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"\n## {PROJECT['version']}" in changes


def test_every_source_of_the_readme_is_cited() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    sources = " ".join(readme.partition("\n## Sources\n")[2].partition("\n## ")[0].split())
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))["references"]
    for one in cited:
        who = one["authors"][0]["family-names"]
        several = " et al." if len(one["authors"]) > 1 else ""
        assert f"{who}{several} {one['year']}" in sources
    assert len(cited) == sources.count(" 1") + sources.count(" 2")
