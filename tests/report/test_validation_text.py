import json
import xml.etree.ElementTree as ET
from dataclasses import replace
from io import BytesIO

import pandas as pd
import pytest

from tests.analysis.test_validation import SKILL, apart, found, symmetric_noise
from treemeta.report.exports import VALIDATION, export_validation
from treemeta.report.validation_text import validation_text


def test_text_and_files() -> None:
    one = found(apart(SKILL), apart(SKILL) + symmetric_noise(1))
    other = replace(found(symmetric_noise(1), apart(SKILL)), measure="pixels", reliability={})
    other = replace(other, reliability={"pixels": None}, corrected=None)
    _, head, *rows, rank, chance, _, low, _ = validation_text(one, [other]).splitlines()
    assert rank.startswith("Spearman: rank correlation")
    assert low.endswith("so this is rather too low")
    assert chance == "p: Mantel's, of which 0.0001 is the least that 9,999 permutations can give"
    assert one.corrected is not None
    told = [one.spearman, one.corrected, one.p, one.partial_spearman, one.partial_p, 0.9]
    digits = [3, 3, 4, 3, 4, 3]
    assert rows[0].split()[1:] == [f"{x:.{d}f}" for x, d in zip(told, digits, strict=True)]
    assert (rows[0].split()[0], rows[1].split()[:2]) == (
        "direction", ["pixels", f"{other.spearman:.3f}"],
    )  # fmt: skip
    assert rows[1].index(f"{other.p:.4f}") == head.index("p ")
    content = {kind: export_validation(one, [other], {"tree": "f"}, kind) for kind in VALIDATION}
    told = json.loads(content["json"])
    assert told["spearman"] == one.spearman
    assert [each["measure"] for each in told["beside"]] == ["pixels"]
    assert told["corrected"] == one.corrected
    assert told["transfer_reliability"] == told["reliability"]["transfer"] == pytest.approx(1)
    assert len(told["pairs"]) == 380
    assert len(pd.read_csv(BytesIO(content["csv"]))) == 380
    ET.fromstring(content["svg"])
    assert content["png"].startswith(b"\x89PNG")
    assert export_validation(one, [], {}, "svg") == export_validation(one, [], {}, "svg")


def test_of_rows_nothing_is_said_of_nuisance() -> None:
    one = replace(
        found(apart(SKILL), apart(SKILL)), given=(), partial_spearman=float("nan"),
        partial_p=float("nan"),
    )  # fmt: skip
    assert "nuisance" not in "".join(validation_text(one).splitlines()[2:])
