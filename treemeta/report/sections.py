"""What a tree's page tells of the similarity of its tasks, beside the tree itself."""

from collections.abc import Sequence

from treemeta.analysis.agreement import PARTITION_SCORES, Score
from treemeta.analysis.clusters import Agreement
from treemeta.analysis.groups import Grouping
from treemeta.measures.similarity import Similarity
from treemeta.report.agreement_text import ORDER_SCORES
from treemeta.report.closest import reliability_text
from treemeta.report.figures.dendrogram import dendrogram
from treemeta.report.figures.heatmap import heat_map
from treemeta.report.figures.leaves import against_groups, families_or_leaves
from treemeta.report.figures.map import task_map
from treemeta.report.figures.tanglegram import tanglegram
from treemeta.report.groups_text import HEAD, groups_row, legend, title
from treemeta.report.html import Section, picture, table
from treemeta.store.records import Tree
from treemeta.tasks.truth import Truth

LEAST = 4  # tasks: of fewer there is nothing to arrange
ABOUT = {
    "direction": "Cosines of the directions in which tasks pull the root's init, across halves of "
    "episodes: a task's similarity to itself is the ceiling that noise sets. ",
    "tree": "The depth of the last node that two tasks share. ",
}
ABOUT_AGREEMENT = (
    "Each score stands with its p-value: the share of 999 permutations of the families over the "
    "tasks that agree as well. Pixels and nuisance statistics (size, ink, strokes) are what a "
    "similarity worth having is more than; the random rows are the means of the permutations."
)


def similarity_sections(
    tree: Tree,
    similarity: Similarity,
    grouping: Grouping,
    truths: Sequence[Truth],
    agreements: Sequence[Agreement],
) -> list[Section]:
    """Return the groups of tasks, the pictures of a similarity, and what of it agrees with the
    truth; nothing for fewer than four tasks."""
    if len(similarity.tasks) < LEAST:
        return []
    known = truths[0].families if truths else {}
    families = families_or_leaves(known, tree, similarity.tasks)
    drawn = [
        (
            "How alike the tasks are",
            ABOUT[similarity.measure] + reliability_text(similarity),
            heat_map,
        ),
        ("The same as a dendrogram", "Average linkage.", dendrogram),
        ("The same as a map", "Classical scaling: close tasks are alike.", task_map),
    ]
    sections = [_groups(grouping, tree.is_consensus)] + [
        Section(heading, text, picture(draw(similarity, families, "svg"), heading))
        for heading, text, draw in drawn
    ]
    if truths:
        face = tanglegram(similarity, families, truths[0].lineage, "svg")
        text = "Left what was learned, right how the tasks descend; fewer crossings agree better."
        sections.append(Section("Against the true lineage", text, picture(face, "tanglegram")))
    elif len(grouping.groups) > 1:
        face = against_groups(similarity, grouping, "svg")
        text = "Left how alike the tasks are, right their groups; fewer crossings agree better."
        sections.append(Section("Against the groups", text, picture(face, "tanglegram")))
    return sections + [_agreement(truth, agreements) for truth in _names(agreements)]


def _groups(grouping: Grouping, consensus: bool) -> Section:
    said = " ".join(f"{line}." for line in (*title(grouping), *legend(grouping, consensus)))
    return Section("Groups", said, table(HEAD, map(groups_row, grouping.groups)))


def _names(agreements: Sequence[Agreement]) -> list[str]:
    return list(dict.fromkeys(one.truth for one in agreements))


def _agreement(truth: str, agreements: Sequence[Agreement]) -> Section:
    rows = []
    for one in (each for each in agreements if each.truth == truth):
        order = [_cell(one.order[name]) for name in ORDER_SCORES]
        for cut, scores in one.cuts.items():
            cells = [_cell(scores[name]) for name in PARTITION_SCORES]
            rows.append((one.candidate, cut, *cells, *order))
            order = [""] * len(order)  # they belong to the candidate, not to each cut
    head = ("arrangement", "cut", *PARTITION_SCORES, *ORDER_SCORES)
    return Section(f"Agreement with the truth: {truth}", ABOUT_AGREEMENT, table(head, rows))


def _cell(score: Score | None) -> str:
    if score is None:
        return "–"
    return f"{score.value:.2f}" + ("" if score.p != score.p else f" ({score.p:.3f})")
