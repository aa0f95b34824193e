"""Every rule that a file or a package is held to, by name."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from spatial.text import text

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["RULES", "Rule", "Severity"]


class Severity(StrEnum):
    """What a fault means: an error makes the file invalid, a warning is legal but unwise."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule.

    Attributes
    ----------
    rule_id : str
        ``family.what``.
    in_file, in_package : Severity or None
        What a breach means in a single file from anybody and in a package of the atlas, which is held to
        more than the formats ask; None where the rule does not apply.
    """

    rule_id: str
    in_file: Severity | None
    in_package: Severity | None

    @property
    def family(self) -> str:
        """First part of the id."""
        return self.rule_id.split(".", 1)[0]

    def title(self, lang: str = "zh") -> str:
        """Return what the rule finds, in ``lang`` (``"zh"`` or ``"en"``)."""
        return text(f"rule.{self.rule_id}", lang)

    def advice(self, lang: str = "zh") -> str:
        """Return what to do next, in ``lang``."""
        return text(f"rule.{self.rule_id}.next", lang)


E, W = Severity.ERROR, Severity.WARNING
_TABLE: Final[tuple[tuple[str, Severity | None, Severity | None], ...]] = (
    ("json.empty", E, E),
    ("json.not_utf8", E, E),
    ("json.bom", W, E),
    ("json.unparsable", E, E),
    ("json.duplicate_key", E, E),
    ("json.not_finite", E, E),
    ("json.number_overflow", E, E),
    ("json.half_character", E, E),
    ("json.depth", E, E),
    ("json.size", E, E),
    ("geojson.not_object", E, E),
    ("geojson.type", E, E),
    ("geojson.not_collection", W, E),
    ("geojson.features_missing", E, E),
    ("geojson.features_empty", W, E),
    ("geojson.crs_member", E, E),
    ("geojson.crs84_member", W, E),
    ("geojson.reserved_member", E, E),
    ("geojson.bbox_shape", E, E),
    ("geojson.bbox_order", E, E),
    ("geojson.bbox_values", E, E),
    ("geojson.bbox_loose", W, E),
    ("geojson.feature_type", E, E),
    ("geojson.id_missing", W, E),
    ("geojson.id_type", E, E),
    ("geojson.id_number", W, E),
    ("geojson.id_duplicate", E, E),
    ("geojson.id_not_bsm", None, E),
    ("geojson.properties_missing", E, E),
    ("geojson.properties_type", E, E),
    ("geojson.geometry_missing", E, E),
    ("geojson.geometry_null", W, E),
    ("geojson.geometry_type", E, E),
    ("geojson.geometry_collection", W, E),
    ("geojson.geometry_mixed", W, E),
    ("geojson.coordinates_nesting", E, E),
    ("geojson.coordinates_empty", W, E),
    ("geojson.position_length", E, E),
    ("geojson.position_number", E, E),
    ("geojson.position_range", E, E),
    ("geojson.position_swapped", E, E),
    ("geojson.position_metres", E, E),
    ("geojson.position_zero", W, E),
    ("geojson.position_height", W, E),
    ("geojson.decimals", W, E),
    ("geojson.line_short", E, E),
    ("geojson.ring_open", E, E),
    ("geojson.ring_short", E, E),
    ("geojson.ring_clockwise", E, E),
    ("geojson.hole_counterclockwise", E, E),
    ("geojson.ring_collapsed", E, E),
    ("geojson.self_intersection", E, E),
    ("geojson.hole_outside", E, E),
    ("geojson.parts_overlap", E, E),
    ("geojson.duplicate_position", W, E),
    ("geojson.antimeridian", W, E),
    ("geojson.extent_window", None, E),
    ("jsonfg.conforms_to", E, E),
    ("jsonfg.coord_ref_sys", E, E),
    ("jsonfg.crs_differs", None, E),
    ("jsonfg.feature_type", W, E),
    ("jsonfg.place_missing", E, E),
    ("jsonfg.place_type", E, E),
    ("jsonfg.axis_order", E, E),
    ("jsonfg.place_differs", E, E),
    ("jsonfg.time", W, E),
    ("schema.missing", None, E),
    ("schema.mandatory", None, E),
    ("schema.type", None, E),
    ("schema.enum", None, E),
    ("schema.width", None, E),
    ("schema.date", None, E),
    ("schema.unknown_property", None, E),
    ("package.not_zip", E, E),
    ("package.manifest_missing", None, E),
    ("package.manifest_invalid", None, E),
    ("package.file_missing", None, E),
    ("package.undeclared_file", None, E),
    ("package.size_differs", None, E),
    ("package.sha256_differs", None, E),
    ("package.unsafe_path", None, E),
    ("package.name", None, E),
    ("package.symlink", None, E),
    ("package.duplicate_member", None, E),
    ("package.encrypted", None, E),
    ("package.damaged", None, E),
    ("package.too_many_members", None, E),
    ("package.too_large", None, E),
    ("package.nested_archive", None, E),
    ("package.wrong_format", None, E),
    ("package.content_missing", None, E),
    ("package.count_differs", None, E),
    ("package.layers_disagree", None, E),
    ("package.format_missing", None, E),
    ("package.reference_missing", None, W),
    ("package.readme_missing", None, E),
    ("package.dictionary_missing", None, E),
    ("geopackage.not_geopackage", E, E),
    ("geopackage.integrity", E, E),
    ("geopackage.no_layer", E, E),
    ("geopackage.program", W, E),
    ("geopackage.srs", E, E),
    ("geopackage.srs_differs", None, E),
    ("geopackage.alias_missing", None, E),
    ("geopackage.stale_count", W, E),
    ("geopackage.stale_extent", W, E),
    ("geopackage.geometry_type", E, E),
    ("geopackage.geometry", E, E),
    ("shapefile.not_shapefile", E, E),
    ("shapefile.member_missing", E, E),
    ("shapefile.prj_missing", E, E),
    ("shapefile.cpg_missing", W, E),
    ("shapefile.prj_unknown", E, E),
    ("shapefile.damaged", E, E),
    ("shapefile.count_differs", E, E),
    ("shapefile.field_name", W, E),
    ("shapefile.text", E, E),
    ("table.not_text", E, E),
    ("table.bom_missing", W, E),
    ("table.header_duplicate", E, E),
    ("table.header_differs", None, E),
    ("table.ragged", E, E),
    ("table.formula", E, E),
    ("xlsx.not_workbook", E, E),
    ("xlsx.active_content", E, E),
    ("xlsx.formula", E, E),
    ("xlsx.sheet_missing", None, E),
    ("xlsx.header_differs", None, E),
    ("metadata.missing", None, E),
    ("metadata.unreadable", None, E),
    ("metadata.xml", None, E),
    ("metadata.member_missing", None, E),
    ("metadata.extent", None, E),
    ("metadata.crs", None, E),
    ("metadata.count", None, E),
    ("metadata.synthetic_unmarked", None, E),
    ("metadata.schematic_unmarked", None, E),
    ("metadata.disclaimer_missing", None, E),
    ("metadata.contact_blank", None, W),
    ("metadata.class_code_blank", None, W),
    ("content.ysdm_blank", None, E),
    ("content.synthetic_unmarked", None, E),
    ("content.figure_unmarked", None, E),
    ("oracle.structure", E, E),
    ("oracle.geometry", W, W),
    ("oracle.model", E, E),
)

RULES: Final[Mapping[str, Rule]] = MappingProxyType(
    {
        rule_id: Rule(rule_id=rule_id, in_file=in_file, in_package=in_package)
        for rule_id, in_file, in_package in _TABLE
    }
)
"""Rule by id, in the order of the families."""
