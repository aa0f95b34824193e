"""The versions on which the bytes of a package depend."""

from __future__ import annotations

from functools import cache
from importlib.metadata import version
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import pyogrio  # type: ignore[import-untyped]
import pyproj

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["tool_versions"]

_PACKAGES: Final = ("geopandas", "numpy", "openpyxl", "pandas", "pyarrow", "pyogrio", "pyproj", "shapely")


@cache
def tool_versions() -> Mapping[str, str]:
    """Return the versions of the libraries that write a package, sorted by name."""
    found = {name: version(name) for name in _PACKAGES}
    found["GDAL"] = pyogrio.__gdal_version_string__
    found["PROJ"] = pyproj.proj_version_str
    return MappingProxyType(dict(sorted(found.items(), key=lambda item: item[0].lower())))
