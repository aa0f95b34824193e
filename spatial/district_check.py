"""The verdict on a pack's district: by the stations that somebody brought, else by the published count."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from spatial.check import CheckResult, check_count, check_zones

if TYPE_CHECKING:
    import geopandas as gpd

    from spatial.check import MissingBasis
    from spatial.definition import Definition
    from spatial.pack import Pack
    from spatial.pack_file import PublishedCount
    from spatial.target import Target

__all__ = ["STATIONS", "STATIONS_ADDED", "check_district", "published_count"]

STATIONS: Final = "base_stations"
"""Subject of the inventories and published counts that a density target is held against."""

STATIONS_ADDED: Final = "base_stations_added"
"""Subject of published counts of what was built within a time: no stock, and held against nothing."""


def published_count(pack: Pack) -> PublishedCount | None:
    """Return the count of stations that the plans publish for the district, or None."""
    counts = (count for count in pack.published_counts(STATIONS) if count.zone_id == pack.district_zone_id)
    return next(counts, None)


def check_district(  # noqa: PLR0913 - each is a choice that the result names
    pack: Pack,
    points: gpd.GeoDataFrame | None,
    *,
    definition: Definition,
    target: Target | None,
    synthetic: bool = False,
    n_in: int | None = None,
    n_reported: int = 0,
    missing_basis: MissingBasis = "error",
    name_column: str = "name_zh",
) -> CheckResult:
    """Hold the district against the target.

    Parameters
    ----------
    pack : Pack
        A pack with a district.
    points : GeoDataFrame or None
        Stations that somebody brought; None for the published count. A demonstration inventory
        never speaks for the district.
    definition, target, synthetic, n_in, n_reported, missing_basis, name_column
        As for `spatial.check.check_zones`; a published count that cannot answer the definition gives
        a row without data in any case.

    Raises
    ------
    InputError
        If the frames cannot be used, or the definition asks for what the data lack.
    """
    district = pack.district()
    published = published_count(pack)
    if points is None and published is not None:
        return check_count(
            district,
            published.count,
            definition=definition,
            target=target,
            missing_basis="no_data",
            name_column=name_column,
        )
    return check_zones(
        district,
        points,
        definition=definition,
        target=target,
        synthetic=synthetic,
        n_in=n_in,
        n_reported=n_reported,
        missing_basis=missing_basis,
        name_column=name_column,
    )
