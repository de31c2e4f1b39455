"""What the measures are called: of each there is a module here."""

MEASURES = (
    "direction", "tree", "cophenetic", "transfer", "task2vec", "loss", "pixels", "nuisance",
)  # fmt: skip
