"""Answering from Python: what a tree learns from arrays."""

from dataclasses import replace
from typing import Any

from treemeta.measures.subject import Subject
from treemeta.tasks.given_table import names_of
from treemeta.tasks.support import support_from
from treemeta.tasks.units import Units
from treemeta.tree.answer import adapt
from treemeta.tree.predictor import Predictor
from treemeta.tree.route import Router


def units_at(subject: Subject) -> Units | None:
    """Return the units of what a tree was grown on, where that are rows."""
    return subject.dataset.units if subject.config.of_rows else None


def learned_by(subject: Subject, router: Router, inputs: Any, labels: Any) -> Predictor:
    """Return what a tree has learned from a support; raises ``DataError`` for one that does not
    fit."""
    units = units_at(subject)
    if units and not units.names:  # queries are asked by the names that the support has
        units = replace(units, names=names_of(inputs))
    support = support_from(subject.config, units, inputs, labels)
    learned = adapt(subject.config, router, support)
    return Predictor(learned, support.classes, units, subject.engine)
