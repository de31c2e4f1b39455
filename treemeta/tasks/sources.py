"""From what ``--dataset`` says to a data set on disk, packed at first use."""

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from treemeta.config import Config
from treemeta.defaults import AUTO, BEFORE, SIDE
from treemeta.errors import ConfigError, DataError
from treemeta.tasks.cache import Pack, cache_root, locked, reopen, write_pack
from treemeta.tasks.copies import add_copies
from treemeta.tasks.dataset import Dataset
from treemeta.tasks.folder import VERSION as READING
from treemeta.tasks.folder import listing, read_folder
from treemeta.tasks.glyphs import HANDS, VERSION, make_glyphs, parse_counts
from treemeta.tasks.held_out import held_roles, settled
from treemeta.tasks.iconify import read_sets
from treemeta.tasks.icons import read_icons
from treemeta.tasks.layout import lay_out
from treemeta.tasks.omniglot import DRAWINGS, Script, read_omniglot, scripts
from treemeta.tasks.questions import Question, parse_questions
from treemeta.tasks.relabel import VERSION as RENDERING
from treemeta.tasks.relabel import Drawers, relabelled
from treemeta.tasks.roles import redrawn
from treemeta.tasks.transform import Transform, parse_transform

GET_OMNIGLOT = "run 'treemeta data download omniglot' or 'treemeta data import PATH'"
GET_ICONS = (
    "get npm's packages @iconify-json/* (five or more of tabler, ph, solar, mdi, fluent, ...) and "
    "run 'treemeta data import iconify PATH...'"
)
_SINCE = ("size", "channels", "task_split", "held_out")  # settings that older trees have not


def open_dataset(
    text: str,
    split: str = "poster",
    transform: str = "",
    questions: str = "",
    shape: tuple[int, str] = (SIDE, AUTO),
    held: tuple[str, int] = ("", 0),
) -> Dataset:
    """Return the data set ``glyphs[:...]``, ``omniglot``, ``iconify`` or the folder of that name.

    ``split`` chooses Omniglot's roles and means nothing elsewhere; ``transform`` adds a transformed
    copy of every task; ``questions`` makes of each task one for every question; ``shape`` is the
    pixels a side and the channels that the images of a folder are packed as, see ``read_folder``;
    ``held`` is which of a folder's tasks are held out, see ``held_roles``, and the number of a draw
    of other tasks, as many, unless 0. Raises ``ConfigError`` for copies and questions at once,
    ``DataError`` when it is not there and ``IntegrityError`` when its cache is damaged.
    """
    chosen = parse_transform(transform) if transform else None  # before anything is packed
    asked = parse_questions(questions) if questions else ()
    if chosen and asked:
        raise ConfigError(
            f"--transform {transform!r} and --questions {questions!r} plant two truths in one data "
            "set: leave one out"
        )
    base = _held(_open_drawn(text, split, *shape), *held)
    if asked:
        return _with_questions(base, asked, _drawers(text))
    return _with_copies(base, chosen) if chosen else base


def _held(base: Dataset, held_out: str, task_split: int) -> Dataset:
    roles = held_roles(held_out, base.tasks) if held_out else base.roles
    roles = redrawn(roles, task_split) if task_split else roles
    return base if roles == base.roles else replace(base, roles=roles)


def _open_drawn(text: str, split: str, size: int, channels: str) -> Dataset:
    if text == "omniglot":
        if not (path := omniglot_path()).exists():
            raise DataError(f"omniglot is not on this machine: {GET_OMNIGLOT}")
        dataset = reopen(path)
        return lake(dataset) if split == "lake" else dataset
    if text == "iconify":
        if not (path := icons_path()).exists():
            raise DataError(f"no icons are on this machine: {GET_ICONS}")
        return reopen(path)
    if text.partition(":")[0] == "glyphs":
        counts = parse_counts(text)
        source = f"{counts.label()},version={VERSION}"
        return _packed(source, counts.label(), lambda: make_glyphs(counts))
    path = Path(os.path.expanduser(text))
    layout = lay_out(path)
    seen, path = listing(layout), path.resolve()
    source = f"folder {path} {seen} {size} {channels} {READING}"
    return _packed(source, path.name, lambda: read_folder(layout, size, channels))


