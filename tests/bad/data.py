"""Data that are none, and a machine that is not as it is said to be."""

import os
from pathlib import Path

from tests.bad.made import (
    Bad,
    blank,
    bomb,
    divided,
    empty_class,
    images,
    no_number,
    one_task,
    truncate,
    write,
)

QUICK = ("train", "--meta-steps=1")
SIMILARITY = ("similarity", "--measure=direction")
TRAIN = ("train", "--dataset=images", "--ways=2", "--shots=1", "--queries=1", "--meta-steps=1")
ROUTE = ("route", "latest", "images")
PREDICT = ("predict", "latest", "--support=images/task0", "--query=images/task1")
BAD: dict[str, Bad] = {
    "no new tasks": Bad(ROUTE, 3, "'images' is no folder"),
    "an empty folder of new tasks": Bad(ROUTE, 3, "images", lambda: Path("images").mkdir()),
    "new tasks of two layouts": Bad(
        ROUTE, 3, "both as", images(spoil=write("images/task0/loose.png", "x"))
    ),
    "a new task of too few classes": Bad(ROUTE, 3, "task 'task0'", images(classes=2)),
    "a new task of too few images": Bad(ROUTE, 3, "class 'task0/class0'", images(each=1)),
    "a new task of blank images": Bad(ROUTE, 3, "task1", images(spoil=blank)),
    "half a new image": Bad(ROUTE, 3, "1.png", images(spoil=truncate)),
    "a table for a tree of images": Bad(("route", "latest", "t.csv"), 2, "grown on images"),
    "a table of queries for a tree of images": Bad(
        (*PREDICT[:3], "--query=q.csv"), 2, "'q.csv' is none of them", images()
    ),
    "images embedded by no network": Bad(
        ("data", "embed", "images", "--backbone=resnet17", "--output=t.parquet"), 2,
        "did you mean 'resnet18'", images(),
    ),
    "images embedded by weights that are none": Bad(
        ("data", "embed", "images", "--weights=w.pth", "--output=t.parquet"), 3, "no state dict",
        images(spoil=write("w.pth", "x")),
    ),
    "no images to embed": Bad(("data", "embed", "none", "--output=t.parquet"), 3, "'none' is no"),
    "no support": Bad(PREDICT, 3, "'images/task0' is no folder"),
    "a support of one class": Bad(PREDICT, 3, "1 class", images(classes=1)),
    "a support without images": Bad(
        ("predict", "latest", "--support=s", "--query=s"), 3, "class/image", Path("s").mkdir
    ),
    "a class of a support without images": Bad(
        ("predict", "latest", "--support=images/task2", "--query=images/task1"), 3, "class2",
        images(spoil=empty_class),
    ),
    "no queries": Bad((*PREDICT[:3], "--query=none"), 3, "'none'", images()),
    "a query that is no image": Bad(
        (*PREDICT[:3], "--query=q.png"), 3, "q.png", images(spoil=write("q.png", "x"))
    ),
    "no folder": Bad(TRAIN, 3, "images"),
    "an empty folder": Bad(TRAIN, 3, "images", lambda: Path("images").mkdir()),
    "a file for a folder": Bad(TRAIN, 3, "images", write("images", "x")),
    "tasks without classes": Bad(TRAIN, 3, "images", lambda: Path("images/a").mkdir(parents=True)),
    "a class without images": Bad(TRAIN, 3, "class2", images(spoil=empty_class)),
    "text for an image": Bad(
        TRAIN, 3, "1.png", images(spoil=write("images/task1/class1/1.png", "no image"))
    ),
    "half an image": Bad(TRAIN, 3, "1.png", images(spoil=truncate)),
    "an image without end": Bad(TRAIN, 3, "1.png", images(spoil=bomb)),
    "blank images": Bad(TRAIN, 3, "task1", images(spoil=blank)),
    "floats that are no numbers": Bad(
        TRAIN, 3, "1.tif' has pixels that are NaN", images(spoil=no_number)
    ),
    "one task, laid out as classes": Bad(
        TRAIN, 3, "holds class/image, which is one task", images(spoil=one_task)
    ),
    "one task, its images divided": Bad(
        TRAIN, 3, "holds test and train with train/class/image", images(spoil=divided)
    ),
    "a task held out that is none": Bad(
        (*TRAIN, "--held-out=held.txt"), 3, "names 'Klingon'",
        images(spoil=write("held.txt", "Klingon\n")),
    ),
    "a pattern of no task": Bad((*TRAIN, "--held-out=k*"), 3, "'k*' is no file", images()),
    "more than all held out": Bad((*TRAIN, "--held-out=7"), 2, "7 is no share", images()),
    "glyphs held out": Bad((*QUICK, "--held-out=0.5"), 2, "--held-out 0.5 is for folders"),
    "one class a task": Bad(TRAIN, 3, "task0", images(classes=1)),
    "one image a class": Bad(TRAIN, 3, "task0", images(each=1)),
    "a loop of links": Bad(TRAIN, 3, "images", lambda: os.symlink("images", "images")),
    "arrays that are not here": Bad(
        (*QUICK, "--dataset=packed:rows-0123456789abcdef"), 3, "packed:rows-0123456789abcdef"
    ),
    "arrays of no such name": Bad((*QUICK, "--dataset=packed:rows-../../etc"), 3, "is no folder"),
    "glyphs of no family": Bad((*QUICK, "--dataset=glyphs:families=0"), 2, "families"),
    "glyphs of nonsense": Bad((*QUICK, "--dataset=glyphs:serifs=1"), 2, "serifs"),
    "a truth that is not there": Bad(("clusters", "--truth=t.csv"), 2, "t.csv"),
    "a truth of other columns": Bad(
        ("clusters", "--truth=t.csv"), 3, "t.csv", write("t.csv", "a,b\n1,2\n")
    ),
    "a truth of other tasks": Bad(
        ("clusters", "--truth=t.csv"), 3, "t.csv", write("t.csv", "task,family\nKlingon,x\n")
    ),
    "icons that are none": Bad(
        ("data", "import", "iconify", "x.json"), 3, "x", write("x.json", "{")
    ),
    "a server that is not there": Bad(
        ("tree", "list"), 4, "does not answer", environment={"MLFLOW_TRACKING_URI": "http://127.0.0.1:9"}
    ),
    "a server of nonsense": Bad(
        ("tree", "list"), 4, "ftp://x", environment={"MLFLOW_TRACKING_URI": "ftp://x"}
    ),
    "a password": Bad(
        ("tree", "list"), 4, "u:***@", environment={"MLFLOW_TRACKING_URI": "http://u:secret@127.0.0.1:9"}
    ),
    "a file for the data": Bad(
        (*QUICK, "--dataset=omniglot"), 3, "data", write("data", "x"), {"TREEMETA_DATA": "data"}
    ),
    "an output in no folder": Bad(("tree", "export", "--output=no/such/x.dot"), 7, "no/such"),
    "an output that is a folder": Bad(
        ("tree", "export", "--output=x.dot"), 7, "x.dot", Path("x.dot").mkdir
    ),
    "a full disk": Bad((*SIMILARITY, "--export=/dev/full"), 2, "/dev/full"),
    "a file in the place of a registry's folder": Bad(
        (*QUICK, "--tracking-uri=sqlite:///x/y.db"), 7, "x", write("x", "")
    ),
}  # fmt: skip
