"""What makes bad inputs: folders, files, registries, parameters and checkpoints."""

import json
import shutil
import sqlite3
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image

from treemeta.store.checkpoint import write_checkpoint
from treemeta.store.registry import open_registry
from treemeta.store.runs import (
    CHECKPOINT,
    COMMIT,
    NODE,
    NODE_FILE,
    PARAMS_FILE,
    TREE,
    runs_with,
    tree_runs,
)
from treemeta.store.tensors import Arrays, arrays_bytes, arrays_sha256, bytes_sha256, load_arrays

URI = "sqlite:///registry/mlflow.db"
Prepare = Callable[[], object]
Forge = Callable[[Arrays], bytes | Arrays]


@dataclass(frozen=True)
class Bad:
    """A command, its exit code, words of its sentence; and what is there before it is run."""

    command: tuple[str, ...]
    code: int
    said: str
    prepare: Prepare = lambda: None
    environment: Mapping[str, str] = field(default_factory=dict)


def write(name: str, content: str | bytes = "") -> Prepare:
    def do() -> None:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_bytes(content if isinstance(content, bytes) else content.encode())

    return do


def images(
    tasks: int = 4, classes: int = 4, each: int = 4, spoil: Prepare = lambda: None
) -> Prepare:
    """Write a folder of tasks that is sound, then spoil it."""

    def do() -> None:
        rng = np.random.default_rng(0)
        for task in range(4):
            for kind in range(classes):
                folder = Path(f"images/task{task}/class{kind}")
                folder.mkdir(parents=True)
                for number in range(each):
                    pixels = rng.integers(0, 255, (12, 12), dtype=np.uint8)
                    Image.fromarray(pixels).save(folder / f"{number}.png")
        spoil()

    return do


def blank() -> None:
    for path in Path("images/task1").rglob("*.png"):
        Image.fromarray(np.full((12, 12), 255, np.uint8)).save(path)


def truncate() -> None:
    path = Path("images/task1/class1/1.png")
    path.write_bytes(path.read_bytes()[:40])


def empty_class() -> None:
    for path in Path("images/task2/class2").iterdir():
        path.unlink()


def no_number() -> None:
    pixels = np.full((12, 12), np.nan, np.float32)
    Image.fromarray(pixels).save("images/task1/class1/1.tif")


def one_task() -> None:
    for task in sorted(Path("images").iterdir())[1:]:
        shutil.rmtree(task)
    Path("images/task0").rename("classes")
    Path("images").rmdir()
    Path("classes").rename("images")


def divided() -> None:
    for task in ("task2", "task3"):
        shutil.rmtree(Path("images", task))
    Path("images/task0").rename("images/train")
    Path("images/task1").rename("images/test")


def bomb() -> None:
    """An image that is said to be of 60,000 times 60,000 pixels."""
    import zlib

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", 60000, 60000, 8, 0, 0, 0, 0)
    content = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b""))
    Path("images/task1/class1/1.png").write_bytes(content + chunk(b"IEND", b""))


def sql(*statements: str) -> Prepare:
    def do() -> None:
        with sqlite3.connect("registry/mlflow.db") as database:
            for statement in statements:
                database.execute(statement)

    return do


def of_tomorrow() -> None:
    """Make a registry of an MLflow that is not there yet."""
    shutil.copy("registry/mlflow.db", "x.db")
    with sqlite3.connect("x.db") as database:
        database.execute("update alembic_version set version_num = 'ffff'")


def unfinished() -> str:
    """Take its end from the newest tree; return its id."""
    registry = open_registry(URI)
    tree = str(tree_runs(registry)[0].info.run_id)
    registry.client.delete_tag(tree, COMMIT)
    return tree


def root() -> tuple[str, Path, dict[str, str]]:
    """Return the run of the newest tree's root, where its files lie, and its tags."""
    registry = open_registry(URI)
    tree = tree_runs(registry)[0].info.run_id
    (run,) = [one for one in runs_with(registry, TREE, tree) if one.data.tags[NODE] == "r"]
    return run.info.run_id, Path(f"registry/artifacts/{run.info.run_id}/artifacts"), run.data.tags


def forged(forge: Forge) -> Prepare:
    """Put other parameters into a root, with all digests right, as a stranger might."""

    def do() -> None:
        run, folder, tags = root()
        made = forge(load_arrays(folder / PARAMS_FILE))
        if isinstance(made, dict):
            node = json.loads((folder / NODE_FILE).read_text())
            node["tensors_sha256"] = arrays_sha256(made)
            (folder / NODE_FILE).write_text(json.dumps(node))
            made = arrays_bytes(made)
        (folder / PARAMS_FILE).write_bytes(made)
        commit = json.loads(tags[COMMIT])
        for name in (PARAMS_FILE, NODE_FILE):
            commit["sha256"][name] = bytes_sha256((folder / name).read_bytes())
        open_registry(URI).client.set_tag(run, COMMIT, json.dumps(commit))

    return do


def each(change: Callable[[np.ndarray], np.ndarray]) -> Forge:
    return lambda arrays: {name: change(array) for name, array in arrays.items()}


def one(change: Callable[[np.ndarray], np.ndarray]) -> Forge:
    return lambda arrays: arrays | {"conv1.weight": change(arrays["conv1.weight"])}


def in_its_place(make: Callable[[Path], object]) -> Prepare:
    """Put something that is no file in the place of a root's parameters."""

    def do() -> None:
        _, folder, _ = root()
        path = folder / PARAMS_FILE
        path.unlink()
        make(path)

    return do


def checkpoint(document: dict[str, object], tensors: dict[str, Arrays]) -> Prepare:
    return lambda: write_checkpoint(open_registry(URI), unfinished(), document, tensors)


def checkpoint_tag(value: str) -> Prepare:
    return lambda: open_registry(URI).client.set_tag(unfinished(), CHECKPOINT, value)


LOCKED: list[sqlite3.Connection] = []  # closed when the command has ended


def lock() -> None:
    """Hold the registry's lock, as another process would."""
    database = sqlite3.connect("registry/mlflow.db")
    database.execute("begin exclusive")
    LOCKED.append(database)
