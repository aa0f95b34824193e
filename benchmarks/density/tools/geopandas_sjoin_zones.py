"""geopandas.sjoin with the zones on the left, so that their outlines are prepared: its fastest way."""

import geopandas as gpd
from sjoin_halves import print_counts

print_counts(lambda zones, points: gpd.sjoin(zones, points, predicate="intersects"))
