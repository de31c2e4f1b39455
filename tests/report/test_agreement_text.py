import json
from io import StringIO
from pathlib import Path

import pandas as pd

from tests.analysis.test_clusters import found
from treemeta.analysis.clusters import agreement_rows
from treemeta.report.agreement_text import agreement_csv, agreement_json, agreement_text

GOLDEN = Path(__file__).parent / "golden"


def test_the_text_is_as_it_was() -> None:
    assert agreement_text(found()) + "\n" == (GOLDEN / "agreement.txt").read_text()


def test_files_say_the_same_as_the_rows() -> None:
    rows = agreement_rows(found())
    table = pd.read_csv(StringIO(agreement_csv(found())), keep_default_na=False, na_values=[""])
    assert len(table) == len(rows) == 2 * (2 * 5 + 3)
    assert table["value"].tolist() == [row["value"] for row in rows]
    told = json.loads(agreement_json(found(), {"tree": "f"}))
    assert told["tree"] == "f"
    assert [row["score"] for row in told["agreement"]] == [row["score"] for row in rows]
