"""From what ``--dataset`` says to a data set on disk, packed at first use."""

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from treemeta.config import Config
from treemeta.defaults import AUTO, BEFORE, SIDE
from treemeta.errors import ConfigError, DataError
from treemeta.kinds import is_packed, is_table
from treemeta.tasks.cache import reopen
from treemeta.tasks.copies import add_copies
from treemeta.tasks.counts import parse_counts
from treemeta.tasks.dataset import Dataset
from treemeta.tasks.fitted import fitted
from treemeta.tasks.folder import VERSION as READING
from treemeta.tasks.folder import listing, read_folder
from treemeta.tasks.functions import VERSION as FUNCTIONS
from treemeta.tasks.functions import FunctionCounts, make_functions
from treemeta.tasks.glyphs import HANDS, VERSION, GlyphCounts, make_glyphs
from treemeta.tasks.held_out import held_roles, settled
from treemeta.tasks.imported import GET_ICONS, GET_OMNIGLOT, icons_path, omniglot_path
from treemeta.tasks.layout import Layout, lay_out
from treemeta.tasks.like import Like, read_new
from treemeta.tasks.omniglot import DRAWINGS, lake
from treemeta.tasks.packed import open_packed, packed
from treemeta.tasks.questions import Question, parse_questions
from treemeta.tasks.relabel import VERSION as RENDERING
from treemeta.tasks.relabel import Drawers, relabelled
from treemeta.tasks.roles import redrawn
from treemeta.tasks.table import VERSION as NAMING
from treemeta.tasks.table import digest_of, read_to_train
from treemeta.tasks.transform import Transform, parse_transform

_SINCE = ("size", "channels", "task_split", "held_out")  # settings that older trees have not


def open_dataset(
    text: str,
    split: str = "poster",
    transform: str = "",
    questions: str = "",
    shape: tuple[int, str] = (SIDE, AUTO),
    held: tuple[str, int] = ("", 0),
) -> Dataset:
    """Return the data set ``glyphs[:...]``, ``functions[:...]``, ``omniglot``, ``iconify``, or
    the table, the arrays or the folder of that name.

    ``split`` chooses Omniglot's roles and means nothing elsewhere; ``transform`` adds a transformed
    copy of every task; ``questions`` makes of each task one for every question; ``shape`` is the
    pixels a side and the channels that the images of a folder are packed as, see ``read_folder``;
    ``held`` is which of a folder's tasks are held out, see ``held_roles``, and the number of a draw
    of other tasks, as many, unless 0. Raises ``ConfigError`` for copies and questions at once,
    ``DataError`` when it is not there and ``IntegrityError`` when its cache is damaged.
    """
    planted = _planting(text, transform, questions)  # before anything is packed
    return planted(_held(_open_drawn(text, split, *shape), *held))


def _planting(text: str, transform: str, questions: str) -> Callable[[Dataset], Dataset]:
    """Return what plants a truth in a data set, if one is asked for."""
    chosen = parse_transform(transform) if transform else None
    asked = parse_questions(questions) if questions else ()
    if chosen and asked:
        raise ConfigError(
            f"--transform {transform!r} and --questions {questions!r} plant two truths in one data "
            "set: leave one out"
        )
    if asked:
        return lambda base: _with_questions(base, asked, _drawers(text))
    return lambda base: _with_copies(base, chosen) if chosen else base


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
        counts = parse_counts(text, GlyphCounts())
        source = f"{counts.label()},version={VERSION}"
        return packed(source, counts.label(), lambda: make_glyphs(counts))
    if text.partition(":")[0] == "functions":
        wanted = parse_counts(text, FunctionCounts())
        source = f"{wanted.label()},version={FUNCTIONS}"
        return packed(source, wanted.label(), lambda: make_functions(wanted))
    if is_packed(text):
        return open_packed(text)
    path = Path(os.path.expanduser(text))
    if is_table(text):
        source = f"table {digest_of(path)} {path.suffix.lower()} {NAMING}"
        # Of two tables that are alike one is packed, by the name of the first.
        return replace(packed(source, path.name, lambda: read_to_train(path)), name=path.name)
    return open_folder(lay_out(path), size, channels)


def open_folder(layout: Layout, size: int, channels: str) -> Dataset:
    """Return the data set of a folder that is laid out so, see ``read_folder``."""
    seen, path = listing(layout), layout.path.resolve()
    source = f"folder {path} {seen} {size} {channels} {READING}"
    return packed(source, path.name, lambda: read_folder(layout, size, channels))


def open_new_table(path: Path, wanted: Like) -> Dataset:
    """Return the data set of a table of new tasks, in a tree's units."""
    source = f"table {digest_of(path)} {json.dumps(asdict(wanted))}"
    return packed(source, path.name, lambda: read_new(path, wanted))


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
    planted = _planting(config.dataset, config.transform, config.questions)
    base = _open_drawn(config.dataset, config.split, config.size, config.channels)
    if config.held_out:
        config = replace(config, held_out=settled(config.held_out, base.tasks))
    dataset = planted(_held(base, config.held_out, config.task_split))
    return fitted(config, dataset), dataset


def _made_of(base: Dataset) -> list[Any]:
    """Return all that a pack takes from another; the fingerprint alone knows neither a name nor
    lake's roles."""
    of_files = [base.about, base.told] if base.about else []
    return [base.fingerprint, base.name, base.roles, base.lineage, *of_files]


def _with_copies(base: Dataset, transform: Transform) -> Dataset:
    made_of = [*_made_of(base), transform.label()]
    return packed(
        "copies " + json.dumps(made_of, sort_keys=True),
        f"{base.name} + {transform.label()}",
        lambda: add_copies(base, transform),
    )


def _with_questions(
    base: Dataset, questions: tuple[Question, ...], drawers: Drawers | None
) -> Dataset:
    asked = ",".join(question.text for question in questions)
    made_of = [*_made_of(base), asked, RENDERING]
    return packed(
        "questions " + json.dumps(made_of, sort_keys=True),
        f"{base.name}: {asked}",
        lambda: relabelled(base, questions, drawers),
    )


def _drawers(text: str) -> Drawers | None:
    if text == "omniglot":
        return Drawers(DRAWINGS, everywhere=False)  # each alphabet was drawn by twenty others
    return Drawers(HANDS, everywhere=True) if text.partition(":")[0] == "glyphs" else None
