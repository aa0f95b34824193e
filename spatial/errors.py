"""The error tree of the library.

::

    AtlasError
    ├── UsageError                  a call or command line that cannot be meant
    ├── InputError (ValueError)     input that is refused; nothing was changed
    │   ├── UnreadableFileError         the bytes are not what the name says
    │   ├── UnsupportedFormatError      a format that is refused by name
    │   ├── LimitExceededError          a named limit was passed
    │   ├── MissingColumnError          a column that the task needs
    │   ├── DuplicateIdError            ids that must be unique are not
    │   ├── MissingCrsError             no reference system is stated
    │   ├── UnknownCrsError             the stated system is not known here
    │   ├── GeometryError               no geometry, or none that can be used
    │   ├── BasisUnavailableError       a definition asks what the data lack
    │   ├── CellLevelTableError         one row per cell, not per station
    │   ├── UndecidedError              only the planner can say how a file is meant
    │   ├── WorkspaceError              a workspace file that cannot be opened
    │   ├── ScenarioError               a scenario that cannot be opened or used
    │   ├── PackError                   a plan pack that cannot be opened
    │   │   ├── UnknownPackError            no pack of that name
    │   │   └── NoGeometryError             the pack holds no zone boundary
    │   └── PackageError                a hand-over package that cannot be opened
    │       └── DeltaMismatchError          a delta that belongs to another package
    ├── ExportRefusedError          a check failed; nothing is handed over
    ├── UnwritableFileError         a file could not be written; the old one is whole
    ├── ServiceError                the service for other programs cannot be started
    ├── ClusterError                a count on several machines that cannot be made or finished
    └── SitingCheckError            a siting that an independent second look does not confirm

Every error is raised with a key of the text catalogue (`spatial.text`) and the figures that
fill it, so that one place words the message in each language: what, where, how many, and what
to do next.
"""

from __future__ import annotations

import copyreg
from typing import TYPE_CHECKING, Any, ClassVar, Final

from spatial.text import TextKey, printable, text

if TYPE_CHECKING:
    from spatial.importing.model import Question

__all__ = [
    "AtlasError",
    "BasisUnavailableError",
    "CellLevelTableError",
    "ClusterError",
    "DeltaMismatchError",
    "DuplicateIdError",
    "ExportRefusedError",
    "GeometryError",
    "IncomparableError",
    "InputError",
    "LimitExceededError",
    "MissingColumnError",
    "MissingCrsError",
    "NoGeometryError",
    "PackError",
    "PackageError",
    "ScenarioError",
    "ServiceError",
    "SitingCheckError",
    "UndecidedError",
    "UnknownCrsError",
    "UnknownPackError",
    "UnreadableFileError",
    "UnsupportedFormatError",
    "UnwritableFileError",
    "UsageError",
    "WorkspaceError",
]

_MOST_SHOWN: Final = 200
"""Characters of one name that a sentence quotes."""


class AtlasError(Exception):
    """Root of every error that the library raises on purpose.

    Parameters
    ----------
    key : str
        Key of the text catalogue, for example ``"error.missing_crs"``.
    **params : object
        The figures and names that fill the text.
    """

    exit_code: ClassVar[int] = 3

    def __init__(self, key: str, **params: object) -> None:
        self.key = key
        self.params = {name: _quotable(value) for name, value in params.items()}
        super().__init__(text(key, "zh", **self.params))

    def __reduce__(self) -> tuple[Any, ...]:
        # The arguments are the finished sentence: an error that comes from another process keeps its key.
        return (copyreg.__newobj__, (type(self), *self.args), self.__dict__)  # type: ignore[attr-defined]

    def message(self, lang: str = "zh") -> str:
        """Return the message in ``lang`` (``"zh"`` or ``"en"``)."""
        return text(self.key, lang, **self.params)


def _quotable(value: object) -> object:
    """Return what fills a message on one line and of a readable length: names come from hostile files."""
    if isinstance(value, list):
        return [_quotable(item) for item in value]
    if isinstance(value, dict):
        return {name: _quotable(item) for name, item in value.items()}
    if not isinstance(value, str) or isinstance(value, TextKey):
        return value
    return printable(value if len(value) <= _MOST_SHOWN else value[:_MOST_SHOWN] + "…")


class UsageError(AtlasError):
    """A call or command line that cannot be meant."""

    exit_code: ClassVar[int] = 2


class InputError(AtlasError, ValueError):
    """Input that is refused; nothing was changed."""


class UnreadableFileError(InputError):
    """The bytes are not what the name says."""


class UnsupportedFormatError(InputError):
    """A format that is refused by name."""


class LimitExceededError(InputError):
    """A named limit was passed."""


class MissingColumnError(InputError):
    """A column that the task needs is not there."""


class DuplicateIdError(InputError):
    """Ids that must be unique are not."""


class MissingCrsError(InputError):
    """No coordinate reference system is stated."""


class UnknownCrsError(InputError):
    """The stated coordinate reference system is not known here."""


class GeometryError(InputError):
    """No geometry, or none that can be used."""


class BasisUnavailableError(InputError):
    """A definition asks for what the data lack."""


class CellLevelTableError(InputError):
    """The table holds one row per cell, not per station."""


class UndecidedError(InputError):
    """Only the planner can say how a file is meant; ``questions`` says what is asked, in order.

    Parameters
    ----------
    key : str
        Key of the text catalogue.
    questions : tuple of Question
        Each with its choices and the option that settles it.
    **params : object
        What fills the text.
    """

    def __init__(self, key: str, *, questions: tuple[Question, ...] = (), **params: object) -> None:
        super().__init__(key, **params)
        self.questions = questions


class WorkspaceError(InputError):
    """A workspace file that cannot be opened."""


class IncomparableError(InputError):
    """Figures that were not counted alike, so that nothing can be worked out between them."""


class ScenarioError(InputError):
    """A scenario that cannot be opened, or that needs another inventory."""


class PackError(InputError):
    """A plan pack that cannot be opened."""


class UnknownPackError(PackError):
    """No plan pack of that name."""


class NoGeometryError(PackError):
    """The plan pack holds no zone boundary."""


class PackageError(InputError):
    """A hand-over package that cannot be opened."""


class DeltaMismatchError(PackageError):
    """A delta that belongs to another package."""


class ExportRefusedError(AtlasError):
    """A check failed; nothing is handed over."""


class UnwritableFileError(AtlasError):
    """A file could not be written; the old one is whole."""


class ServiceError(AtlasError):
    """The service for other programs cannot be started."""


class ClusterError(AtlasError):
    """A count on several machines that cannot be made or finished."""


class SitingCheckError(AtlasError):
    """A siting that an independent second look does not confirm; nothing of it is shown."""
