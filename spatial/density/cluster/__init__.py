"""A count on several machines: the same steps as on one, run by the workers of a Dask scheduler.

Dask is imported where a count starts and nowhere else; see requirements-cluster.txt.
"""

from __future__ import annotations

from spatial.density.cluster.count import count_dask_frame, count_on_cluster
from spatial.density.cluster.patience import ClusterPatience

__all__ = ["ClusterPatience", "count_dask_frame", "count_on_cluster"]
