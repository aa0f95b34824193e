from __future__ import annotations

import base64

import pytest

from tests.importing.hostile.conftest import CANARY
from tests.importing.hostile.hostile_files import TEXTS, geojson, hostile_files, table_of_texts


def everything_of(probe, files):
    encoded = {name: base64.b64encode(data).decode() for name, data in files.items()}
    done = probe("examine_all", limits={"seconds": 240}, files=encoded)
    return done.examination.details["found"]


def test_no_hostile_file_reads_asks_or_changes_anything(probe, canary, server, tmp_path):
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    files = hostile_files(canary, f"http://127.0.0.1:{server.port}")
    found = everything_of(probe, files)
    assert set(found) == set(files)
    assert [name for name, words in found.items() if CANARY in words] == []
    assert [(name, words[:300]) for name, words in found.items() if words.startswith("broke")] == []
    assert server == []
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_definitions_and_pickles_are_refused_under_every_name(probe, canary, server):
    files = hostile_files(canary, f"http://127.0.0.1:{server.port}")
    never = ("vrt", "gdalg", "wfs", "pickle")
    found = everything_of(probe, {name: data for name, data in files.items() if name.startswith(never)})
    assert {name: words[:80] for name, words in found.items() if not words.startswith("refused")} == {}
    shown = " ".join(found.values())
    assert str(canary) not in shown
    assert "/tmp" not in shown  # noqa: S108


def test_texts_that_other_programs_would_run_stay_texts(probe):
    found = everything_of(probe, {"a.geojson": geojson(), "a.csv": table_of_texts()})
    for name, words in found.items():
        assert words.startswith("examined"), (name, words[:300])
        assert "49" not in words.split("examined", 1)[1].split("sha256")[0]
        for text in TEXTS:
            assert text in words.replace('""', '"'), (name, text)


@pytest.mark.parametrize(
    ("name", "off"),
    [
        ("read", ()),
        ("read", ("audit",)),
        ("read", ("files",)),
        ("read_natively", ()),  # what Python does not see, only the kernel stops
        ("listing", ()),
        ("listing", ("audit",)),
        ("listing", ("files",)),
    ],
)
def test_no_file_outside_is_read(probe, canary, name, off):
    path = canary.parent if name == "listing" else canary
    assert_stopped(probe, name, off=off, path=str(path))


@pytest.mark.parametrize(
    ("name", "off"), [("write", ()), ("write", ("audit",)), ("write", ("files",)), ("write_natively", ())]
)
def test_no_file_outside_is_written(probe, canary, name, off):
    before = canary.read_bytes()
    assert_stopped(probe, name, off=off, path=str(canary))
    assert_stopped(probe, name, off=off, path=str(canary.parent / "new"))
    assert canary.read_bytes() == before
    assert [path.name for path in canary.parent.iterdir()] == [canary.name]


@pytest.mark.parametrize("off", [(), ("audit",), ("network",), ("audit", "files")])
def test_no_connection_is_made(probe, server, off):
    assert_stopped(probe, "connect", off=off, port=server.port)
    assert server == []


def test_gdal_makes_no_request(probe, server):
    assert_stopped(probe, "fetch_natively", port=server.port)
    assert server == []


@pytest.mark.parametrize(
    ("name", "off", "arguments"),
    [
        ("start", (), {"program": "/bin/true"}),
        ("start", ("audit",), {"program": "/bin/true"}),
        ("execute", ("audit",), {"program": "/bin/true"}),
        ("fork", (), {}),
        ("foreign_code", (), {}),
        ("unpickle", (), {}),
    ],
)
def test_no_program_or_foreign_code_is_started(probe, name, off, arguments):
    assert_stopped(probe, name, off=off, **arguments)


def test_gdal_follows_no_definition(probe):
    layer = '<OGRVRTLayer name="rows"><SrcDataSource>rows.csv</SrcDataSource></OGRVRTLayer>'
    definition = f"<OGRVRTDataSource>{layer}</OGRVRTDataSource>"
    assert_stopped(probe, "open_definition", words=definition)


def test_gdal_holds_two_drivers(probe):
    assert probe("drivers").examination.details["found"] == ["ESRI Shapefile", "GPKG"]


def test_a_row_that_is_lost_never_arrives(probe):
    assert_stopped(probe, "result", n_in=9, n_used=2, labels=[2, 3])


def assert_stopped(probe, name, **arguments):
    from spatial.errors import UnreadableFileError

    with pytest.raises(UnreadableFileError) as caught:
        probe(name, **arguments)
    assert caught.value.key == "guard.reader_stopped"
