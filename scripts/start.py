"""Start the app. Options are those of ``streamlit run``, for example ``--server.port 8600``.

Streamlit asks a public service for the machine's outside address, to print it and to judge where a
page was opened from. Here nothing may be asked of the internet, so that question answers nothing.
"""

from __future__ import annotations

import sys
from pathlib import Path

from streamlit import net_util
from streamlit.web import cli

ROOT = Path(__file__).resolve().parent.parent


def main(options: list[str]) -> int:
    """Run the app until it is stopped; return a process exit code."""
    net_util.get_external_ip = lambda: None
    sys.argv = ["streamlit", "run", str(ROOT / "app.py"), *options]
    return int(cli.main(standalone_mode=False) or 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
