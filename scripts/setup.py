"""Prepare this folder to run the atlas: .venv, its packages, and the map's scripts and styles.

Needs nothing but the standard library, so that it runs before anything is installed, and does
nothing when nothing changed. ``--test`` also brings what the suite needs: the packages of
requirements-test.txt and requirements-cluster.txt and, on Debian or Ubuntu where that is allowed,
Chromium and a CJK font.
``--cluster`` also brings what a count on several machines needs: the packages of requirements-cluster.txt.
``--serve`` makes the environment of the service for other programs, .venv-ogcapi, and nothing else.
``--deep`` does all of that, and brings the programs that packages are handed to: GDAL's commands, QGIS,
CesiumJS, and the clients and judges of the service.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON_IN = "Scripts/python.exe" if os.name == "nt" else "bin/python"
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / PYTHON_IN
STAMP_NAME = "setup-stamp.json"
STAMP = VENV / STAMP_NAME
SERVICE_VENV = ROOT / ".venv-ogcapi"
CLIENTS = ROOT / "tests" / "clients"
OLDEST, NEWEST = (3, 11), (3, 13)
SYSTEM_PACKAGES = ("chromium", "fonts-noto-cjk")
CLIENT_PACKAGES = {"gdal-bin": "/usr/bin/ogr2ogr", "python3-qgis": "/usr/lib/python3/dist-packages/qgis"}
"""Debian's package and a path that tells that it is there."""


def main() -> int:
    """Run the set-up; return a process exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    kinds = parser.add_mutually_exclusive_group()
    kinds.add_argument("--test", action="store_true", help="also bring what the test suite needs")
    kinds.add_argument("--cluster", action="store_true", help="also bring what a count on a cluster needs")
    kinds.add_argument("--serve", action="store_true", help="make the environment of the service alone")
    kinds.add_argument("--deep", action="store_true", help="bring what make test-deep needs as well")
    arguments = parser.parse_args()
    refusal = version_refusal(sys.version_info[:2])
    if refusal:
        print(refusal, file=sys.stderr)
        return 2
    try:
        if not arguments.serve:
            set_up(with_tests=arguments.test or arguments.deep, with_cluster=arguments.cluster)
        if arguments.serve or arguments.deep:
            set_up_service(with_clients=arguments.deep)
        if arguments.deep:
            bring_clients()
    except subprocess.CalledProcessError as error:
        print(
            f"准备环境失败:命令 {shown(error.cmd)} 退出码 {error.returncode};请看上面的输出,排除后重试。"
            f" / Set-up failed in {shown(error.cmd)}; see the output above, mend it and try again.",
            file=sys.stderr,
        )
        return 1
    return 0


def version_refusal(version: tuple[int, int]) -> str | None:
    """Return the one sentence for a Python that is not supported, or None."""
    if OLDEST <= version <= NEWEST:
        return None
    return (
        f"需要 Python 3.11–3.13,当前为 {version[0]}.{version[1]};"
        "请安装后以 PYTHON=python3.12 make setup 重试。"
        f" / Python 3.11-3.13 is needed, this is {version[0]}.{version[1]}: install one and run"
        " PYTHON=python3.12 make setup."
    )


def set_up(*, with_tests: bool, with_cluster: bool = False) -> None:
    """Bring .venv, packages and assets up to date; the suite counts on a cluster too."""
    requirement_files = ["requirements.txt"]
    if with_cluster or with_tests:
        requirement_files.append("requirements-cluster.txt")
    if with_tests:
        requirement_files.append("requirements-test.txt")
    make_current(VENV_PYTHON, STAMP, requirement_files, "constraints.txt")
    run([str(VENV_PYTHON), "scripts/vendor_assets.py", *(["--test"] if with_tests else [])])
    if with_tests:
        bring_browser()


def set_up_service(*, with_clients: bool) -> None:
    """Bring the service's environment up to date; its packages are none of the atlas's own."""
    requirement_files = ["requirements-ogcapi.txt"]
    if with_clients:
        requirement_files.append("requirements-ogcapi-test.txt")
    stamp = SERVICE_VENV / STAMP_NAME
    make_current(SERVICE_VENV / PYTHON_IN, stamp, requirement_files, "constraints-ogcapi.txt")


def make_current(python: Path, stamp: Path, requirement_files: list[str], constraints: str) -> None:
    """Install into an environment where what it was last made of differs from what is asked for."""
    wanted = digests([*requirement_files, constraints])
    have = json.loads(stamp.read_text(encoding="utf-8")) if stamp.exists() else {}
    if any(have.get(name) != digest for name, digest in wanted.items()) or not python.exists():
        install_packages(python, requirement_files, constraints)
        stamp.write_text(json.dumps({**have, **wanted}, indent=1), encoding="utf-8")


def digests(names: list[str]) -> dict[str, str]:
    """Return the SHA-256 of each file, by name."""
    return {name: hashlib.sha256((ROOT / name).read_bytes()).hexdigest() for name in names}


def install_packages(python: Path, requirement_files: list[str], constraints: str) -> None:
    """Create the environment and install the packages under the tested constraints."""
    if not python.exists():
        folder = python.parent.parent
        print(f"创建 {folder.name} / creating {folder.name}", flush=True)
        run([sys.executable, "-m", "venv", "--clear", str(folder)])
    print("安装依赖 / installing packages", flush=True)
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    for name in requirement_files:
        command += ["--requirement", name]
    run([*command, "--constraint", constraints])


def bring_browser() -> None:
    """Install Chromium and a CJK font where the system's package tool may be used."""
    here = (has_browser(), has_cjk_font())
    needs = [name for name, there in zip(SYSTEM_PACKAGES, here, strict=True) if not there]
    bring_system_packages(needs, "浏览器测试将跳过", "the browser tests will be skipped")


