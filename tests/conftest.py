"""Settings that every test shares."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

DEEP_EXAMPLES = 300 if os.environ.get("CI") else 2000

settings.register_profile(
    "quick", max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile(
    "deep", max_examples=DEEP_EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


# Modules that wait, for a browser or for a process that reads a file, begin first: what only counts fills
# the time in which they wait. Goes with xdist's --no-loadscope-reorder, which keeps this order.
WAITING = ("tests/browser/", "tests/views/")


def pytest_report_header() -> str:
    return f"hypothesis examples per property: {settings().max_examples}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order the modules, mark the properties, and let continuous integration try a browser test twice."""
    items.sort(key=lambda item: not item.nodeid.startswith(WAITING))
    in_ci = bool(os.environ.get("CI"))
    for item in items:
        if in_ci and item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=1))
        if getattr(getattr(item, "obj", None), "is_hypothesis_test", False):
            item.add_marker(pytest.mark.property)
