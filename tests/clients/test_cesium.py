"""CesiumJS loads the GeoJSON of every layer in a browser that reaches no other host."""

from __future__ import annotations

import json
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import shapely

from tests.clients.conftest import need, program

CESIUM = Path(__file__).parent / "node_modules" / "cesium" / "Build" / "Cesium"
LOAD = """async (name) => {
    const source = await Cesium.GeoJsonDataSource.load(name);
    const entities = source.entities.values;
    return {
        count: entities.length,
        names: entities.map((entity) => entity.properties.MC.getValue() ?? ""),
        polygons: entities.filter((entity) => entity.polygon).length,
        points: entities.filter((entity) => entity.billboard).length,
        version: Cesium.VERSION,
    };
}"""

pytestmark = pytest.mark.deep
sync_api = pytest.importorskip("playwright.sync_api")


class Quiet(SimpleHTTPRequestHandler):
    """Serve files without a word."""

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="session")
def page_folder(tmp_path_factory):
    need((CESIUM / "Cesium.js").is_file(), "CesiumJS")
    folder = tmp_path_factory.mktemp("cesium")
    (folder / "Cesium").symlink_to(CESIUM)
    script = "<script>window.CESIUM_BASE_URL = '/Cesium/';</script><script src='/Cesium/Cesium.js'></script>"
    (folder / "index.html").write_text(f"<!doctype html><meta charset='utf-8'>{script}", encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def page(page_folder):
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(page_folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    outside = []

    def let_through(route):
        if route.request.url.startswith((address, "data:", "blob:")):
            route.continue_()
        else:
            outside.append(route.request.url)
            route.abort()

    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program("chromium"), args=["--no-sandbox"])
        opened = browser.new_page()
        opened.route("**/*", let_through)
        opened.goto(f"{address}/index.html")
        yield opened
        browser.close()
    server.shutdown()
    server.server_close()
    assert outside == []


def test_every_layer_loads_whole(hand_over, page, page_folder):
    for source in hand_over.sources(("geojson",)):
        (page_folder / "layer.geojson").write_bytes(source.path.read_bytes())
        told = page.evaluate(LOAD, "/layer.geojson")
        geometry = source.wanted.features.geometry.to_numpy()
        parts = int(shapely.get_num_geometries(geometry).sum())
        assert told["count"] == parts
        assert told["points" if source.wanted.geometry_type == "Point" else "polygons"] == parts
        wanted = source.wanted.features["MC"].fillna("")
        counts = shapely.get_num_geometries(geometry)
        assert sorted(told["names"]) == sorted(
            name for name, n in zip(wanted, counts, strict=True) for _ in range(n)
        )


def test_a_file_with_a_crs_member_is_what_it_refuses(hand_over, page, page_folder):
    source = hand_over.sources(("geojson",))[0]
    collection = json.loads(source.path.read_text(encoding="utf-8"))
    collection["crs"] = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}}
    (page_folder / "crs.geojson").write_text(json.dumps(collection), encoding="utf-8")
    told = page.evaluate(f"async (name) => ({LOAD})(name).catch((fault) => fault.message)", "/crs.geojson")
    assert "Unknown crs name" in told
