"""What people type who know other programs, or half remember this one: all that is said."""

from tests.bad.made import Bad, Prepare, images, write

MEASURES = "direction, tree, cophenetic, transfer, task2vec, loss, pixels or nuisance"
OWN = (
    "name glyphs, omniglot, iconify, functions, a table (.csv, .parquet, .npz), or images of your "
    "own as task/class/image"
)
ABSENT = "cannot be read (No such file or directory)"


def said(line: str, sentence: str, code: int = 2, prepare: Prepare = lambda: None) -> Bad:
    return Bad(tuple(line.split()), code, f"treemeta: {sentence}\n", prepare)


def command(line: str, known: str) -> Bad:
    named = line.removesuffix(" latest")
    return said(line, f"there is no command 'treemeta {named}': did you mean 'treemeta {known}'?")


def option(line: str, known: str) -> Bad:
    path, dash, rest = line.partition(" -")
    name = f"{dash.strip()}{rest.split()[0]}"
    return said(line, f"'treemeta {path}' has no option {name!r}: did you mean {known}?")


MISTAKES = (
    command("show latest", "tree show"),
    command("export latest", "tree export"),
    command("import", "data import"),
    command("tree doctor", "registry doctor"),
    command("trian", "train"),
    command("simmilarity", "similarity"),
    command("tree shwo", "tree show"),
    command("data lists", "data list"),
    command("fit", "train"),
    command("evaluate", "compare"),
    command("plot", "tree export"),
    command("tree rm latest", "tree delete"),
    command("resume latest", "train --resume"),
    command("help", "--help"),
    command("omniglots", "train --dataset omniglot"),
    said("xyzzy", "there is no command 'treemeta xyzzy': see 'treemeta --help'"),
    option("train --lr 0.1", "--meta-step-size or --inner-lr"),
    option("train --epochs 3", "--meta-steps"),
    option("train --batch-size 8", "--meta-batch-size or --inner-batch-size"),
    option("train --depth 2", "--max-depth"),
    option("train --datset x", "--dataset"),
    option("train --gpu", "--device"),
    option("train -j 4", "--workers"),
    option("similarity --metric x", "--measure"),
    option("tree export -o x.svg", "--output"),
    option("tree show -h", "--help"),
    said("ui --theme x", "'treemeta ui' has no option '--theme': see 'treemeta ui --help'"),
    said("train --truth x", "'treemeta train' has no option '--truth': 'treemeta clusters' "
         "has one"),
    said("train --seed", "option '--seed' requires an argument: see 'treemeta COMMAND --help'"),
    said("tree latest", "there is no command 'treemeta tree latest': did you mean "
         "'treemeta tree show latest'?"),
    said("tree delete", "'treemeta tree delete' needs TREE: type 'treemeta tree delete TREE'"),
    said("route new.csv", "'treemeta route' needs PATH: type 'treemeta route TREE PATH'"),
    said("tree tag latest", "'treemeta tree tag' needs KEY=VALUE: type 'treemeta tree tag TREE "
         "KEY=VALUE'"),
    said("predict latest", "'treemeta predict' needs --support: see 'treemeta predict --help'"),
    said("report a b", "'treemeta report' has no place for 'b': see 'treemeta report --help'"),
    said("train demo.toml", "'treemeta train' has no place for 'demo.toml': did you mean --config "
         "demo.toml?"),
    said("train omniglot", "'treemeta train' has no place for 'omniglot': did you mean --dataset "
         "omniglot?"),
    said("tree export latest tree.svg", "'treemeta tree export' has no place for 'tree.svg': did "
         "you mean --output tree.svg?"),
    said("similarity latest map.svg", "'treemeta similarity' has no place for 'map.svg': did you "
         "mean --export map.svg?"),
    said("train --meta-steps 1e3", "--meta-steps: '1e3' is not a whole number"),
    said("train --learner solvd", "--learner is 'solvd': did you mean 'solved'?"),
    said("train --arm tre", "--arm is 'tre': did you mean 'tree'?"),
    said("similarity --measure pixel", "--measure is 'pixel': did you mean 'pixels'?"),
    said("similarity --measure cosine", f"--measure is 'cosine': choose {MEASURES}"),
    said("similarity --picture pie", "--picture is 'pie': choose heatmap, dendrogram or map"),
    said("compare --arms tre", "--arms names 'tre', which is none: did you mean 'tree'?"),
    said("tree export --format SVG", "--format is 'SVG': did you mean 'svg'?"),
    said("train --transform rotated", "--transform 'rotated': did you mean 'rotate'?"),
    said(
        "train --questions stile",
        "--questions: 'stile' is nothing to ask: did you mean 'style'?"
    ),
    said("data info --split poter", "--split: 'poter' is not one of 'poster', 'lake'"),
    said(
        "tree show newest",
        "tree 'newest' is no id and no name: see 'treemeta tree list', or say latest", 4,
    ),
    said("train --dataset imagenet", f"data set 'imagenet' is no folder: {OWN}", 3),
    said(
        "train --dataset Omniglot", "data set 'Omniglot' is no folder: did you mean 'omniglot'?", 3
    ),
    said(
        "train --dataset image", "data set 'image' is no folder: did you mean 'images'?", 3,
        images(),
    ),
    said(
        "train --dataset site.csv", f"table 'site.csv' {ABSENT}: did you mean 'sites.csv'?", 3,
        write("sites.csv"),
    ),
    said(
        "train --config demo.tml", f"config demo.tml {ABSENT}: did you mean 'demo.toml'?", 2,
        write("demo.toml"),
    ),
    said(
        "train --config demo.toml",
        "config demo.toml sets 'meta_step', which is no option: did you mean 'meta_steps'?", 2,
        write("demo.toml", "meta_step = 1\n"),
    ),
)  # fmt: skip
BAD = {" ".join(one.command): one for one in MISTAKES}
assert len(BAD) == len(MISTAKES) >= 40