def bring_clients() -> None:
    """Bring CesiumJS, GDAL's commands and QGIS: what packages are handed to in make test-deep."""
    needs = [name for name, trace in CLIENT_PACKAGES.items() if not Path(trace).exists()]
    bring_system_packages(
        needs, "用它们打开交接包的测试将跳过", "the tests that open packages in it will be skipped"
    )
    lock = CLIENTS / "package-lock.json"
    stamp = CLIENTS / "node_modules" / STAMP_NAME
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text(encoding="utf-8") == digest:
        return
    print("取用 CesiumJS / bringing CesiumJS", flush=True)
    run([str(VENV_PYTHON), "scripts/client_assets.py"])
    stamp.write_text(digest, encoding="utf-8")


def bring_system_packages(needs: list[str], zh: str, en: str) -> None:
    """Install Debian's packages, or say what their absence means."""
    if not needs:
        return
    may_install = shutil.which("apt-get") is not None and getattr(os, "geteuid", lambda: 1)() == 0
    if not may_install:
        print(
            f"缺少 {'、'.join(needs)},{zh};可自行安装后重试。"
            f" / Missing {', '.join(needs)}: {en} until you install it.",
            file=sys.stderr,
        )
        return
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    run(["apt-get", "update", "-qq"], env=quiet)
    run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *needs], env=quiet)


def has_browser() -> bool:
    """Return whether a Chromium is on the path."""
    return any(shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))


def has_cjk_font() -> bool:
    """Return whether fontconfig knows a font for Chinese."""
    if shutil.which("fc-list") is None:
        return False
    listing = subprocess.run(["fc-list", ":lang=zh"], capture_output=True, check=False)
    return bool(listing.stdout.strip())


def run(command: list[str], env: dict[str, str] | None = None) -> None:
    """Run ``command`` in the project's folder; raise when it fails."""
    subprocess.run(command, cwd=ROOT, env=env, check=True)


def shown(command: list[str]) -> str:
    """Return ``command`` as a person would type it, without this machine's folders."""
    return " ".join(Path(part).name if Path(part).is_absolute() else part for part in command)


if __name__ == "__main__":
    sys.exit(main())
