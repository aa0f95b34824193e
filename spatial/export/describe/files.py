"""What a package says about itself, as files: README, definition, dictionary, metadata, schemas."""

from __future__ import annotations

import json
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from spatial.export.describe.definition_file import definition_record
from spatial.export.describe.dictionary import classes_csv, fields_csv
from spatial.export.describe.layer_schema import layer_schema
from spatial.export.describe.metadata import layer_metadata, package_metadata
from spatial.export.describe.metadata_xml import metadata_xml
from spatial.export.describe.readme import readme

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spatial.export.model import PackageContent, WrittenFile

__all__ = ["describe", "layer_schema"]


def describe(content: PackageContent, *, files: Sequence[WrittenFile]) -> dict[PurePosixPath, bytes]:
    """Return the files in which a package describes itself.

    Parameters
    ----------
    content : PackageContent
    files : sequence of WrittenFile
        The data files that were written for it.

    Returns
    -------
    dict of PurePosixPath to bytes
        By path in the package. The same arguments give the same bytes with the same tools.
    """
    said = {
        PurePosixPath("README.txt"): readme(content, files=files),
        PurePosixPath("definition.json"): _json(definition_record(content)),
        PurePosixPath("dictionary/fields.csv"): fields_csv(content),
        PurePosixPath("dictionary/classes.csv"): classes_csv(content),
    }
    records = {"package": package_metadata(content, files=files)}
    records |= {layer.name: layer_metadata(content, layer, files=files) for layer in content.layers}
    for name, record in records.items():
        said[PurePosixPath("metadata", f"{name}.json")] = _json(record)
        said[PurePosixPath("metadata", f"{name}.xml")] = metadata_xml(record)
    for layer in content.layers:
        said[PurePosixPath("schemas", f"{layer.name}.schema.json")] = _json(layer_schema(layer))
    return said


def _json(record: object) -> bytes:
    """Return plain values as JSON that a person can read too."""
    return (json.dumps(record, ensure_ascii=False, indent=2, allow_nan=False) + "\n").encode("utf-8")
