"""``README.txt``: what a person who opens the package has to know, in Chinese and then in English."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from spatial.export.describe.definition_file import district_result, statements
from spatial.export.describe.height_and_crs import axis_order, is_companion
from spatial.export.describe.open_points import open_points
from spatial.export.describe.readme_loading import loading_lines
from spatial.export.fields import ID_CODE, LayerKind
from spatial.export.verdict_word import verdict_word
from spatial.export.wording import date_words, said, worded
from spatial.target import TargetScope
from spatial.text import LANGUAGES, TextKey, printable, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from spatial.export.model import ExportLayer, PackageContent, WrittenFile

__all__ = ["readme"]

_RULE: Final = "=" * 72
_INDENT: Final = "  "
_DATE: Final = "CJRQ"
"""Field of the date of the data; for a zone, that of its count."""

_PROOFS: Final = ("manifest", "windows", "linux", "validate")


def readme(content: PackageContent, *, files: Sequence[WrittenFile]) -> bytes:
    """Return the README: UTF-8 with BOM and CRLF, so that Notepad of any Windows shows it.

    Parameters
    ----------
    content : PackageContent
    files : sequence of WrittenFile
        The data files of the package, in the order in which they are listed.
    """
    parts = [list(_page(content, files, lang)) for lang in LANGUAGES]
    lines = [*parts[0], "", _RULE, "", *parts[1], ""]
    return "\r\n".join(printable(line) for line in lines).encode("utf-8-sig")


def _page(content: PackageContent, files: Sequence[WrittenFile], lang: str) -> Iterator[str]:
    """Return the whole README in one language, line by line."""
    yield content.title.in_language(lang)
    yield text(
        "describe.readme_identity",
        lang,
        package_id=content.package_id,
        date=date_words(content.data_date)[lang],
        profile=content.profile,
    )
    marks = [text(key, lang) for key in _marks(content.layers, "describe.readme")]
    yield " ".join([*marks, _review(content, lang)])
    sections = {
        "what": _what(content, lang),
        "not": _what_not(content, lang),
        "definition": _definition(content, lang),
        "files": _files(files, lang),
        "load": loading_lines(content, lang),
        "fields": _fields(content, lang),
        "proof": (text(f"describe.proof_{name}", lang) for name in _PROOFS),
        "rights": _rights(content, lang),
        "contact": _contact(content, lang),
    }
    for name, lines in sections.items():
        yield from ("", text(f"describe.head_{name}", lang))
        yield from (_bullet(line) for line in lines if line)


def _bullet(line: str) -> str:
    """Return a line of a section; one that is indented belongs to the line before it."""
    return f"    {line}" if line.startswith(_INDENT) else f"  - {line}"


def _marks(layers: Sequence[ExportLayer], prefix: str) -> list[str]:
    """Return the keys of what the reader has to see beside a title: schematic, simulated."""
    schematic = any(layer.about.get("schematic") for layer in layers)
    simulated = any(layer.synthetic for layer in layers)
    return [
        f"{prefix}_{name}" for name, holds in (("schematic", schematic), ("simulated", simulated)) if holds
    ]


def _review(content: PackageContent, lang: str) -> str:
    """Return the map review number, or what stands in its place."""
    constraints = content.about.get("constraints") or {}
    if constraints.get("review_number"):
        return text("describe.review_number", lang, number=constraints["review_number"])
    return said(constraints, "review_slot")[lang]


def _what(content: PackageContent, lang: str) -> Iterator[str]:
    for layer in content.layers:
        counts = {
            "n_in": layer.n_in,
            "n_used": len(layer.features),
            "n_withheld": len(layer.withheld),
        }
        place = layer.class_path
        yield text(
            "describe.readme_layer",
            lang,
            name=layer.name,
            title=layer.title.in_language(lang),
            marks="".join(text(key, lang) for key in _marks([layer], "describe.mark")),
            geometry=TextKey(f"describe.geometry_{layer.geometry_type.lower()}"),
            counts=text("describe.counts", lang, **counts),
            path=" / ".join(filter(None, (place.category, place.main_class, place.sub_class, place.code))),
        )
        yield from (f"{_INDENT}{line}" for line in _withheld(layer, lang))


def _withheld(layer: ExportLayer, lang: str) -> Iterator[str]:
    """Return what of the source is not there, and why."""
    reasons = [item.reason_key for item in layer.withheld]
    for key in sorted(set(reasons)):
        reason = worded(key, prefix="")[lang]
        yield text("describe.readme_reason", lang, count=reasons.count(key), reason=reason)
    columns = layer.about.get("withheld_fields")
    if columns:
        yield text("describe.readme_no_columns", lang, columns="; ".join(map(str, columns)))


def _what_not(content: PackageContent, lang: str) -> Iterator[str]:
    options = content.about.get("options") or {}
    simulated = [layer.title.in_language(lang) for layer in content.layers if layer.synthetic]
    if any(layer.about.get("schematic") for layer in content.layers):
        yield text("describe.not_boundary", lang)
    yield text("describe.not_survey" if simulated else "describe.no_simulated", lang, layers=simulated)
    number = (content.about.get("constraints") or {}).get("review_number")
    if number:
        yield text("describe.reviewed", lang, number=number)
    else:
        yield text("describe.not_reviewed", lang, slot=_review(content, lang))
    if not all(layer.class_path.code for layer in content.layers):
        yield text("describe.not_coded", lang)
    extent = options.get("extent") or {}
    place = ", ".join(map(str, extent.get("zone_ids") or extent.get("bbox") or ()))
    if place:
        yield text("describe.readme_extent", lang, place=place, rule=said(extent, "rule")[lang])
    if options.get("points") == "grid":
        yield text("describe.readme_coarse", lang, grid_m=options.get("grid_m"))
    if options.get("points") == "totals":
        yield text("describe.readme_totals", lang)
    yield text("describe.height_not_held", lang)
    yield text("describe.same_datum", lang)


def _definition(content: PackageContent, lang: str) -> Iterator[str]:
    """Return the district's figure with its definition and its sources, never the one without the other."""
    found = district_result(content)
    if found is not None:
        yield _district_figure(content, found[0], lang)
    label = said(content.about.get("definition") or {}, "label")[lang]
    if label:
        yield text("describe.readme_definition", lang, label=label)
    yield from (statement[lang] for statement in statements(content))
    notices = [*((found[1].get("notices") or ()) if found else ()), *(content.about.get("notices") or ())]
    elsewhere = _told_elsewhere(content)
    yield from dict.fromkeys(
        str(notice.get(lang) or "") for notice in notices if notice.get("key") not in elsewhere
    )
    yield from _citations(content, lang)
    yield text("describe.readme_full_figures", lang)


