"""The environment of the process that opens a file: nothing of its parent's, and no way out."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from spatial.importing.isolation.drivers import skipped_drivers

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["child_environment"]

_NOBODY: Final = "127.0.0.1:9"
"""A proxy at which nothing listens."""
_PROXIES: Final = ("http_proxy", "https_proxy", "ftp_proxy", "all_proxy")
_NEEDED_BY_WINDOWS: Final = ("SYSTEMROOT", "WINDIR", "PATH", "NUMBER_OF_PROCESSORS")
_THREADS: Final = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "ARROW_IO_THREADS")


def child_environment(folder: Path) -> dict[str, str]:
    """Return the whole environment: drivers to leave out, dead proxies, and ``folder`` as the only home."""
    own = {
        "OGR_SKIP": skipped_drivers(),
        "GDAL_HTTP_PROXY": _NOBODY,
        "GDAL_HTTPS_PROXY": _NOBODY,
        "GDAL_HTTP_TIMEOUT": "1",
        "GDAL_HTTP_MAX_RETRY": "0",
        "GDAL_DRIVER_PATH": "disable",
        "GDAL_CACHEMAX": "64",
        "GDAL_NUM_THREADS": "1",
        "OGR_GPKG_NUM_THREADS": "1",
        "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": "{noext}",
        "CPL_TMPDIR": str(folder),
        "CPL_LOG": os.devnull,
        "PROJ_NETWORK": "OFF",
        "ARROW_DEFAULT_MEMORY_POOL": "system",
        "MALLOC_ARENA_MAX": "2",
        "TMPDIR": str(folder),
        "TEMP": str(folder),
        "TMP": str(folder),
        "HOME": str(folder),
        **dict.fromkeys(_THREADS, "1"),
        **dict.fromkeys(_PROXIES, f"http://{_NOBODY}"),
    }
    if os.name != "posix":
        own.update({name: os.environ[name] for name in _NEEDED_BY_WINDOWS if name in os.environ})
    return own
