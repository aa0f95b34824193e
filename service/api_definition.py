"""pygeoapi's OpenAPI document, mended: valid, of what is served alone, and pointing to no other host."""

from __future__ import annotations

from typing import Any

FOREIGN_PATHS = ("/jobs", "/processes", "/stac", "/TileMatrixSets")
"""What pygeoapi describes whether it is configured or not."""

FEATURE_ID = {
    "name": "featureId",
    "in": "path",
    "description": "identifier of a feature",
    "required": True,
    "schema": {"type": "string"},
}


def mended(document: dict[str, Any]) -> dict[str, Any]:
    """Return the document of the service, from the one that pygeoapi made."""
    paths = {path: item for path, item in document["paths"].items() if not path.startswith(FOREIGN_PATHS)}
    whole: dict[str, Any] = self_contained({**document, "paths": paths})
    for path, item in whole["paths"].items():
        for operation in item.values():
            for status, response in operation["responses"].items():
                if "$ref" not in response:
                    response.setdefault("description", f"status {status}")
        if path.endswith("/{featureId}"):
            mend_feature(item)
    return whole


def mend_feature(item: dict[str, Any]) -> None:
    """State the identifier as a part of the path, where it is, in every operation on one feature."""
    for operation in item.values():
        others = [given for given in operation.get("parameters", []) if given.get("name") != "featureId"]
        operation["parameters"] = [FEATURE_ID, *others]
    item["get"]["responses"]["200"] = {
        "description": "one feature",
        "content": {"application/geo+json": {"schema": {"type": "object"}}},
    }


def self_contained(part: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return a part of the document with what it points to at other hosts put in its place."""
    if isinstance(part, list):
        return [self_contained(item) for item in part]
    if not isinstance(part, dict):
        return part
    target = part.get("$ref", "")
    if isinstance(target, str) and target.startswith("http"):
        return inlined(target)
    # A number is no key in JSON, and the same status written in both ways is one response.
    return {str(key): self_contained(value) for key, value in part.items()}


def inlined(target: str) -> dict[str, Any]:
    """Return a response, parameter or schema in place of a pointer to it."""
    name = target.rsplit("/", 1)[-1].removesuffix(".yaml")
    if "/responses/" in target:
        return {"description": name, "content": {"application/json": {"schema": {"type": "object"}}}}
    if "/parameters/" in target:
        return {"name": name, "in": "query", "required": False, "schema": {"type": "string"}}
    return {"type": "object"}
