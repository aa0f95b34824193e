"""What is taken to be uncertain, and how a stated accuracy is read.

A stated accuracy is taken for the radius that holds the true place with a given probability, 95 %
unless said otherwise (horizontal accuracy at 95 %: FGDC-STD-007.3-1998, the NSSDA; 90 % is the CE90 of
STANAG 2215). Errors are normal and alike in all directions, so that a radius r that holds the share p
means a standard deviation along each axis of ``r / sqrt(-2 ln(1 - p))``: r / 2.4477 for 95 %, r / 2.1460
for 90 %.

Across a stretch of boundary the error is normal with that standard deviation s, of whatever parts it is
made. Where a boundary is both shifted as a whole and offset outward or inward, each of the two has half
the variance, s / sqrt(2): across the boundary they add up to s again, and nothing is counted twice. Nobody
states how the error is shared, and halves favour neither. Where one of the two is switched off, the other
has all of s.

The interval of `spatial.interval` takes the same accuracy for the most that a place may be off, and
every error at its worst at once; it stays what decides a status.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from spatial.errors import UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["FEWEST_DRAWS", "MOST_DRAWS", "ErrorModel", "sigma_m"]

FEWEST_DRAWS: Final = 1_000
MOST_DRAWS: Final = 100_000
_LARGEST_SEED: Final = 2**63 - 1


@dataclass(frozen=True, kw_only=True)
class ErrorModel:
    """What is drawn.

    Parameters
    ----------
    draws : int
        How many possible worlds, from `FEWEST_DRAWS` to `MOST_DRAWS`.
    seed : int
        The same seed gives the same draws, whatever the machine's number of cores.
    points : bool
        Whether each point is moved by an error of its own.
    boundaries : bool
        Whether each boundary is moved as a whole, east and north, by an error that all of its points
        share. Zones of one source (``geometry_basis``) move the same way. A shifted outline keeps its
        area.
    offsets : bool
        Whether each boundary runs farther out or in by one length all along, which changes count and
        area. Outlines of one source grow or shrink together, so an edge that two zones share moves
        for each as its own: probabilities hold zone by zone, and totals are not kept.
    accuracy_level : float
        Share of true places within the stated accuracy.
    interval : tuple of two float
        Which quantiles of the counts are given.

    Raises
    ------
    UsageError
        If a number is out of its range, or nothing is to be drawn.
    """

    draws: int = FEWEST_DRAWS
    seed: int = 20_250_101
    points: bool = True
    boundaries: bool = True
    offsets: bool = True
    accuracy_level: float = 0.95
    interval: tuple[float, float] = (0.05, 0.95)

    def __post_init__(self) -> None:
        if not FEWEST_DRAWS <= self.draws <= MOST_DRAWS:
            raise UsageError("uncertainty.bad_draws", value=self.draws, least=FEWEST_DRAWS, most=MOST_DRAWS)
        if not 0 <= self.seed <= _LARGEST_SEED:
            raise UsageError("uncertainty.bad_seed", value=self.seed, most=_LARGEST_SEED)
        low, high = self.interval
        if not (0.0 < self.accuracy_level < 1.0 and 0.0 <= low < high <= 1.0):
            raise UsageError("uncertainty.bad_share")
        if not self.errors:
            raise UsageError("uncertainty.nothing_drawn")

    @property
    def errors(self) -> tuple[str, ...]:
        """What is drawn: ``"points"``, ``"boundaries"`` (shifts), ``"offsets"``."""
        return tuple(name for name in ("points", "boundaries", "offsets") if getattr(self, name))

    def to_dict(self) -> dict[str, object]:
        """Return plain values for JSON."""
        return {
            "draws": self.draws,
            "seed": self.seed,
            "accuracy_level": self.accuracy_level,
            "interval": list(self.interval),
            "errors": list(self.errors),
        }

    @property
    def boundary_shares(self) -> tuple[float, float]:
        """The parts of a boundary's standard deviation that its shift and its offset have."""
        shared = 1.0 / np.sqrt(max(self.boundaries + self.offsets, 1))
        return self.boundaries * shared, self.offsets * shared


def sigma_m(accuracy_m: Floats, *, level: float) -> Floats:
    """Return the standard deviation along each axis of places known to ``accuracy_m``; NaN stays.

    Parameters
    ----------
    accuracy_m : ndarray of float
        Radii in metres.
    level : float
        Share of true places within the radius.
    """
    return np.asarray(accuracy_m / np.sqrt(-2.0 * np.log1p(-level)))
