"""From the columns of a source to a layer of the package: typed, sorted by identifier, nothing lost."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatial.crs import CANONICAL_CRS
from spatial.errors import DuplicateIdError, MissingColumnError
from spatial.export.content.class_list import class_path
from spatial.export.content.source_columns import clean_text, finite, further_columns
from spatial.export.content.zone_features import SCHEMATIC_BASES
from spatial.export.fields import ID_CODE, FieldType, LayerKind, fields_of, typed_columns
from spatial.export.formats.continued_text import continue_long_texts
from spatial.export.model import ExportLayer, GeometryType, Withheld
from spatial.notice import Notice
from spatial.zone_columns import few

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from spatial.export.fields import Field
    from spatial.export.model import ClassPath
    from spatial.export.wording import Words
    from spatial.plan_records import Bilingual

__all__ = ["Draft", "Shared", "layer_of_draft", "refuse_unusable_ids"]

_TEXTS: Final = (FieldType.TEXT, FieldType.DATE, FieldType.DATETIME)


@dataclass(frozen=True, kw_only=True)
class Shared:
    """What every feature of a package says alike.

    Attributes
    ----------
    narrow : bool
        Whether a format cannot hold a long text in one cell.
    classes : Mapping
        Class path by the name or kind of a layer.
    district_code, district_name : str or None
    version : str
    """

    narrow: bool
    classes: Mapping[str, ClassPath]
    district_code: str | None
    district_name: str | None
    version: str


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A layer before its columns are typed.

    Attributes
    ----------
    known : pandas.DataFrame, shape (n, codes)
        Under the codes of the kind's fields; a code that is left out is missing everywhere.
    further : pandas.DataFrame, shape (n, columns)
        Further columns under the source's headers.
    geometry : geopandas.GeoSeries, shape (n,)
        In EPSG:4490.
    kept : ndarray of bool, shape (n,), or None
        Which features the extent keeps; the others are withheld.
    withheld : tuple of Withheld
        What was set aside before.
    n_in : int
        Features of the source.
    bases : sequence of str, length n
        How each geometry is known, as words of ``map.basis_…`` in the text catalogue.
    about : Mapping
        What the metadata say beside what the features themselves show.
    """

    name: str
    kind: LayerKind
    title: Bilingual
    known: pd.DataFrame
    further: pd.DataFrame
    geometry: gpd.GeoSeries
    n_in: int
    kept: NDArray[np.bool_] | None = None
    withheld: tuple[Withheld, ...] = ()
    bases: Sequence[str] = ()
    about: Mapping[str, Any] = field(default_factory=dict)


def layer_of_draft(draft: Draft, shared: Shared) -> tuple[ExportLayer, list[Notice]]:
    """Return the layer, and what happened to its values."""
    path = class_path(shared.classes, name=draft.name, kind=draft.kind)
    typed, fields, notices = _typed(draft, shared, path)
    frame = gpd.GeoDataFrame(typed, geometry=_promoted(draft), crs=CANONICAL_CRS)
    kept = np.ones(len(frame), dtype=bool) if draft.kept is None else draft.kept
    outside = sorted(frame.loc[~kept, ID_CODE])
    withheld = (*draft.withheld, *(Withheld(feature_id=i, reason_key=_OUTSIDE) for i in outside))
    features = frame[kept].sort_values(ID_CODE, ignore_index=True)
    bases = sorted({basis for basis, stays in zip(draft.bases, kept, strict=True) if stays})
    layer = ExportLayer(
        name=draft.name,
        kind=draft.kind,
        title=draft.title,
        geometry_type=_geometry_type(draft.kind),
        fields=fields,
        features=features,
        class_path=path,
        synthetic=bool(features["SFMN"].any()),
        n_in=draft.n_in,
        withheld=withheld,
        about={
            **draft.about,
            "geometry_basis": bases,
            "schematic": not SCHEMATIC_BASES.isdisjoint(bases),
            "accuracy_m": _range(features["WZJD"].dropna()),
            "period": _period(features["CJRQ"].dropna()),
        },
    )
    return layer, notices


def _typed(
    draft: Draft, shared: Shared, path: ClassPath
) -> tuple[pd.DataFrame, tuple[Field, ...], list[Notice]]:
    """Return the columns of a layer in their types, their fields, and what happened to their values."""
    own = fields_of(draft.kind)
    constants = {
        "YSDM": path.code or None,
        "CIMML": path.category,
        "CIMDL": path.main_class,
        "CIMZL": path.sub_class or None,
        "XZQDM": shared.district_code,
        "XZQMC": shared.district_name,
        "BBH": shared.version,
    }
    missing: dict[str, Any] = {item.code: None for item in own} | constants
    known = draft.known.assign(**{code: missing[code] for code in missing if code not in draft.known})
    more, further = further_columns(draft.further)
    fields = (*own, *more)
    columns, notices = finite(pd.concat([known, further], axis=1), fields)
    columns, changed = _as_utf8(columns, fields)
    if shared.narrow:
        columns, fields, told = continue_long_texts(columns, fields, first_number=len(more) + 1)
        notices += told
    if changed:
        notices.append(Notice("content.not_utf8", {"n": changed}))
    return typed_columns(columns, fields), fields, notices


def _range(metres: pd.Series) -> dict[str, float] | None:
    """Return the least and the greatest of the accuracies that are stated."""
    return {"min": float(metres.min()), "max": float(metres.max())} if len(metres) else None


def _period(dates: pd.Series) -> dict[str, str] | None:
    """Return the first and the last of the dates that are stated, as exact as they are."""
    return {"begin": str(min(dates)), "end": str(max(dates))} if len(dates) else None


_OUTSIDE: Final = "content.withheld_extent"


def refuse_unusable_ids(ids: pd.Series, *, title: Words, column: str) -> None:
    """Refuse ids that do not name one feature each.

    Raises
    ------
    MissingColumnError
        If features have no id.
    DuplicateIdError
        If features share one.
    """
    n_empty = int((ids.str.strip() == "").sum())
    if n_empty:
        raise MissingColumnError(
            "content.empty_ids", title=title, column=column, n=n_empty, n_features=len(ids)
        )
    twice = ids.duplicated(keep=False)
    if twice.any():
        raise DuplicateIdError(
            "content.duplicate_ids",
            title=title,
            column=column,
            n=int(twice.sum()),
            ids=few(sorted(set(ids[twice]))),
        )


def _geometry_type(kind: LayerKind) -> GeometryType:
    return "MultiPolygon" if kind is LayerKind.ZONES else "Point"


def _promoted(draft: Draft) -> gpd.GeoSeries:
    """Return geometries of the layer's one type, without heights."""
    flat = shapely.force_2d(draft.geometry.to_numpy())
    if _geometry_type(draft.kind) == "MultiPolygon":
        single = shapely.get_type_id(flat) == shapely.GeometryType.POLYGON
        flat[single] = [shapely.MultiPolygon([polygon]) for polygon in flat[single]]
    return gpd.GeoSeries(flat, index=draft.geometry.index, crs=CANONICAL_CRS)


def _as_utf8(columns: pd.DataFrame, fields: tuple[Field, ...]) -> tuple[pd.DataFrame, int]:
    """Return the columns with every text in characters that UTF-8 holds, and how many were changed."""
    cleaned = {item.code: clean_text(columns[item.code]) for item in fields if item.type in _TEXTS}
    return columns.assign(**{code: values for code, (values, _) in cleaned.items()}), sum(
        n for _, n in cleaned.values()
    )