def dataset_of(settings: Mapping[str, Any]) -> Dataset:
    """Return the data set of a tree's settings, those of older trees too."""
    keys = ("dataset", "split", "transform", "questions")
    text, split, transform, questions = (str(settings.get(key) or "") for key in keys)
    size, channels, task_split, held_out = (settings.get(k, BEFORE[k]) for k in _SINCE)
    shape, held = (int(size), str(channels)), (str(held_out), int(task_split))
    return open_dataset(text, split, transform, questions, shape, held)


def opened(config: Config) -> tuple[Config, Dataset]:
    """Return the data set of a config, and the config with what the data say of their shape and
    with the names of what is held out."""
    if config.held_out:
        base = _open_drawn(config.dataset, config.split, config.size, config.channels)
        config = replace(config, held_out=settled(config.held_out, base.tasks))
    dataset = dataset_of(vars(config))
    channels: Any = str(dataset.shape[0])
    return replace(config, channels=channels), dataset


def _made_of(base: Dataset) -> list[Any]:
    """Return all that a pack takes from another; the fingerprint alone knows neither a name nor
    lake's roles."""
    of_files = [base.about, base.told] if base.about else []
    return [base.fingerprint, base.name, base.roles, base.lineage, *of_files]


def _with_copies(base: Dataset, transform: Transform) -> Dataset:
    made_of = [*_made_of(base), transform.label()]
    return _packed(
        "copies " + json.dumps(made_of, sort_keys=True),
        f"{base.name} + {transform.label()}",
        lambda: add_copies(base, transform),
    )


def _with_questions(
    base: Dataset, questions: tuple[Question, ...], drawers: Drawers | None
) -> Dataset:
    asked = ",".join(question.text for question in questions)
    made_of = [*_made_of(base), asked, RENDERING]
    return _packed(
        "questions " + json.dumps(made_of, sort_keys=True),
        f"{base.name}: {asked}",
        lambda: relabelled(base, questions, drawers),
    )


def _drawers(text: str) -> Drawers | None:
    if text == "omniglot":
        return Drawers(DRAWINGS, everywhere=False)  # each alphabet was drawn by twenty others
    return Drawers(HANDS, everywhere=True) if text.partition(":")[0] == "glyphs" else None


def import_omniglot(path: Path, expected: Iterable[Script] | None = None) -> Dataset:
    """Pack Omniglot from zip files or folders the user has, replacing what was packed before."""
    pack = read_omniglot(path, expected)
    with locked(omniglot_path()):
        return reopen(write_pack(omniglot_path(), "omniglot", pack))


def omniglot_path() -> Path:
    """Return where Omniglot is packed."""
    return cache_root() / "omniglot"


def import_icons(paths: Sequence[Path]) -> Dataset:
    """Pack icons from Iconify's files, replacing what was packed before."""
    pack = read_icons(read_sets(paths))
    with locked(icons_path()):
        return reopen(write_pack(icons_path(), "iconify", pack))


def icons_path() -> Path:
    """Return where icons are packed."""
    return cache_root() / "iconify"


def lake(dataset: Dataset) -> Dataset:
    """Return Omniglot with the published roles: background trains, evaluation tests."""
    roles = {
        script.alphabet: "train" if script.subset == "images_background" else "test"
        for script in scripts()
    }
    return replace(dataset, roles=roles)


def _packed(source: str, name: str, make: Callable[[], Pack]) -> Dataset:
    """Return the packed form of a source, made under a lock if this is its first use."""
    digest = hashlib.sha256(source.encode("utf-8", "surrogateescape")).hexdigest()[:16]
    path = cache_root() / f"{source.split(':')[0].split()[0]}-{digest}"
    if not path.exists():
        with locked(path):
            if not path.exists():  # still not, now that nobody else packs it
                write_pack(path, name, make())
    return reopen(path)
