import re
from dataclasses import fields
from pathlib import Path

import pytest

from tests.conftest import Run
from treemeta.config import AUTO, AUTO_TEXT, Config
from treemeta.store.registry import Registry


def test_every_field_of_the_config_is_an_option_with_its_default(treemeta: Run) -> None:
    shown = treemeta("train", "--help")
    assert shown.returncode == 0
    words = " ".join(shown.stdout.partition("Options:")[2].split())
    for field in fields(Config):
        default = str(field.default).lower() if field.type is bool else field.default
        default = "none" if default == "" else AUTO_TEXT[field.name] if default == AUTO else default
        option = f"--{field.name.replace('_', '-')} "
        assert option in words
        shown_default = re.search(r"\[default: (.*?)\]", words.partition(option)[2])
        assert shown_default is not None
        assert shown_default[1] == str(default)


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["train", "--help"]])
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    import subprocess
    import sys

    code = (
        "import sys\n"
        f"sys.argv = ['treemeta', *{arguments!r}]\n"
        "from treemeta.cli.main import run\n"
        "try:\n    run()\n"
        "finally:\n"
        "    heavy = {'torch', 'mlflow', 'pandas', 'matplotlib', 'scipy'} & set(sys.modules)\n"
        "    assert not heavy, heavy\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    assert "AssertionError" not in ended.stderr


def test_showing_a_tree_loads_no_torch(workplace: Path, registry: Registry) -> None:
    import subprocess
    import sys

    from benchmarks.registry import fill

    fill(workplace, 4)
    code = (
        "import sys\n"
        "sys.argv = ['treemeta', 'tree', 'show']\n"
        "from treemeta.cli.main import run\n"
        "try:\n    run()\n"
        "finally:\n"
        "    heavy = {'torch', 'matplotlib', 'networkx'} & set(sys.modules)\n"
        "    assert not heavy, heavy\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "AssertionError" not in ended.stderr, ended.stderr
    assert ended.stdout.startswith("tree ")
