"""Unit factors, each named once."""

from __future__ import annotations

from typing import Final

__all__ = ["SQ_M_PER_SQ_KM"]

SQ_M_PER_SQ_KM: Final = 1_000_000.0
