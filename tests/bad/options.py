"""Options and config files that make no sense."""

from pathlib import Path

from tests.bad.made import Bad, write

QUICK = ("train", "--meta-steps=1")
SIMILARITY = ("similarity", "--measure=direction")
BAD: dict[str, Bad] = {
    "a negative count": Bad((*QUICK, "--meta-steps=-1"), 2, "--meta-steps"),
    "a word for a count": Bad((*QUICK, "--meta-steps=x"), 2, "'x'"),
    "a fraction for a count": Bad((*QUICK, "--meta-steps=1.5"), 2, "'1.5'"),
    "one way": Bad((*QUICK, "--ways=1"), 2, "--ways 1 does not go with --targets classes"),
    "no shot": Bad((*QUICK, "--shots=0"), 2, "--shots is 0"),
    "a negative seed": Bad((*QUICK, "--seed=-1"), 2, "--seed"),
    "a learner that is none": Bad((*QUICK, "--learner=maml"), 2, "--learner is 'maml'"),
    "a share that is none": Bad((*QUICK, "--share=half"), 2, "--share is 'half'"),
    "a gate that is none": Bad((*QUICK, "--gate=perhaps"), 2, "--gate is 'perhaps'"),
    "a rule that is none": Bad((*QUICK, "--rule=never"), 2, "--rule is 'never'"),
    "a level above one": Bad((*QUICK, "--level=2"), 2, "--level is 2"),
    "too few deals": Bad((*QUICK, "--deals=3"), 2, "--deals is 3: it must be at least 19"),
    "a rate that is no number": Bad((*QUICK, "--inner-lr=nan"), 2, "--inner-lr"),
    "an endless rate": Bad((*QUICK, "--inner-lr=inf"), 2, "--inner-lr"),
    "a negative rate": Bad((*QUICK, "--meta-step-size=-1"), 2, "--meta-step-size"),
    "a question that is none": Bad((*QUICK, "--questions=flavour"), 2, "flavour"),
    "a device that is none": Bad((*QUICK, "--device=tpu"), 2, "--device is 'tpu'"),
    "an engine that is none": Bad((*QUICK, "--engine=spark"), 2, "--engine is 'spark'"),
    "no worker": Bad((*QUICK, "--workers=0"), 2, "0 is below 1"),
    "an outage of less than nothing": Bad((*QUICK, "--outage=-1"), 2, "-1 is below 0"),
    "checkpoints of less than nothing": Bad((*QUICK, "--commit-every=-1"), 2, "-1 is below 0"),
    "a fallback from nothing": Bad((*QUICK, "--allow-fallback"), 2, "is for --resume TREE"),
    "resumed otherwise": Bad(("train", "--resume=latest", "--seed=1"), 2, "leave --seed out"),
    "an option that is none": Bad((*QUICK, "--gradient=up"), 2, "--gradient"),
    "a command that is none": Bad(("grow",), 2, "grow"),
    "arms that are none": Bad(("compare", "--arms=best"), 2, "'best'"),
    "an arm twice": Bad(("compare", "--arms=joint,joint"), 2, "2 times"),
    "no seeds": Bad(("compare", "--seeds=0"), 2, "0 is below 1"),
    "a measure that is none": Bad(("similarity", "--measure=magic"), 2, "--measure is 'magic'"),
    "a format that is none": Bad(("tree", "export", "--format=docx"), 2, "docx"),
    "an ending that is none": Bad((*SIMILARITY, "--export=x.docx"), 2, "docx"),
    "a tree that is none": Bad(("tree", "show", "zebra"), 4, "zebra"),
    "a tree of all letters": Bad(("tree", "show", ""), 4, "''"),
    "a node that is none": Bad(("similarity", "--node=r77"), 4, "r77"),
    "no config": Bad(("train", "--config=c.toml"), 2, "c.toml"),
    "a folder for a config": Bad(("train", "--config=c.toml"), 2, "c.toml", Path("c.toml").mkdir),
    "a config that is no toml": Bad(
        ("train", "--config=c.toml"), 2, "c.toml", write("c.toml", "= 3")
    ),
    "bytes for a config": Bad(
        ("train", "--config=c.toml"), 2, "c.toml", write("c.toml", b"\xff\x00")
    ),
    "a key that is none": Bad(
        ("train", "--config=c.toml"), 2, "learning_rate", write("c.toml", "learning_rate = 1")
    ),
    "a key of another type": Bad(
        ("train", "--config=c.toml"), 2, "ways", write("c.toml", 'ways = "five"')
    ),
    "a key twice": Bad(("train", "--config=c.toml"), 2, "c.toml", write("c.toml", "a=1\na=1\n")),
    "a list for a value": Bad(("train", "--config=c.toml"), 2, "seed", write("c.toml", "seed=[1]")),
}  # fmt: skip
