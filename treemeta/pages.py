"""The page of a tree, as whole as what this machine still has allows, and what it tells: how alike
tasks are, how tight their groups, and how both agree with what is known of them."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from treemeta.analysis.clusters import Agreement, agreements, tree_candidate
from treemeta.analysis.costs import Cost
from treemeta.analysis.groups import Grouping, grouping_of
from treemeta.analysis.verdict import JOINT, verdict_of
from treemeta.engine.local import Engine
from treemeta.errors import DataError, IntegrityError, TreemetaError
from treemeta.measures.similarity import Similarity
from treemeta.measures.subject import Subject, measure
from treemeta.report.export import figures, tree_dot
from treemeta.report.figures.contact import contact_sheet
from treemeta.report.html import Section
from treemeta.report.page import tree_page
from treemeta.report.sections import LEAST, similarity_sections
from treemeta.report.verdict_text import verdict_text
from treemeta.store.beside import one_init_beside
from treemeta.store.records import Tree
from treemeta.store.registry import DEFAULT_URI, Registry, open_registry
from treemeta.store.runs import VERDICT_FILE
from treemeta.tasks.dataset import Dataset
from treemeta.tasks.truth import Truth, builtin_truths
from treemeta.tree.job import Job
from treemeta.tree.train import Figures

Say = Callable[[str], None]


def logged(job: Job, engine: Engine, device: str, say: Say) -> Figures:
    """Return what makes the files that are logged with a tree."""

    def drawn(tree: Tree) -> dict[str, str]:
        # A tree whose registry was away for too long has gone on in the one here.
        registry = job.registry if tree.id == job.tree else open_registry(DEFAULT_URI)
        return page_files(registry, engine, device, say, tree)

    return drawn


def page_files(
    registry: Registry, engine: Engine, device: str, say: Say, tree: Tree
) -> dict[str, str]:
    """Return the files that are logged with a tree: its drawings, and its page if that can be made;
    else ``say`` is told why."""
    subject = Subject(registry, tree, tree.nodes[0], lambda: engine, target=0.0, device=device)
    try:
        page = page_of(subject, say)
        return {
            "tree.dot": tree_dot(tree),
            "report.html": page.html, VERDICT_FILE: "\n\n".join(page.verdict),
            "tree.svg": page.drawing.decode(),
        }  # fmt: skip
    except Exception as error:  # whatever it is: hours of training are not lost to a picture
        say(f"no page is logged with the tree, as it could not be drawn: {error}")
        return figures(tree)


@dataclass(frozen=True)
class Page:
    """A tree's page, and what it begins with: its verdict, and its drawing as svg."""

    html: str
    verdict: list[str]
    drawing: bytes


def page_of(subject: Subject, say: Say) -> Page:
    """Return a tree's page; ``say`` is told what it lacks, and why."""
    try:
        dataset = subject.dataset
    except (DataError, IntegrityError) as error:
        say(f"no characters are drawn: {error}")
        return _page(subject, None, None, [])
    try:
        known = not subject.has_init or bool(subject.config)
    except IntegrityError as error:  # of another version: its init cannot be asked
        say(f"no similarity is drawn: {error}")
        known = False
    grouping, sections = sections_about(subject) if known else (None, [])
    return _page(subject, dataset, grouping, sections)


def _page(
    subject: Subject, dataset: Dataset | None, grouping: Grouping | None, sections: list[Section]
) -> Page:
    verdict, drawing = _verdict(subject, grouping), contact_sheet(subject.tree, dataset, "svg")
    return Page(tree_page(subject.tree, drawing, verdict, sections), verdict, drawing)


def _verdict(subject: Subject, grouping: Grouping | None) -> list[str]:
    tree = subject.tree
    if tree.is_consensus or not tree.nodes or tree.nodes[0].status != "finished":
        return []
    beside = one_init_beside(subject.registry, tree) if tree.test_accuracy else {}
    times = None
    if JOINT in beside:
        with suppress(IntegrityError):  # of another version: what it cost cannot be told
            times = cost_of(tree).times(cost_of(beside[JOINT]))
    return verdict_text(tree, verdict_of(tree, beside, grouping, times))


def cost_of(tree: Tree, members: int = 1) -> Cost:
    """Return what a tree costs, or an ensemble of so many that are like it."""
    from treemeta.tree.cost import tree_parameters
    from treemeta.tree.operations import answering_operations, training_operations
    from treemeta.tree.stored import config_of

    config = config_of(tree.config)
    return Cost(
        members * tree_parameters(config, tree),
        training_operations(config, tree),
        answering_operations(config, tree, members),
    )


def sections_about(subject: Subject) -> tuple[Grouping | None, list[Section]]:
    """Return the groups of a tree's tasks, and what its page tells of their similarity."""
    if len(subject.tasks) < LEAST or not (subject.has_init or subject.node.groups):
        return None, []
    similarity, truths = learned(subject), truths_of(subject)[:1]
    try:
        agreed = agreements_of(subject, similarity, truths, "family")
    except DataError:  # the truth knows too few of the tasks
        truths, agreed = (), []
    grouping = grouping_of(subject.tree, subject.node, similarity)
    return grouping, similarity_sections(subject.tree, similarity, grouping, truths, agreed)


def truths_of(subject: Subject) -> tuple[Truth, ...]:
    """Return what is known of the tasks that are measured, without a word where nothing is."""
    try:
        return builtin_truths(subject.dataset)
    except TreemetaError:  # a picture without families is still a picture
        return ()


def learned(subject: Subject) -> Similarity:
    """Return the directions, of a consensus the depths in the tree."""
    return measure("direction" if subject.has_init else "tree", subject)


def agreements_of(
    subject: Subject, similarity: Similarity, truths: Sequence[Truth], level: str
) -> list[Agreement]:
    """Return how the tree, if it is about its own tasks, what was learned of these and what is
    trivial to tell agree with each reading of the truth."""
    if not truths:
        return []
    whole = subject.in_tree and bool(subject.node.groups)
    tree = tree_candidate(subject.tree, subject.node) if whole else None
    names = ("pixels", "nuisance") if subject.dataset.has_images else ("pixels",)
    trivial = [measure(name, subject) for name in names]
    # Where there is no init, what was learned is the tree itself.
    return agreements(tree, [similarity, *trivial] if subject.has_init else trivial, truths, level)
