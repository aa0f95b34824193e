"""Settings that every test shares."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from collections.abc import Callable

DEEP_EXAMPLES = 300 if os.environ.get("CI") else 2000

settings.register_profile(
    "quick", max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile(
    "deep", max_examples=DEEP_EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


# Modules that wait, for a browser or for a process that reads a file; what only computes is strewn among
# them, so that no two cores drive three browsers. xdist keeps this order with --no-loadscope-reorder.
WAITING = ("tests/browser/", "tests/views/")

# What is measured is spatial/, and its own tests reach it: to trace the pages would double what they cost.
UNMEASURED = (*WAITING, "tests/layers/", "tests/clients/")


def pytest_configure() -> None:
    """Let children be interrupted, also where the suite runs in the background and itself is not."""
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_report_header() -> str:
    return f"hypothesis examples per property: {settings().max_examples}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order the modules, mark the properties, and let continuous integration try a browser test twice."""
    items.sort(key=order_of_modules(items))
    in_ci = bool(os.environ.get("CI"))
    for item in items:
        if in_ci and item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=1))
        if getattr(getattr(item, "obj", None), "is_hypothesis_test", False):
            item.add_marker(pytest.mark.property)
        if item.nodeid.startswith(UNMEASURED):
            item.add_marker(pytest.mark.no_cover)


def order_of_modules(items: list[pytest.Item]) -> Callable[[pytest.Item], float]:
    """Return where each item goes: modules that wait stand evenly among the others."""
    modules = dict.fromkeys(item.nodeid.split("::")[0] for item in items)
    places = {}
    for waits in (True, False):
        kind = [module for module in modules if module.startswith(WAITING) == waits]
        places |= {module: (at + (0 if waits else 0.5)) / len(kind) for at, module in enumerate(kind)}
    return lambda item: places[item.nodeid.split("::")[0]]
