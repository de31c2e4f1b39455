"""A registry is somebody else's input: nothing in it is run, and nobody is called."""

import json
import shutil
import subprocess
import sys

import pytest

from tests.trees import HOSTILE, leaf_of, make_tree, store
from treemeta.store.registry import Registry

# Python's audit events of what runs, unpickles or reaches somebody.
WATCHED = """
import sys
seen = []
FORBIDDEN = ("pickle.find_class", "subprocess.Popen", "os.system", "os.exec", "os.posix_spawn",
             "socket.connect", "socket.bind", "socket.getaddrinfo", "urllib.Request")
def watch(event, arguments):
    if event in FORBIDDEN:
        seen.append((event, repr(arguments)[:200]))
from treemeta.__main__ import main
import treemeta.store.client as client
client.load_mlflow()  # which looks for git and for its host as it is imported
sys.addaudithook(watch)
sys.argv = ["treemeta", *sys.argv[1:]]
try:
    main()
finally:
    print("SEEN", seen, file=sys.stderr)
"""


def watched(*command: str) -> subprocess.CompletedProcess[str]:
    """Run the program with every forbidden event noted, and told at the end of stderr."""
    return subprocess.run([sys.executable, "-c", WATCHED, *command], capture_output=True, text=True)


@pytest.mark.skipif(not shutil.which("dot"), reason="Graphviz is what would be run")
def test_what_is_run_is_seen(registry: Registry) -> None:
    store(registry, make_tree())
    assert (
        "SEEN [('subprocess.Popen'"
        in watched("tree", "export", "--plain", "--format", "svg").stderr
    )


@pytest.mark.parametrize(
    "command",
    [
        ["tree", "list"],
        ["tree", "show", "latest", "--routes"],
        ["tree", "show", "latest", "--json"],
        ["tree", "export", "latest", "--format", "dot"],
        ["tree", "export", "latest", "--format", "newick"],
        ["registry", "doctor"],
    ],
)
def test_reading_a_hostile_registry_runs_nothing_and_calls_nobody(
    registry: Registry, command: list[str]
) -> None:
    store(registry, make_tree())
    tree = store(registry, leaf_of(*HOSTILE))
    for name in ("mlflow.note.content", "treemeta.resumed_on", "mlflow.source.name"):
        registry.client.set_tag(tree.id, name, "__import__('os').system('touch ran') \\x1b[31m")
    ended = watched(*command)
    *_, last = ended.stderr.strip().splitlines()
    assert last == "SEEN []"
    assert ended.returncode in ((0, 5) if command[0] == "registry" else (0,)), ended.stderr
    assert "\x1b" not in ended.stdout
    if "--json" in command:
        json.loads(ended.stdout)
