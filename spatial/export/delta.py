"""What changed between two packages, so that the old one and the change give the new one to the byte.

A delta holds features as the JSON-FG files of the packages do, which loses nothing, and what
``package.json`` said before and says after.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import orjson

from spatial.atomic_write import replace_file
from spatial.errors import AtlasError, DeltaMismatchError, PackageError, UnreadableFileError
from spatial.export.formats import read_layer
from spatial.export.formats.feature_lines import parse_strictly, read_features, write_features
from spatial.export.formats.jsonfg import COORD_REF_SYS, file_path
from spatial.export.package import (
    REFERENCE_FORMAT,
    opened_directory,
    package_sha256,
    read_descriptor,
    write_package,
)
from spatial.export.package_file import json_bytes, package_from_descriptor, writing_tools
from spatial.limits import DEFAULT_LIMITS
from spatial.vector_files import read_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spatial.export.model import ExportLayer, PackageContent
    from spatial.export.package import PackageReport, Progress
    from spatial.limits import Limits

    Features = dict[str, dict[str, Any]]

__all__ = ["apply_delta", "delta_between", "write_delta"]

_FORM: Final = 1
_HEAD: Final = {"type": "FeatureCollection", "coordRefSys": COORD_REF_SYS}
_PARTS: Final = ("added", "changed", "removed")


def delta_between(old: Path, new: Path, *, limits: Limits = DEFAULT_LIMITS) -> dict[str, Any]:
    """Return what changed from one package to another.

    Parameters
    ----------
    old, new : Path
        Packages, each a ``.zip`` or a directory.
    limits : Limits

    Returns
    -------
    dict
        Plain JSON values: ``from_sha256``, ``to_sha256``, ``tools`` (versions that wrote the new one),
        ``package`` (``package.json`` ``before`` and ``after``) and ``layers``: name to ``added`` (features),
        ``changed`` (``id``, ``before``, ``after``) and ``removed`` (features).

    Raises
    ------
    PackageError, LimitExceededError
        If one of them cannot be opened, or does not hold JSON-FG.
    """
    before, earlier = _described(old, limits)
    after, later = _described(new, limits)
    names = [*later, *(name for name in earlier if name not in later)]
    return {
        "form": _FORM,
        "from_sha256": package_sha256(old),
        "to_sha256": package_sha256(new),
        "tools": after["tools"],
        "package": {"before": before, "after": after},
        "layers": {name: _changes(earlier.get(name, {}), later.get(name, {})) for name in names},
    }


def write_delta(old: Path, new: Path, path: Path, *, limits: Limits = DEFAULT_LIMITS) -> dict[str, Any]:
    """Write the delta between two packages, once it was seen to give the new one; return it.

    Raises
    ------
    PackageError, LimitExceededError
        As `delta_between` does.
    DeltaMismatchError
        If the versions here do not give the new package again.
    UnwritableFileError
        If the file cannot be written.
    """
    delta = delta_between(old, new, limits=limits)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as room:
        _apply(delta, old, Path(room) / "package.zip", name=path.name, limits=limits, progress=None)
    data = json_bytes(delta)
    replace_file(path, lambda beside: beside.write_bytes(data))
    return delta


def apply_delta(
    delta: Path,
    old: Path,
    target: Path,
    *,
    limits: Limits = DEFAULT_LIMITS,
    progress: Progress | None = None,
) -> PackageReport:
    """Write the package that a delta makes of an old one, the same to the byte.

    Parameters
    ----------
    delta : Path
        The file; it may come from anybody.
    old : Path
        The package that it starts from.
    target : Path
        Where the new one goes.
    limits : Limits
    progress : callable, optional
        As for `spatial.export.package.write_package`.

    Raises
    ------
    DeltaMismatchError
        If the delta starts from another package, was made with other versions of the tools, or what comes
        out is not what it says.
    PackageError
        If it is no delta, the old package cannot be opened, or what the delta says of the new one cannot
        be written.
    """
    try:
        document = parse_strictly(
            read_bytes(delta, replace(limits, upload_bytes=limits.package_bytes)), name=delta.name
        )
    except UnreadableFileError as fault:
        if not fault.key.startswith(("error.json", "error.not_json")):
            raise
        raise PackageError("export.delta_json", name=delta.name) from fault
    return _apply(document, old, target, name=delta.name, limits=limits, progress=progress)


def _apply(
    delta: Any,  # noqa: ANN401 - any JSON value
    old: Path,
    target: Path,
    *,
    name: str,
    limits: Limits,
    progress: Progress | None,
) -> PackageReport:
    """Write what a parsed delta makes of a package."""
    _check_form(delta, name)
    found = package_sha256(old) if old.exists() else None
    if found is not None and found != delta["from_sha256"]:
        raise DeltaMismatchError(
            "export.delta_other_package",
            name=name,
            package=old.name,
            expected=delta["from_sha256"],
            found=found,
        )
    _check_tools(delta["tools"], name)
    before, earlier = _described(old, limits)
    if before != delta["package"]["before"]:
        raise PackageError("export.delta_member", name=name, member="package.before")
    content = package_from_descriptor(delta["package"]["after"], name=name)
    if REFERENCE_FORMAT not in content.formats:
        raise PackageError("export.package_no_reference", name=name, format=REFERENCE_FORMAT)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as room:
        layers = []
        for layer in content.layers:
            changes = delta["layers"].get(layer.name, dict.fromkeys(_PARTS, ()))
            features = _changed(earlier.get(layer.name, {}), changes, name=name, layer=layer.name)
            layers.append(_typed(layer, features, content, Path(room)))
    try:
        return write_package(
            replace(content, layers=tuple(layers)),
            target,
            progress=progress,
            expected_sha256=delta["to_sha256"],
        )
    except AtlasError:
        raise
    except (AttributeError, LookupError, TypeError, ValueError) as fault:
        # What a package says of itself is free in form, and its writers take it as the atlas words it.
        raise PackageError("export.delta_member", name=name, member="package.after") from fault


def _check_form(delta: object, name: str) -> None:
    """Refuse what is no delta."""
    if not isinstance(delta, dict) or delta.get("form") != _FORM:
        raise PackageError("export.delta_member", name=name, member="form")
    kinds: Mapping[str, type] = {"from_sha256": str, "to_sha256": str, "tools": dict, "package": dict}
    for member, kind in kinds.items():
        if not isinstance(delta.get(member), kind):
            raise PackageError("export.delta_member", name=name, member=member)
    for member in ("before", "after"):
        if not isinstance(delta["package"].get(member), dict):
            raise PackageError("export.delta_member", name=name, member=f"package.{member}")
    layers = delta.get("layers")
    if not isinstance(layers, dict):
        raise PackageError("export.delta_member", name=name, member="layers")
    for layer, changes in layers.items():
        if not _is_change(changes):
            raise PackageError("export.delta_member", name=name, member=f"layers.{layer}")


def _is_change(changes: object) -> bool:
    """Return whether a value says what changed in a layer."""
    if not isinstance(changes, dict) or set(changes) != set(_PARTS):
        return False
    if not all(isinstance(changes[part], list) for part in _PARTS):
        return False
    pairs = changes["changed"]
    if not all(isinstance(pair, dict) and {"id", "before", "after"} == set(pair) for pair in pairs):
        return False
    features = [*changes["added"], *changes["removed"]]
    features += [pair[when] for pair in pairs for when in ("before", "after")]
    return all(
        isinstance(feature, dict) and isinstance(feature.get("id"), str) for feature in features
    ) and all(pair["id"] == pair["before"]["id"] == pair["after"]["id"] for pair in pairs)


def _check_tools(stated: Mapping[str, Any], name: str) -> None:
    """Refuse a delta whose new package other versions wrote: the bytes would differ."""
    ours = writing_tools()
    other = sorted(tool for tool in {*stated, *ours} if stated.get(tool) != ours.get(tool))
    if other:
        raise DeltaMismatchError(
            "export.delta_other_tools",
            name=name,
            needed=[f"{tool} {stated.get(tool, '—')}" for tool in other],
            found=[f"{tool} {ours.get(tool, '—')}" for tool in other],
        )


def _described(path: Path, limits: Limits) -> tuple[dict[str, Any], dict[str, Features]]:
    """Return what a package says of itself, and the features of each layer by id."""
    with opened_directory(path, limits=limits) as directory:
        document = read_descriptor(directory, name=path.name)
        content = package_from_descriptor(document, name=path.name)
        if REFERENCE_FORMAT not in content.formats:
            raise PackageError("export.package_no_reference", name=path.name, format=REFERENCE_FORMAT)
        return document, {
            layer.name: _features(directory / file_path(layer), name=path.name) for layer in content.layers
        }


def _features(path: Path, *, name: str) -> Features:
    """Return the features of a JSON-FG file by id."""
    try:
        with path.open("rb") as stream:
            _, chunks = read_features(stream, name=path.name)
            listed = [feature for some in chunks for feature in some]
    except FileNotFoundError as fault:
        raise PackageError("export.package_missing", name=name, n=1, paths=[path.name]) from fault
    if not all(isinstance(feature, dict) and isinstance(feature.get("id"), str) for feature in listed):
        raise PackageError("export.package_json", name=name, path=path.name)
    return {feature["id"]: feature for feature in listed}


def _changes(old: Features, new: Features) -> dict[str, list[Any]]:
    """Return what changed in one layer."""
    return {
        "added": [feature for own, feature in new.items() if own not in old],
        "changed": [
            {"id": own, "before": old[own], "after": feature}
            for own, feature in new.items()
            if own in old and not _same(old[own], feature)
        ],
        "removed": [feature for own, feature in old.items() if own not in new],
    }


def _changed(old: Features, changes: Mapping[str, Any], *, name: str, layer: str) -> list[dict[str, Any]]:
    """Return the features of a layer after its changes, sorted by id."""
    features = dict(old)
    for expected in [*changes["removed"], *(pair["before"] for pair in changes["changed"])]:
        found = features.pop(expected["id"], None)
        if found is None or not _same(found, expected):
            raise PackageError("export.delta_feature", name=name, layer=layer, feature=expected["id"])
    for feature in [*changes["added"], *(pair["after"] for pair in changes["changed"])]:
        if features.setdefault(feature["id"], feature) is not feature:
            raise PackageError("export.delta_feature", name=name, layer=layer, feature=feature["id"])
    return [features[own] for own in sorted(features)]


def _same(one: object, other: object) -> bool:
    """Return whether two JSON values are written the same: 1, 1.0 and true are three things."""
    return orjson.dumps(one) == orjson.dumps(other)


def _typed(
    layer: ExportLayer, features: list[dict[str, Any]], content: PackageContent, directory: Path
) -> ExportLayer:
    """Return a layer that holds the features of a JSON-FG file."""
    path = directory / file_path(layer)
    path.parent.mkdir(exist_ok=True)
    with path.open("wb") as stream:
        write_features(stream, _HEAD, features)
    return replace(layer, features=read_layer(REFERENCE_FORMAT, directory, layer, content=content))
