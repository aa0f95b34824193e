"""The named limits within which a file that somebody brings is parsed.

A limit is a setting: the environment variable ``ATLAS_MAX_<NAME>`` raises or lowers it where an
operator needs that. A breach names the limit, the value that was met and the setting.

There are two sets of defaults. The page serves several planners from one machine; the command line
serves the one who calls it, who may bring the inventory of a whole city.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Final, NamedTuple, NoReturn

from spatial.errors import LimitExceededError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "COMMAND_LINE_LIMITS",
    "DEFAULT_LIMITS",
    "SETTING_PREFIX",
    "LimitSetting",
    "Limits",
    "setting_name",
]

SETTING_PREFIX: Final = "ATLAS_MAX_"
_MOST_DIGITS: Final = 18


class LimitSetting(NamedTuple):
    """A limit as it is shown: its name, the value in force and the environment variable that sets it."""

    name: str
    value: int
    setting: str


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
    archive_members : int
        Entries of a ZIP archive, of a workbook or of a KMZ file.
    archive_ratio : int
        How many times larger than packed such an archive may be.
    xml_token_bytes : int
        Bytes of one tag, comment or instruction of XML, which bounds the time that it takes to parse.
    seconds : int
        Seconds that the examination of a file may take, by the clock and of computing.
    memory_bytes : int
        Bytes of memory that the process may take in which a file is examined.
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
    archive_members: int = 200
    archive_ratio: int = 100
    xml_token_bytes: int = 1_000_000
    seconds: int = 30
    memory_bytes: int = 1_500_000_000
    package_bytes: int = 1_000_000_000
    package_unpacked_bytes: int = 4_000_000_000
    package_members: int = 2_000
    package_ratio: int = 200

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Limits:
        """Return the limits of the page, with each ``ATLAS_MAX_<NAME>`` that is set.

        Raises
        ------
        UsageError
            If a setting is not a whole number above zero.
        """
        return replace(DEFAULT_LIMITS, **_settings(environment))

    @classmethod
    def for_command_line(cls, environment: Mapping[str, str]) -> Limits:
        """Return the limits of an import by command, with each ``ATLAS_MAX_<NAME>`` that is set.

        Raises
        ------
        UsageError
            If a setting is not a whole number above zero.
        """
        return replace(COMMAND_LINE_LIMITS, **_settings(environment))

    def listed(self) -> tuple[LimitSetting, ...]:
        """Return every limit with the value in force and the setting that changes it."""
        return tuple(
            LimitSetting(field.name, getattr(self, field.name), setting_name(field.name))
            for field in fields(self)
        )

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


def _settings(environment: Mapping[str, str]) -> dict[str, int]:
    """Return the limits that an environment states.

    Raises
    ------
    UsageError
        If one is not a whole number above zero.
    """
    given: dict[str, int] = {}
    for field in fields(Limits):
        setting = setting_name(field.name)
        if setting not in environment:
            continue
        words = environment[setting].strip()
        if not (words.isascii() and words.isdigit() and len(words) <= _MOST_DIGITS and int(words) > 0):
            raise UsageError("error.limit_setting", setting=setting, value=words)
        given[field.name] = int(words)
    return given


DEFAULT_LIMITS: Final = Limits()
COMMAND_LINE_LIMITS: Final = Limits(
    upload_bytes=500_000_000,
    unpacked_bytes=2_000_000_000,
    rows=2_000_000,
    features=2_000_000,
    json_containers=50_000_000,
    vertices=20_000_000,
    seconds=300,
    memory_bytes=4_000_000_000,
)
