"""Starting the app asks nothing of the internet."""

from __future__ import annotations

import importlib.util
import socket
import sys
import tomllib
from pathlib import Path

import pytest
import requests
from streamlit import net_util
from streamlit.web import cli
from streamlit.web.server import server_util

ROOT = Path(__file__).parent.parent


@pytest.fixture
def started(monkeypatch):
    spec = importlib.util.spec_from_file_location("start_script", ROOT / "scripts" / "start.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(net_util, "get_external_ip", net_util.get_external_ip)
    monkeypatch.setattr(net_util, "_external_ip", None)
    monkeypatch.setattr(sys, "argv", [])
    monkeypatch.setattr(cli, "main", lambda **_: None)
    asked = []
    monkeypatch.setattr(requests, "get", lambda url, **_: asked.append(url))
    monkeypatch.setattr(socket, "create_connection", lambda *where, **_: asked.append(where))
    assert module.main(["--server.port", "8600"]) == 0
    return asked


def test_a_page_opened_from_elsewhere_is_judged_without_the_internet(started):
    assert not server_util.is_url_from_allowed_origins("http://atlas.example:8501")
    assert server_util.is_url_from_allowed_origins("http://localhost:8501")
    assert started == []


def test_options_reach_the_server(started):
    assert sys.argv[:2] == ["streamlit", "run"]
    assert Path(sys.argv[2]) == ROOT / "app.py"
    assert sys.argv[3:] == ["--server.port", "8600"]


def test_the_address_to_print_is_set_and_nothing_is_reported():
    settings = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert settings["browser"] == {"gatherUsageStats": False, "serverAddress": "localhost"}
