"""How well forecasts tell what splits gain, each data set told by all the others.

Fits what ``benchmarks splits`` measured, writes the fit beside ``treemeta/tree/forecast.py``, and
draws it. Coverage is nested: the interval of a data set that is left out is that of the others.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import spearmanr

from benchmarks import splits
from benchmarks.curves import COLOURS
from treemeta.tree.forecast import Fit, forecast_of, promise
from treemeta.tree.reliability import disattenuated

ROOT = Path(__file__).parents[1]
FIT = ROOT / "treemeta" / "tree" / "forecast.json"
PICTURE = ROOT / "benchmarks" / "results" / "forecast.svg"
COVERED = 0.9

Row = dict[str, Any]


def run() -> Row:
    rows = splits.run()
    promised = np.array([promise_of(row) for row in rows])
    gains, families = (np.array([row[key] for row in rows]) for key in ("gain", "family"))
    told = left_out(promised, gains, families)
    inside = [one.low <= gain <= one.high for one, gain in zip(told, gains, strict=True)]
    errors = gains - [one.gain for one in told]
    whole = fitted(promised, gains, families)
    FIT.write_text(json.dumps(asdict(whole)) + "\n")
    draw(rows, promised, whole)
    found = {
        "splits": len(rows), "data sets": sorted({row["family"] for row in rows}),
        "spearman": float(spearmanr([one.gain for one in told], gains)[0]),
        "spearman of the cosine": float(-spearmanr([cosine_of(row) for row in rows], gains)[0]),
        "coverage": float(np.mean(inside)), "error": float(np.sqrt(np.mean(errors**2))),
        "half width": float(np.median([one.high - one.gain for one in told])),
        "fit": asdict(whole),
        "by family": {
            family: {
                "splits": int((families == family).sum()),
                "coverage": float(np.mean(np.array(inside)[families == family])),
                "bias": float(errors[families == family].mean()),
            }
            for family in sorted(set(families.tolist()))
        },
    }  # fmt: skip
    for key, value in found.items():
        print(f"{key}: {value}")
    return found


def between_of(row: Row) -> np.ndarray:
    return np.sum([np.array(one) for one in row["groups"].values()], axis=0)


def promise_of(row: Row) -> float:
    return promise(between_of(row), np.array(row["sizes"]), np.array(row["errors"]))


def cosine_of(row: Row) -> float:
    """Return the least cosine of two groups' mean gradients, 1 where a length is all noise."""
    pairs = disattenuated(between_of(row))[np.triu_indices(len(row["sizes"]), 1)]
    return 1.0 if np.isnan(pairs).any() else float(pairs.min())


def left_out(promised: np.ndarray, gains: np.ndarray, families: np.ndarray) -> list[Any]:
    """Return the forecast of every split by a fit of the other data sets."""
    told: list[Any] = [None] * len(gains)
    for family in set(families.tolist()):
        mine = families == family
        by = fitted(promised[~mine], gains[~mine], families[~mine])
        for at in np.flatnonzero(mine):
            told[at] = forecast_of(float(promised[at]), by)
    return told


def fitted(promised: np.ndarray, gains: np.ndarray, families: np.ndarray) -> Fit:
    """Return the fit of gains to promised, with the reach that covers so many of the gains of data
    sets that are left out in turn."""
    base, slope = line(promised, gains)
    missed, said = np.zeros_like(gains), np.zeros_like(gains)
    for family in set(families.tolist()):
        mine = families == family
        b, s = line(promised[~mine], gains[~mine])
        said[mine] = b + s * promised[mine]
        missed[mine] = np.abs(gains[mine] - said[mine])
    said = np.maximum(said, 0)
    reach, spread = np.maximum(np.polynomial.polynomial.polyfit(said, missed, 1), (1e-4, 0))
    ratios = missed / (reach + spread * said)
    n = len(ratios)
    most = float(np.quantile(ratios, min(1.0, np.ceil((n + 1) * COVERED) / n)))
    return Fit(base, slope, most * float(reach), most * float(spread))


def line(promised: np.ndarray, gains: np.ndarray) -> tuple[float, float]:
    base, slope = np.polynomial.polynomial.polyfit(promised, gains, 1)
    return float(base), float(slope)


def draw(rows: Sequence[Row], promised: np.ndarray, by: Fit) -> None:
    """Draw every split's gain against its promise, and what is forecast."""
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context({"svg.hashsalt": "treemeta", "font.size": 9}):
        figure = Figure(figsize=(7, 4.2), layout="constrained")
        axes = figure.subplots()
        at = np.linspace(0, promised.max() * 1.05, 101)
        band = [forecast_of(float(one), by) for one in at]
        low, high = ([getattr(one, end) for one in band] for end in ("low", "high"))
        axes.fill_between(at, low, high, color="#dddddd", linewidth=0, label="forecast, 90 %")
        axes.plot(at, [one.gain for one in band], color="#888888", linewidth=1)
        for number, family in enumerate(dict.fromkeys(row["family"] for row in rows)):
            mine = [i for i, row in enumerate(rows) if row["family"] == family]
            axes.errorbar(
                promised[mine], [rows[i]["gain"] for i in mine],
                yerr=[1.96 * rows[i]["error"] for i in mine], fmt="o", markersize=3,
                color=COLOURS[number % len(COLOURS)], elinewidth=0.5, label=family,
                markerfacecolor="none" if number >= len(COLOURS) else None,
            )  # fmt: skip
        axes.axhline(0, color="black", linewidth=0.5)
        axes.set(
            xlabel="promise: gradient that the groups' mean has lost, by what there is to win",
            ylabel="gain on unseen tasks",
        )
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(frameon=False, fontsize=7, loc="upper left", ncols=2)
        figure.savefig(PICTURE, metadata={"Date": None})
