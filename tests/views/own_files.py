"""Files of a planner's own, and sessions that hold them."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from spatial.importing.build.report import report_dict
from spatial.importing.examine import examine
from spatial.importing.model import ImportSettings, Subject
from spatial.limits import DEFAULT_LIMITS
from spatial.workspace.model import Dataset, Workspace, add_dataset
from spatial.workspace.store import MemoryStore
from views.session import OWNER, SessionKey

STATIONS = """基站编号,基站名称,运营商,站型,状态,经度,纬度
A1,一号,移动,宏站,现状,113.33,23.10
A2,=HYPERLINK("x"),联通,宏站,现状,=1+1,23.10
A3,<script>x</script>{{7*7}},电信,室分,现状,113.27,23.09
A4,四号,电信,室分,现状,999,23.09
"""
SPREAD = "基站编号,状态,经度,纬度\n" + "".join(
    f"A{i},现状,{113.25 + 0.012 * (i % 12):.4f},{23.06 + 0.006 * (i // 12):.4f}\n" for i in range(80)
)


@cache
def dataset_of(table: str, system: str = "wgs84", *, name: str = "清单.csv", **stated: Any) -> Dataset:
    """Return a table as it is once it was imported as base stations."""
    settings = ImportSettings(subject=Subject.BASE_STATIONS, crs=system, pack="haizhu", **stated)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        path.write_text(table, encoding="utf-8")
        result = examine(path, name=name, settings=settings, limits=DEFAULT_LIMITS).result
    assert result is not None
    return Dataset(
        title=name,
        result=result,
        sha256=hashlib.sha256(table.encode()).hexdigest(),
        imported_at="2024-06-01T08:00:00+00:00",
        report=report_dict(result),
    )


def holding(page: Any, *datasets: Dataset) -> Any:
    """Give a session these data sets and run its page again."""
    store, workspace = MemoryStore(), Workspace()
    for dataset in datasets:
        workspace = add_dataset(workspace, dataset)
    store.save(OWNER, workspace, expected=0)
    page.runner.session_state[SessionKey.WORKSPACE] = store
    page.runner.session_state[SessionKey.OWN_WORK] = None
    del page.runner.session_state[SessionKey.OWN_WORK]
    page.runner.run()
    assert not page.runner.exception
    return page
