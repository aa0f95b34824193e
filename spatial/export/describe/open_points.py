"""What a package still lacks before it is handed over, said in the package itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from spatial.export.wording import both, said
from spatial.text import LANGUAGES, text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spatial.export.model import ExportLayer, PackageContent
    from spatial.export.wording import Words

__all__ = ["blank_contact", "open_points"]

_CONTACT: Final = ("organisation", "email", "phone")


def open_points(content: PackageContent, layers: Sequence[ExportLayer]) -> list[Words]:
    """Return what nobody has supplied yet: contact, class codes, district code, security, review number."""
    constraints = content.about.get("constraints") or {}
    district = content.about.get("district") or {}
    without_code = [layer for layer in layers if not layer.class_path.code]
    points = []
    if blank_contact(content):
        points.append(both("describe.open_contact"))
    if without_code:
        titles = {lang: [layer.title.in_language(lang) for layer in without_code] for lang in LANGUAGES}
        points.append(
            {
                lang: text("describe.open_class_codes", lang, count=len(without_code), layers=titles[lang])
                for lang in LANGUAGES
            }
        )
    if not district.get("code"):
        points.append(both("describe.open_district_code"))
    if not said(constraints, "security")["zh"]:
        points.append(both("describe.open_security"))
    if not constraints.get("review_number"):
        points.append(both("describe.open_review"))
    return points


def blank_contact(content: PackageContent) -> bool:
    """Return whether the package names nobody who could be asked."""
    contact = content.about.get("contact") or {}
    return not any(contact.get(name) for name in _CONTACT)
