"""geopandas.sjoin as its documentation has it: each point gets its zone."""

import geopandas as gpd
from sjoin_halves import print_counts

print_counts(lambda zones, points: gpd.sjoin(points, zones, predicate="intersects"))