def _told_elsewhere(content: PackageContent) -> set[str]:
    """Return the keys of notices that the README words in another place: open points and statements."""
    told = {"content.codes_blank", "content.no_district_code"}
    if (content.about.get("target") or {}).get("scope") == TargetScope.DISTRICT:
        told.add("verdict.target_is_reference")
    if not (content.about.get("definition") or {}).get("numerator_stated"):
        told.add("verdict.numerator_assumed")
    return told


def _district_figure(content: PackageContent, row: Mapping[str, Any], lang: str) -> str:
    if row.get("density_per_km2") is None:
        return ""
    target, low, high = row.get("target_per_km2"), row.get("density_low"), row.get("density_high")
    interval = ""
    if low is not None and high is not None and low != high:
        interval = text("describe.district_interval", lang, low=low, high=high)
    key = "describe.district_figure" if target is not None else "describe.district_figure_no_target"
    return text(
        key,
        lang,
        name=said(content.about.get("district") or {}, "name")[lang],
        count=row["count"],
        dated=_count_date(content, row["zone_id"], lang),
        area=row["area_km2"],
        density=row["density_per_km2"],
        interval=interval,
        target=target,
        status=verdict_word(
            row.get("status"),
            stated=bool((content.about.get("definition") or {}).get("numerator_stated")),
            scope=row.get("target_scope"),
            synthetic=bool(row.get("synthetic")),
            lang=lang,
        ),
        marks=text("describe.mark_simulated", lang) if row.get("synthetic") else "",
    )


