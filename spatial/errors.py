"""The error tree of the library.

::

    AtlasError
    ├── UsageError                  a call or command line that cannot be meant
    └── InputError (ValueError)     input that is refused; nothing was changed
        ├── UnreadableFileError         the bytes are not what the name says
        ├── UnsupportedFormatError      a format that is refused by name
        ├── LimitExceededError          a named limit was passed
        ├── MissingColumnError          a column that the task needs
        ├── DuplicateIdError            ids that must be unique are not
        ├── MissingCrsError             no reference system is stated
        ├── UnknownCrsError             the stated system is not known here
        ├── GeometryError               no geometry, or none that can be used
        ├── BasisUnavailableError       a definition asks what the data lack
        ├── CellLevelTableError         one row per cell, not per station
        └── PackError                   a plan pack that cannot be opened
            ├── UnknownPackError            no pack of that name
            └── NoGeometryError             the pack holds no zone boundary

Every error is raised with a key of the text catalogue (`spatial.text`) and the figures that
fill it, so that one place words the message in each language: what, where, how many, and what
to do next.
"""

from __future__ import annotations

from typing import ClassVar

from spatial.text import text

__all__ = [
    "AtlasError",
    "BasisUnavailableError",
    "CellLevelTableError",
    "DuplicateIdError",
    "GeometryError",
    "InputError",
    "LimitExceededError",
    "MissingColumnError",
    "MissingCrsError",
    "NoGeometryError",
    "PackError",
    "UnknownCrsError",
    "UnknownPackError",
    "UnreadableFileError",
    "UnsupportedFormatError",
    "UsageError",
]


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
        self.params = params
        super().__init__(text(key, "zh", **params))

    def message(self, lang: str = "zh") -> str:
        """Return the message in ``lang`` (``"zh"`` or ``"en"``)."""
        return text(self.key, lang, **self.params)


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


class PackError(InputError):
    """A plan pack that cannot be opened."""


class UnknownPackError(PackError):
    """No plan pack of that name."""


class NoGeometryError(PackError):
    """The plan pack holds no zone boundary."""
