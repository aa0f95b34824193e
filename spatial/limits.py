"""The named limits within which a file that somebody brings is parsed.

A limit is a setting: the environment variable ``ATLAS_MAX_<NAME>`` raises or lowers it where an
operator needs that. A breach names the limit, the value that was met and the setting.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final, NoReturn

from spatial.errors import LimitExceededError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["DEFAULT_LIMITS", "SETTING_PREFIX", "Limits", "setting_name"]

SETTING_PREFIX: Final = "ATLAS_MAX_"


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How large a file may be; every field is an inclusive maximum.

    Attributes
    ----------
    upload_bytes : int
        Bytes of the file as it is brought.
    unpacked_bytes : int
        Bytes of a compressed file once unpacked.
    rows : int
        Data rows of a table; likewise its blank lines.
    features : int
        Features of a GeoJSON file, rows of a vector layer.
    columns : int
        Columns of a table, or different properties of a feature collection.
    cell_characters : int
        Characters of one cell or one property.
    json_depth : int
        Levels of arrays and objects inside one another.
    json_containers : int
        Arrays and objects of a JSON file taken together, which bounds the memory it needs.
    vertices : int
        Positions of all geometries taken together.
    package_bytes : int
        Bytes of a hand-over package, and of each of its files once unpacked.
    package_unpacked_bytes : int
        Bytes of all its files together, once unpacked.
    package_members : int
        Files that it holds.
    package_ratio : int
        How many times larger than packed its files may be.
    """

    upload_bytes: int = 50_000_000
    unpacked_bytes: int = 200_000_000
    rows: int = 200_000
    features: int = 200_000
    columns: int = 200
    cell_characters: int = 32_768
    json_depth: int = 64
    json_containers: int = 5_000_000
    vertices: int = 2_000_000
    package_bytes: int = 1_000_000_000
    package_unpacked_bytes: int = 4_000_000_000
    package_members: int = 2_000
    package_ratio: int = 200

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Limits:
        """Return the limits with each ``ATLAS_MAX_<NAME>`` that is set.

        Raises
        ------
        UsageError
            If a setting is not a whole number above zero.
        """
        given: dict[str, int] = {}
        for field in fields(cls):
            setting = setting_name(field.name)
            if setting not in environment:
                continue
            words = environment[setting].strip()
            if not (words.isascii() and words.isdigit() and int(words) > 0):
                raise UsageError("error.limit_setting", setting=setting, value=words)
            given[field.name] = int(words)
        return cls(**given)

    def check(self, limit: str, value: int) -> None:
        """Refuse ``value`` where it passes the limit of that name.

        Raises
        ------
        LimitExceededError
            Naming the limit, the value that was met and the setting.
        """
        if value > getattr(self, limit):
            self.breach(limit, value)

    def breach(self, limit: str, value: int) -> NoReturn:
        """Raise the error of a limit that ``value`` passes."""
        allowed: int = getattr(self, limit)
        raise LimitExceededError(
            f"error.limit_{limit}", value=value, allowed=allowed, setting=setting_name(limit)
        )


def setting_name(limit: str) -> str:
    """Return the environment variable that sets ``limit``."""
    return SETTING_PREFIX + limit.upper()


DEFAULT_LIMITS: Final = Limits()