def _count_date(content: PackageContent, zone_id: str, lang: str) -> str:
    """Return of which date the count of a zone is, where its feature says so."""
    for layer in content.layers:
        if layer.kind == LayerKind.ZONES:
            zone = layer.features[layer.features[ID_CODE] == zone_id]
            if len(zone) and zone[_DATE].iloc[0]:
                return text("describe.count_date", lang, date=zone[_DATE].iloc[0])
    return ""


def _citations(content: PackageContent, lang: str) -> Iterator[str]:
    """Return the source of every figure; figures that rest on the same words stand on one line."""
    figures: dict[str, list[str]] = {}
    for cited in content.about.get("citations") or ():
        if cited.get("document_id"):
            yield _citation(content, cited, lang)
        else:
            figures.setdefault(str(cited.get("text")), []).append(said(cited, "figure")[lang])
    for phrase, names in figures.items():
        yield text("describe.readme_stated", lang, figure=names, phrase=phrase)


def _citation(content: PackageContent, cited: Mapping[str, Any], lang: str) -> str:
    titles = {each.get("document_id"): each.get("title") for each in content.about.get("documents") or ()}
    document = cited["document_id"]
    return text(
        "describe.readme_citation",
        lang,
        figure=said(cited, "figure")[lang],
        document=titles.get(document) or document,
        heading=cited.get("heading") or cited.get("section_id"),
        phrase=cited.get("text"),
    )


def _files(files: Sequence[WrittenFile], lang: str) -> Iterator[str]:
    companions = [file for file in files if is_companion(file.format, file.crs)]
    alike: dict[tuple[str, str], list[WrittenFile]] = {}
    for file in files:
        if file not in companions:
            alike.setdefault((file.format, axis_order(file.format, file.crs)[lang]), []).append(file)
    for (name, order), members in alike.items():
        yield text("describe.readme_format", lang, format=TextKey(f"describe.format_{name}"), order=order)
        for file in members:
            told = text("describe.readme_file", lang, path=file.path.as_posix(), n_features=file.n_features)
            yield f"{_INDENT}{told}"
    if companions:
        endings = dict.fromkeys("".join(file.path.suffixes) for file in companions)
        yield text("describe.readme_companions", lang, endings=" ".join(endings))
    if not files:
        yield text("describe.readme_no_files", lang)
    yield text("describe.readme_other_files", lang)


def _fields(content: PackageContent, lang: str) -> Iterator[str]:
    yield text("describe.fields_dictionary", lang)
    if any(field.code == "X01" for layer in content.layers for field in layer.fields):
        yield text("describe.fields_further", lang)
    yield text("describe.fields_classes", lang)


def _rights(content: PackageContent, lang: str) -> Iterator[str]:
    about = content.about
    constraints = about.get("constraints") or {}
    for owed in about.get("attribution") or ():
        yield text("describe.rights_attribution", lang, owed=said({"text": owed}, "text")[lang])
    blank = text("describe.rights_blank", lang)
    yield text("describe.rights_security", lang, security=said(constraints, "security")[lang] or blank)
    yield text("describe.rights_use", lang, use=said(constraints, "use")[lang] or blank)
    yield text("describe.rights_disclaimer", lang, disclaimer=said(about, "disclaimer")[lang])


def _contact(content: PackageContent, lang: str) -> Iterator[str]:
    blank = text("describe.rights_blank", lang)
    contact = content.about.get("contact") or {}
    given = {name: contact.get(name) or blank for name in ("organisation", "email", "phone")}
    yield text("describe.contact_line", lang, **given)
    for point in open_points(content, content.layers):
        yield text("describe.open_line", lang, point=point[lang])
