"""What a tree's page tells of the similarity of its tasks, beside the tree itself."""

from collections.abc import Mapping, Sequence

from treemeta.analysis.agreement import PARTITION_SCORES, Score
from treemeta.analysis.clusters import Agreement
from treemeta.analysis.groups import Grouping
from treemeta.measures.lineage import deepest
from treemeta.measures.similarity import Similarity
from treemeta.report.agreement_text import MEANING, ORDER_SCORES
from treemeta.report.closest import reliability_text
from treemeta.report.figures.dendrogram import dendrogram
from treemeta.report.figures.heatmap import live_heat_map
from treemeta.report.figures.ink import Spots
from treemeta.report.figures.leaves import against_groups, families_or_leaves, leaves_of
from treemeta.report.figures.map import live_map
from treemeta.report.figures.tanglegram import tanglegram
from treemeta.report.groups_text import HEAD, groups_row, legend, title
from treemeta.report.html import Section, picture, table
from treemeta.report.thin import left_out, thinned
from treemeta.store.records import Tree
from treemeta.tasks.truth import Truth

LEAST = 4  # tasks: of fewer there is nothing to arrange
ABOUT = {
    "direction": "Cosines of the directions in which tasks pull the root's init, across halves of "
    "episodes: a task's similarity to itself is the ceiling that noise sets. ",
    "tree": "The depth of the last node that two tasks share. ",
}
STRESS = ("stress: by how much distances on the map are wrong, as a share of them; 0 is the best",)
ABOUT_AGREEMENT = (
    "Each score stands with its p-value in brackets. Pixels and nuisance statistics (size, ink, "
    "strokes) are what a similarity worth having is more than; the random rows are the means of "
    "the permutations."
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
    by_leaf = leaves_of(tree, similarity.tasks)
    whole, similarity = similarity, thinned(similarity, by_leaf)
    fewer = left_out(whole, similarity)
    families = families_or_leaves(known, by_leaf, similarity.tasks)
    leaves = deepest(tree, tree.nodes[0])

    def shown(heading: str, content: bytes, spots: Spots) -> str:
        names = [_told_of(task, leaves, known) for task in spots["names"]]
        return picture(content, heading, spots | {"names": names})

    alike, links, lies = "How alike the tasks are", "The same as a dendrogram", "The same as a map"
    about = ABOUT[similarity.measure] + fewer + reliability_text(similarity)
    sections = [
        _groups(grouping, tree.is_consensus),
        Section(alike, about, shown(alike, *live_heat_map(similarity, families))),
        Section(links, f"{fewer}Average linkage.",
                picture(dendrogram(similarity, families, "svg"), links)),
        Section(lies, f"{fewer}Classical scaling: close tasks are alike.",
                shown(lies, *live_map(similarity, families)), STRESS),
    ]  # fmt: skip
    if by_leaf and families is not by_leaf and _parts_otherwise(by_leaf, known):
        again = "The same map, by leaf"
        text = f"{fewer}Colours and marks are the leaves of the tree, no families."
        drawn = shown(again, *live_map(similarity, by_leaf))
        sections.append(Section(again, text, drawn, STRESS))
    if truths:
        face = tanglegram(similarity, families, truths[0].lineage, "svg")
        text = "Left what was learned, right how the tasks descend; fewer crossings agree better."
        text = fewer + text
        sections.append(Section("Against the true lineage", text, picture(face, "tanglegram")))
    elif len(grouping.groups) > 1:
        face = against_groups(similarity, grouping, "svg")
        text = (
            f"{fewer}Left how alike the tasks are, right their groups. Both are of the same tree: "
            "few crossings say that it keeps what directions show, not that this is true."
        )
        sections.append(Section("Against the groups", text, picture(face, "tanglegram")))
    return sections + [_agreement(truth, agreements) for truth in _names(agreements)]


def _parts_otherwise(leaves: Mapping[str, str], families: Mapping[str, str]) -> bool:
    """Return whether leaves part tasks in another way than their families."""
    pairs = {(leaf, families.get(task)) for task, leaf in leaves.items()}
    return not len(pairs) == len({leaf for leaf, _ in pairs}) == len({one for _, one in pairs})


def _told_of(task: str, leaves: Mapping[str, str], families: Mapping[str, str]) -> list[str]:
    """Return what the pointer is told of a task: its name, its leaf and its family."""
    leaf, family = leaves.get(task), families.get(task)
    return [task, *([f"leaf {leaf}"] if leaf else []), *([family] if family else [])]


def _groups(grouping: Grouping, consensus: bool) -> Section:
    said = " ".join(f"{line.rstrip(':')}." for line in title(grouping))
    told = tuple(legend(grouping, consensus))
    return Section("Groups", said, table(HEAD, map(groups_row, grouping.groups)), told)


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
    return Section(
        f"Agreement with the truth: {truth}", ABOUT_AGREEMENT, table(head, rows), MEANING
    )


def _cell(score: Score | None) -> str:
    if score is None:
        return "–"
    return f"{score.value:.2f}" + ("" if score.p != score.p else f" ({score.p:.3f})")
