"""The set-up script: versions, stamps, and what requirements name."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def setup_script():
    spec = importlib.util.spec_from_file_location("setup_script", ROOT / "scripts" / "setup.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("version", [(3, 11), (3, 12), (3, 13)])
def test_supported_versions_are_taken(setup_script, version):
    assert setup_script.version_refusal(version) is None


@pytest.mark.parametrize("version", [(2, 7), (3, 10), (3, 14)])
def test_other_versions_get_one_sentence(setup_script, version):
    sentence = setup_script.version_refusal(version)
    assert "3.11" in sentence
    assert f"{version[0]}.{version[1]}" in sentence
    assert "\n" not in sentence


def test_nothing_is_installed_when_nothing_changed(setup_script, tmp_path, monkeypatch):
    commands = []
    python = tmp_path / "python"
    python.touch()
    for name in ("requirements.txt", "constraints.txt"):
        (tmp_path / name).write_text("numpy\n", encoding="utf-8")
    monkeypatch.setattr(setup_script, "ROOT", tmp_path)
    monkeypatch.setattr(setup_script, "STAMP", tmp_path / "stamp.json")
    monkeypatch.setattr(setup_script, "VENV_PYTHON", python)
    monkeypatch.setattr(setup_script, "run", lambda command, env=None: commands.append(command))

    setup_script.set_up(with_tests=False)
    assert any("pip" in command for command in commands)

    commands.clear()
    setup_script.set_up(with_tests=False)
    assert not any("pip" in command for command in commands)

    commands.clear()
    (tmp_path / "constraints.txt").write_text("numpy==2\n", encoding="utf-8")
    setup_script.set_up(with_tests=False)
    assert any("pip" in command for command in commands)


def test_the_services_environment_is_its_own(setup_script, tmp_path, monkeypatch):
    commands = []
    for name in ("requirements-ogcapi.txt", "requirements-ogcapi-test.txt", "constraints-ogcapi.txt"):
        (tmp_path / name).write_text("waitress\n", encoding="utf-8")

    def run(command, env=None):
        commands.append(command)
        if "venv" in command:
            python = tmp_path / ".venv-ogcapi" / setup_script.PYTHON_IN
            python.parent.mkdir(parents=True)
            python.touch()

    monkeypatch.setattr(setup_script, "ROOT", tmp_path)
    monkeypatch.setattr(setup_script, "SERVICE_VENV", tmp_path / ".venv-ogcapi")
    monkeypatch.setattr(setup_script, "run", run)

    setup_script.set_up_service(with_clients=False)
    assert [sys.executable, "-m", "venv"] == commands[0][:3]
    assert "requirements-ogcapi-test.txt" not in commands[1]
    assert not any("requirements.txt" in command for command in commands)

    commands.clear()
    setup_script.set_up_service(with_clients=False)
    assert commands == []

    setup_script.set_up_service(with_clients=True)
    assert len(commands) == 1
    assert "requirements-ogcapi-test.txt" in commands[0]


@pytest.mark.parametrize("kind", ["with_tests", "with_cluster"])
def test_the_suite_and_the_cluster_bring_the_clusters_packages(setup_script, monkeypatch, kind):
    asked = []
    monkeypatch.setattr(setup_script, "make_current", lambda *arguments: asked.append(arguments))
    monkeypatch.setattr(setup_script, "run", lambda command, env=None: None)
    monkeypatch.setattr(setup_script, "bring_browser", lambda: None)
    setup_script.set_up(**{"with_tests": False, kind: True})
    (_, _, requirement_files, constraints) = asked[0]
    assert "requirements-cluster.txt" in requirement_files
    assert ("requirements-test.txt" in requirement_files) == (kind == "with_tests")
    assert constraints == "constraints.txt"


@pytest.mark.parametrize(
    ("option", "steps"),
    [
        (None, ["atlas False False"]),
        ("--test", ["atlas True False"]),
        ("--cluster", ["atlas False True"]),
        ("--serve", ["service False"]),
        ("--deep", ["atlas True False", "service True", "clients"]),
    ],
)
def test_each_option_brings_what_it_names(setup_script, monkeypatch, option, steps):
    done = []
    monkeypatch.setattr(
        setup_script,
        "set_up",
        lambda with_tests, with_cluster: done.append(f"atlas {with_tests} {with_cluster}"),
    )
    monkeypatch.setattr(
        setup_script, "set_up_service", lambda with_clients: done.append(f"service {with_clients}")
    )
    monkeypatch.setattr(setup_script, "bring_clients", lambda: done.append("clients"))
    monkeypatch.setattr(sys, "argv", ["setup.py", *([option] if option else [])])
    assert setup_script.main() == 0
    assert done == steps


def test_clients_are_brought_once_and_their_absence_is_said(setup_script, tmp_path, monkeypatch, capsys):
    commands = []
    monkeypatch.setattr(setup_script, "CLIENTS", tmp_path)
    monkeypatch.setattr(setup_script, "CLIENT_PACKAGES", {"gdal-bin": str(tmp_path / "ogr2ogr")})
    monkeypatch.setattr(setup_script, "run", lambda command, env=None: commands.append(command))
    monkeypatch.setattr(setup_script.shutil, "which", lambda name: None)
    (tmp_path / "package-lock.json").write_text("{}", encoding="utf-8")
    (tmp_path / "node_modules").mkdir()

    setup_script.bring_clients()
    assert "gdal-bin" in capsys.readouterr().err
    assert [command[-1] for command in commands] == ["scripts/client_assets.py"]

    (tmp_path / "ogr2ogr").touch()
    setup_script.bring_clients()
    assert len(commands) == 1
    assert capsys.readouterr().err == ""


def test_system_packages_are_installed_where_that_is_allowed(setup_script, monkeypatch):
    commands = []
    monkeypatch.setattr(setup_script, "run", lambda command, env=None: commands.append(command))
    monkeypatch.setattr(setup_script.shutil, "which", lambda name: "apt-get")
    monkeypatch.setattr(setup_script.os, "geteuid", lambda: 0, raising=False)
    setup_script.bring_system_packages([], "", "")
    assert commands == []
    setup_script.bring_system_packages(["python3-qgis"], "", "")
    assert commands[-1][-1] == "python3-qgis"


def distribution_names(name: str) -> list[str]:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    return [re.split(r"[<>=~!\[ ]", line)[0] for line in lines if line and not line.startswith("#")]


@pytest.mark.parametrize(
    ("name", "constraints"),
    [
        ("requirements.txt", "constraints.txt"),
        ("requirements-test.txt", "constraints.txt"),
        ("requirements-cluster.txt", "constraints.txt"),
        ("requirements-ogcapi.txt", "constraints-ogcapi.txt"),
        ("requirements-ogcapi-test.txt", "constraints-ogcapi.txt"),
    ],
)
def test_constraints_pin_every_requirement(name, constraints):
    lines = [*(ROOT / constraints).read_text().splitlines(), *(ROOT / name).read_text().splitlines()]
    pinned = {line.split("==")[0].lower() for line in lines if "==" in line}
    missing = [requirement for requirement in distribution_names(name) if requirement.lower() not in pinned]
    assert not missing


def test_every_direct_requirement_is_imported_by_the_product():
    listing = ["git", "ls-files", "-co", "--exclude-standard", "*.py"]
    tracked = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True)
    source = "\n".join((ROOT / path).read_text(encoding="utf-8") for path in tracked.stdout.split())
    for requirement in distribution_names("requirements.txt"):
        module = requirement.lower().replace("-", "_")
        assert re.search(rf"^\s*(import|from) {module}\b", source, re.MULTILINE), requirement


def test_an_unsupported_python_exits_with_usage_code(setup_script, monkeypatch, capsys):
    monkeypatch.setattr(sys, "version_info", (3, 9, 0))
    monkeypatch.setattr(sys, "argv", ["setup.py"])
    assert setup_script.main() == 2
    assert "3.9" in capsys.readouterr().err
