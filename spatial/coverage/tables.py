"""The figures of each zone, and its uncovered patches, as rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatial.coverage.model import MeasuredGround
from spatial.coverage.patches import deepest_spots, uncovered_pieces
from spatial.crs import CANONICAL_CRS, reproject, transform_xy
from spatial.definition import AreaBasis, denominators_km2
from spatial.units import SQ_M_PER_SQ_KM

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from spatial.coverage.discs import Ground
    from spatial.coverage.measured_layer import MeasuredLayer
    from spatial.coverage.patches import Pieces

    Floats = NDArray[np.float64]

__all__ = ["patch_frame", "zone_frame"]

_ROUNDING: Final = 1e-12


def zone_frame(
    layer: MeasuredLayer, found: Ground, pieces: Pieces, least_patch_m2: float, *, name_column: str
) -> pd.DataFrame:
    """Return one row per zone, on the index of the layer: `spatial.coverage.model.ROW_COLUMNS`."""
    n_zones = len(layer.ground)
    open_m2 = [pieces.area_m2(n_zones)]
    open_m2 += [
        open_m2[0] if ground is found.covered else uncovered_pieces(layer.ground, ground).area_m2(n_zones)
        for ground in (found.surely, found.possibly)
    ]
    shares = [_covered_share(each, layer.flat_m2) for each in open_m2]
    # Covered ground may lie where the grid is widest, open ground where it is narrowest, and the reverse.
    widest = (layer.scale.high / layer.scale.low) ** 2
    shares[1], shares[2] = _at_odds(shares[1], 1.0 / widest), _at_odds(shares[2], widest)
    area_km2 = layer.area_km2
    covered_km2 = np.nan_to_num(area_km2 * shares[0])
    small = shapely.area(pieces.polygons) < least_patch_m2
    small_m2 = pieces.among(small).area_m2(n_zones)
    return pd.DataFrame(
        {
            "zone_id": layer.facts.id_objects,
            "name": layer.facts.names(name_column),
            "measured": str(layer.measured),
            "area_km2": area_km2,
            "covered_km2": covered_km2,
            "covered_share": shares[0],
            "covered_share_low": shares[1],
            "covered_share_high": shares[2],
            **_shares_of_land(layer, covered_km2),
            "uncovered_km2": area_km2 - covered_km2,
            "n_patches": np.bincount(pieces.among(~small).zone_rows, minlength=n_zones),
            "n_small_patches": np.bincount(pieces.among(small).zone_rows, minlength=n_zones),
            "small_patches_m2": small_m2 * layer.km2_per_flat_m2 * SQ_M_PER_SQ_KM,
            "geometry_basis": layer.facts.geometry_basis,
        },
        index=layer.zones.index,
    )


def patch_frame(
    layer: MeasuredLayer, pieces: Pieces, rows: pd.DataFrame, least_patch_m2: float
) -> gpd.GeoDataFrame:
    """Return the patches that are listed, largest first: `spatial.coverage.model.PATCH_COLUMNS`."""
    listed = pieces.among(shapely.area(pieces.polygons) >= least_patch_m2)
    zone = listed.zone_rows
    area_m2 = shapely.area(listed.polygons) * layer.km2_per_flat_m2[zone] * SQ_M_PER_SQ_KM
    spots = deepest_spots(listed.polygons)
    lon, lat = transform_xy(*spots.xy_m.T, source=layer.crs, target=CANONICAL_CRS)
    ids = rows["zone_id"].to_numpy(dtype=object)[zone]
    order = np.lexsort((lat, lon, zone, -area_m2))
    frame = gpd.GeoDataFrame(
        {
            "rank": np.arange(1, len(order) + 1),
            "zone_id": ids[order],
            "zone": rows["name"].to_numpy(dtype=object)[zone][order],
            "area_m2": area_m2[order],
            "zone_share": (area_m2 / (rows["area_km2"].to_numpy()[zone] * SQ_M_PER_SQ_KM))[order],
            "width_m": spots.width_m[order],
            "lon": lon[order],
            "lat": lat[order],
        },
        geometry=listed.polygons[order],
        crs=layer.crs,
    )
    return reproject(frame, CANONICAL_CRS)


def _covered_share(open_m2: Floats, flat_m2: Floats) -> Floats:
    """Return what is not open as a share, NaN of nothing; what areas lose in rounding is no share."""
    with np.errstate(invalid="ignore", divide="ignore"):
        share = 1.0 - open_m2 / flat_m2
    share = np.where(np.abs(share) < _ROUNDING, 0.0, share)
    covered: Floats = np.where(np.abs(1.0 - share) < _ROUNDING, 1.0, share)
    return covered


def _at_odds(share: Floats, times: float) -> Floats:
    """Return the share whose odds are ``times`` those of ``share``."""
    return share * times / (share * times + (1.0 - share))


def _shares_of_land(layer: MeasuredLayer, covered_km2: Floats) -> dict[str, Floats]:
    """Return between which shares of a zone's land are covered, where only its area is known.

    Of the covered ground at most all may lie on land, and at most the water may not.
    """
    land = denominators_km2(layer.zones, AreaBasis.LAND).to_numpy()
    water = layer.area_km2 - land
    usable = (water >= 0.0) & (layer.measured == MeasuredGround.OUTLINE)
    low = np.maximum(covered_km2 - water, 0.0) / land
    high = np.minimum(covered_km2, land) / land
    return {
        "land_share_low": np.where(usable, low, np.nan),
        "land_share_high": np.where(usable, high, np.nan),
    }
