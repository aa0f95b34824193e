"""What holds for the content of any package, and all that one says, for tests."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import shapely

from spatial.export.fields import Obligation, fields_of
from spatial.text import catalogue

if TYPE_CHECKING:
    from spatial.export.model import ExportLayer, PackageContent

MAY_BE_BLANK = ("YSDM", "XZQDM")


def assert_sound(content: PackageContent) -> None:
    """Hold a content to its model: nothing lost, typed, ordered, and plain JSON beside the features."""
    assert content.layers
    assert json.loads(json.dumps(content.about, allow_nan=False)) == content.about
    for layer in content.layers:
        assert json.loads(json.dumps(layer.about, allow_nan=False)) == layer.about
        _assert_bookkeeping(layer)
        _assert_fields(layer)
        _assert_geometry(layer)


def everything(content: PackageContent) -> str:
    """All that the content says, as one text."""
    parts = [json.dumps(content.about, ensure_ascii=False), content.title.zh, content.package_id]
    for layer in content.layers:
        parts.append(layer.features.drop(columns="geometry").to_csv())
        parts.append(" ".join(layer.features.geometry.to_wkt(rounding_precision=-1)))
        parts.append(json.dumps(layer.about, ensure_ascii=False))
        parts += [f"{field.alias_zh} {field.description_zh}" for field in layer.fields]
        parts += [f"{withheld.feature_id} {withheld.reason_key}" for withheld in layer.withheld]
    return "\n".join(parts)


def _assert_bookkeeping(layer: ExportLayer) -> None:
    frame = layer.features
    assert layer.n_in == len(frame) + len(layer.withheld)
    assert all(withheld.reason_key in catalogue() for withheld in layer.withheld)
    assert list(frame.index) == list(range(len(frame)))
    assert frame["BSM"].tolist() == sorted(frame["BSM"])
    assert frame["BSM"].is_unique
    assert layer.synthetic == bool(frame["SFMN"].any())


def _assert_fields(layer: ExportLayer) -> None:
    own, frame = fields_of(layer.kind), layer.features
    assert list(frame.columns) == [*(field.code for field in layer.fields), "geometry"]
    assert layer.fields[: len(own)] == own
    further = [field.code for field in layer.fields[len(own) :]]
    assert further == [f"X{number:02d}" for number in range(1, len(further) + 1)]
    for field in layer.fields:
        values = frame[field.code]
        if field.obligation is Obligation.MANDATORY and field.code not in MAY_BE_BLANK:
            assert values.notna().all(), (layer.name, field.code)
        if field.values:
            assert set(values.dropna()) <= set(field.values), (layer.name, field.code)
    assert not np.isinf(frame.select_dtypes("float").to_numpy()).any()


def _assert_geometry(layer: ExportLayer) -> None:
    frame = layer.features
    assert frame.crs == "EPSG:4490"
    assert set(frame.geom_type) == {layer.geometry_type}
    assert not frame.geometry.is_empty.any()
    assert not shapely.has_z(frame.geometry.to_numpy()).any()
