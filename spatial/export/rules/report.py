"""What a check found: faults by rule, counted in full and listed up to a number per rule and file."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from spatial.export.rules.registry import RULES, Severity
from spatial.text import LANGUAGES, TextKey, printable, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

__all__ = ["MOST_LISTED", "CheckedFile", "Fault", "Findings", "Report"]

MOST_LISTED: Final = 20
"""Faults of one rule in one file that are listed one by one; all are counted."""

_MOST_SHOWN: Final = 160


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One breach of a rule.

    Attributes
    ----------
    rule : str
        Id of the rule.
    file : str
        File name, or path relative to the package.
    feature_id : str or None
        The feature's id, or its place in the file where it has none; None for the file as a whole.
    found : str
        What was met, as it stands in the file; empty where there is nothing to quote.
    """

    rule: str
    file: str
    feature_id: str | None
    found: str

    def message(self, lang: str = "zh") -> str:
        """Return what is wrong and what to do, in ``lang`` (``"zh"`` or ``"en"``)."""
        words: dict[str, object] = {
            "title": TextKey(f"rule.{self.rule}"),
            "advice": TextKey(f"rule.{self.rule}.next"),
            "found": self.found,
        }
        return text("rule.message" if self.found else "rule.message_bare", lang, **words)

    def to_dict(self, lang: str = "zh") -> dict[str, object]:
        """Return the fault as plain values: ``message`` in ``lang``, then in every language."""
        worded = {f"message_{name}": self.message(name) for name in LANGUAGES}
        plain = {"rule": self.rule, "file": self.file, "feature_id": self.feature_id}
        return {**plain, "message": self.message(lang), **worded}


@dataclass(frozen=True, kw_only=True)
class CheckedFile:
    """A file that was checked; ``n_features`` is None where it holds none by its nature."""

    path: str
    format: str
    n_features: int | None


@dataclass(frozen=True, kw_only=True)
class Report:
    """The result of a check.

    Attributes
    ----------
    files : tuple of CheckedFile
    errors, warnings : tuple of Fault
        At most `MOST_LISTED` for each rule and file.
    totals : dict
        ``(rule, file)`` to the number of all its faults, listed or not.
    rules_run : tuple of str
        Ids of the rules that had something to judge.
    """

    files: tuple[CheckedFile, ...]
    errors: tuple[Fault, ...]
    warnings: tuple[Fault, ...]
    totals: dict[tuple[str, str], int]
    rules_run: tuple[str, ...]

    @property
    def valid(self) -> bool:
        """Whether no rule that matters was broken."""
        return not self.errors

    @property
    def n_features(self) -> int:
        """Features that were checked; those of a package are counted once, not once for each format."""
        by_format: Counter[str] = Counter()
        for file in self.files:
            by_format[file.format] += file.n_features or 0
        return max(by_format.values(), default=0)

    def count(self, faults: Iterable[Fault]) -> int:
        """Return how many faults the listed ones stand for."""
        return sum(self.totals[place] for place in {(fault.rule, fault.file) for fault in faults})

    def to_dict(self, lang: str = "zh") -> dict[str, Any]:
        """Return the report as plain JSON values, its messages in ``lang``."""
        listed = Counter((fault.rule, fault.file) for fault in (*self.errors, *self.warnings))
        return {
            "valid": self.valid,
            "files": [
                {"path": file.path, "format": file.format, "n_features": file.n_features}
                for file in self.files
            ],
            "errors": [fault.to_dict(lang) for fault in self.errors],
            "warnings": [fault.to_dict(lang) for fault in self.warnings],
            "totals": [
                {"rule": rule, "file": file, "n_faults": n, "n_listed": listed[(rule, file)]}
                for (rule, file), n in self.totals.items()
            ],
            "rules_run": list(self.rules_run),
        }


@dataclass
class Findings:
    """Faults as they are met, for a single file or for a package.

    Parameters
    ----------
    in_package : bool
        Whether rules are held as in a package of the atlas.
    """

    in_package: bool = False
    files: list[CheckedFile] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    totals: Counter[tuple[str, str]] = field(default_factory=Counter)
    rows: dict[tuple[str, str], set[int]] = field(default_factory=dict)
    families: set[str] = field(default_factory=set)

    def severity(self, rule: str) -> Severity | None:
        """Return what a breach of the rule means here; None where it does not apply."""
        found = RULES[rule]
        return found.in_package if self.in_package else found.in_file

    def add(self, rule: str, file: str, *, feature_id: str | None = None, found: object = "") -> None:
        """Add one fault; a rule that does not apply here is passed over."""
        if self.severity(rule) is None:
            return
        self.totals[(rule, file)] += 1
        if self.totals[(rule, file)] <= MOST_LISTED:
            self._list(rule, file, feature_id, found)

    def add_rows(
        self,
        rule: str,
        file: str,
        rows: NDArray[np.int64],
        *,
        ids: Sequence[str],
        found: Sequence[object] | NDArray[Any] | None = None,
    ) -> None:
        """Add one fault for each feature among ``rows``.

        Parameters
        ----------
        rule, file : str
            Where and what.
        rows : ndarray of int, shape (n,)
            Rows of features; one may occur often and is told once, with the first of ``found``.
        ids : sequence of str
            Id by row.
        found : sequence of object, shape (n,), or None
            What was met.
        """
        if not len(rows) or self.severity(rule) is None:
            return
        distinct, first = np.unique(rows, return_index=True)
        self.totals[(rule, file)] += len(distinct)
        self.rows.setdefault((rule, file), set()).update(distinct.tolist())
        room = MOST_LISTED - sum(fault.rule == rule and fault.file == file for fault in self.faults)
        for row, at in zip(distinct[: max(room, 0)], first, strict=False):
            self._list(rule, file, ids[row], "" if found is None else found[at])

    def rows_of(self, rules: Iterable[str], file: str) -> set[int]:
        """Return the rows of a file that any of the rules met."""
        return set().union(*(self.rows.get((rule, file), set()) for rule in rules))

    def report(self) -> Report:
        """Return what was found."""
        errors = tuple(f for f in self.faults if self.severity(f.rule) is Severity.ERROR)
        warnings = tuple(f for f in self.faults if self.severity(f.rule) is Severity.WARNING)
        run = tuple(
            rule for rule, stated in RULES.items() if stated.family in self.families and self.severity(rule)
        )
        return Report(
            files=tuple(self.files),
            errors=errors,
            warnings=warnings,
            totals=dict(self.totals),
            rules_run=run,
        )

    def _list(self, rule: str, file: str, feature_id: str | None, found: object) -> None:
        """Keep a fault for the list, its words on one line and of a readable length."""
        shown = None if feature_id is None else _readable(feature_id)
        self.faults.append(Fault(rule=rule, file=file, feature_id=shown, found=_readable(found)))


def _readable(value: object) -> str:
    """Return a value of a file as one short line."""
    words = str(value.tolist() if isinstance(value, np.ndarray | np.generic) else value)
    return printable(words if len(words) <= _MOST_SHOWN else words[:_MOST_SHOWN] + "…")
