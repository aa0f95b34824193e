"""Which way of counting decides: every zone under every definition that can be asked for."""

from __future__ import annotations

from spatial.audit.axes import AXES, every_definition, single_change, year_ends
from spatial.audit.layers import AuditedLayer, audit_published, audit_survey
from spatial.audit.matrix import definition_matrix, is_flip, published_matrix
from spatial.audit.published_case import CaseFigure, published_case
from spatial.audit.ranges import definition_ranges, single_changes, what_flips

__all__ = [
    "AXES",
    "AuditedLayer",
    "CaseFigure",
    "audit_published",
    "audit_survey",
    "definition_matrix",
    "definition_ranges",
    "every_definition",
    "is_flip",
    "published_case",
    "published_matrix",
    "single_change",
    "single_changes",
    "what_flips",
    "year_ends",
]
