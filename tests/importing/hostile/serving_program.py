"""A web server of the product's kind that examines every file of a folder while it serves.

Run as a script: FOLDER PORT. What became of the files, and how the server's memory grew, is written to
``done.json`` beside the folder.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path
from threading import Thread

ROOT = Path(__file__).resolve().parents[3]


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * resource.getpagesize()


def examine_all(folder: Path) -> None:
    from spatial.errors import AtlasError
    from spatial.importing.isolation import run_examination
    from spatial.importing.model import ImportSettings, Subject
    from spatial.limits import DEFAULT_LIMITS

    settings = ImportSettings(subject=Subject.FEATURES, crs="wgs84")
    time.sleep(3)
    before, found = resident_bytes(), {}
    for path in sorted(folder.iterdir()):
        started = time.monotonic()
        try:
            run_examination(path, name=path.name, settings=settings, limits=DEFAULT_LIMITS)
            became = "examined"
        except AtlasError as refusal:
            became = refusal.key
        found[path.name] = (became, time.monotonic() - started, resident_bytes() - before)
    done = folder.with_name("done.json")
    done.with_suffix(".part").write_text(json.dumps(found), encoding="utf-8")
    done.with_suffix(".part").rename(done)


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    from streamlit.web import bootstrap

    work, port = Path(sys.argv[1]), int(sys.argv[2])
    Thread(target=examine_all, args=(work,), daemon=True).start()
    options = {"server.port": port, "server.headless": True, "server.fileWatcherType": "none"}
    bootstrap.load_config_options({name.replace(".", "_"): value for name, value in options.items()})
    bootstrap.run(str(ROOT / "app.py"), is_hello=False, args=[], flag_options={})
