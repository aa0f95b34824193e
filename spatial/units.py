"""Unit factors, each named once."""

from __future__ import annotations

from typing import Final

__all__ = ["M_PER_KM", "PEOPLE_PER_WAN", "SQ_M_PER_SQ_KM"]

M_PER_KM: Final = 1_000.0
SQ_M_PER_SQ_KM: Final = 1_000_000.0
PEOPLE_PER_WAN: Final = 10_000.0
