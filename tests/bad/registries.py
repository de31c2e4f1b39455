"""Registries that are none, or not whole."""

import os
import sqlite3
from pathlib import Path

from tests.bad.made import Bad, images, lock, of_tomorrow, sql, unfinished, write

ROUTE = ("route", "latest", "images")
REGISTER = ("tree", "register", "latest")
BAD: dict[str, Bad] = {
    "an unfinished tree that is asked where": Bad(ROUTE, 4, "--resume", images(spoil=unfinished)),
    "an unfinished tree that is asked what": Bad(
        ("predict", "latest", "--support=images/task0", "--query=images/task1"), 4, "--resume",
        images(spoil=unfinished),
    ),
    "a node to register that is none": Bad((*REGISTER, "r77", "--name=a"), 4, "'r77'"),
    "a name that is an address": Bad((*REGISTER, "r", "--name=a/b"), 2, "--name is 'a/b'"),
    "an alias that is a version": Bad(
        (*REGISTER, "r", "--name=a", "--alias=v1"), 2, "--alias is 'v1'"
    ),
    "no registry": Bad(
        ("tree", "list", "--tracking-uri=sqlite:///no.db"), 4, "no registry at no.db"
    ),
    "a folder for a registry": Bad(
        ("tree", "list", "--tracking-uri=sqlite:///x.db"), 4, "x.db", Path("x.db").mkdir
    ),
    "an empty file for a registry": Bad(
        ("tree", "list", "--tracking-uri=sqlite:///x.db"), 4, "x.db", write("x.db")
    ),
    "text for a registry": Bad(
        ("tree", "list", "--tracking-uri=sqlite:///x.db"), 4, "x.db", write("x.db", "hello " * 99)
    ),
    "half a registry": Bad(
        ("tree", "show"), 5, "damaged",
        lambda: os.truncate("registry/mlflow.db", Path("registry/mlflow.db").stat().st_size // 2),
    ),
    "another program's database": Bad(
        ("tree", "list", "--tracking-uri=sqlite:///x.db"), 4, "x.db",
        lambda: sqlite3.connect("x.db").execute("create table a (b)"),
    ),
    "a registry of tomorrow": Bad(
        ("tree", "list", "--tracking-uri=sqlite:///x.db"), 4, "version", of_tomorrow
    ),
    "an address that is none": Bad(("tree", "list", "--tracking-uri=gopher:x"), 4, "gopher:x"),
    "files that are gone": Bad(
        ("tree", "show"), 5, "config.json is missing",
        lambda: Path("registry/artifacts").rename("elsewhere"),
    ),
    "files on another machine": Bad(
        ("tree", "show"), 4, "which is not on this machine",
        sql("update runs set artifact_uri = 'http://127.0.0.1:9/x'"),
    ),
    "files in a bucket": Bad(
        ("tree", "show"), 4, "which is not on this machine",
        sql("update runs set artifact_uri = 's3://bucket/x'"),
    ),
    "files of no address": Bad(
        ("tree", "show"), 4, "which is not on this machine", sql("update runs set artifact_uri = 'file://[x'")
    ),
    "files of the system": Bad(
        ("tree", "show"), 5, "is missing", sql("update runs set artifact_uri = 'file:///etc'")
    ),
    "a tree that is its own parent": Bad(
        ("tree", "show"), 5, "hangs below the wrong parent",
        sql("update tags set value = run_uuid where key = 'mlflow.parentRunId'"),
    ),
    "nodes of one name": Bad(
        ("tree", "show"), 5, "several runs for each of r",
        sql("update tags set value = 'r' where key = 'treemeta.node'")
    ),
    "a commit that is no json": Bad(
        ("tree", "show"), 5, "does not vouch",
        sql("update tags set value = '{' where key like 'treemeta.commit%'"),
    ),
    "a locked registry": Bad(("tree", "show"), 4, "in use", lock),
}  # fmt: skip
