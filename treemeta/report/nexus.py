"""Trees in Nexus format (Maddison, Swofford and Maddison 1997)."""

from treemeta.report.newick import clades, length, newick_name, notes
from treemeta.store.records import ROOT, Node, Tree


def tree_nexus(tree: Tree) -> str:
    """Return the tree in Nexus format: tasks are the taxa, branch lengths are meta-steps.

    As in Newick the label of an inner node is its support; its name, support and accuracy stand in
    a comment before the length, as BEAST writes and FigTree, iTOL, treeio and DendroPy read them.
    """

    def mark(node: Node) -> str:
        told = notes(tree, node)
        name = told.pop("name")
        comment = "".join(f",{key}={value}" for key, value in told.items())
        support = told.get("support", "")
        return f'{support}[&name="{name}"{comment}]{length(tree, node.meta_steps)}'

    drawn = clades(tree, mark)
    tasks = next((node.tasks for node in tree.nodes if drawn and node.name == ROOT), ())
    lines = [
        "#NEXUS",
        "BEGIN TAXA;",
        f"  DIMENSIONS NTAX={len(tasks)};",
        "  TAXLABELS " + " ".join(map(newick_name, tasks)) + ";",
        "END;",
        "BEGIN TREES;",
        f"  TREE treemeta = [&R] {drawn};",
        "END;",
    ]
    return "\n".join(lines) + "\n"
