"""What the service reads: configuration and layers, made from the content of a package alone."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import shapely

from spatial.errors import ServiceError
from spatial.export.ogc_api import CRS_URIS, DEFAULT_LIMIT, MAX_LIMIT, write_service_files
from tests.export.small_content import small_content

URL = "http://127.0.0.1:5000"


def written(folder: Path, content=None, **options):
    path = write_service_files(
        content or small_content(), folder, url=URL, templates=folder / "pages", **options
    )
    return json.loads(path.read_text(encoding="utf-8"))


def held(config, layer: str):
    provider = config["resources"][layer]["providers"][0]
    return json.loads(Path(provider["data"]).read_text(encoding="utf-8"))


def test_each_layer_is_a_collection_in_both_languages_and_three_systems(tmp_path):
    content = small_content()
    config = written(tmp_path)
    assert list(config["resources"]) == [layer.name for layer in content.layers]
    zones = config["resources"]["zones"]
    assert zones["title"] == {"zh-CN": "规划片区（示意）", "en-US": "Planning zones (schematic)"}
    provider = zones["providers"][0]
    assert provider["crs"] == list(CRS_URIS)
    assert [uri.rsplit("/", 1)[-1] for uri in CRS_URIS] == ["CRS84", "4490", "4547"]
    assert provider["storage_crs"] == CRS_URIS[1]
    assert provider["id_field"] == "BSM"
    assert zones["extents"]["spatial"]["bbox"] == pytest.approx(list(content.layers[0].features.total_bounds))


def test_the_description_repeats_how_far_a_layer_can_be_trusted(tmp_path):
    resources = written(tmp_path)["resources"]
    zones, stations = (resources[name]["description"] for name in ("zones", "base_stations"))
    for lang, word in (("zh-CN", "示意"), ("en-US", "Schematic")):
        assert word in zones[lang]
    for lang, word in (("zh-CN", "模拟"), ("en-US", "Simulated")):
        assert word in stations[lang]
        assert word not in zones[lang].replace("示意", "")
    assert "测试数据：手工编写" in zones["zh-CN"]
    assert "no legal boundary" in stations["en-US"]


def test_a_layer_of_which_nothing_is_said_is_described_by_its_title(tmp_path):
    content = small_content(about={})
    bare = replace(content, layers=tuple(replace(layer, about={}) for layer in content.layers))
    config = written(tmp_path, bare)
    places = config["resources"]["places"]
    assert places["description"]["en-US"] == "Places of the plans"
    assert "temporal" not in places["extents"]
    assert config["metadata"]["identification"]["description"]["en-US"] == "Package for tests"


@pytest.mark.parametrize(
    ("period", "begin", "end"),
    [
        ({"begin": "2020", "end": "2023-03-31"}, "2020-01-01T00:00:00+08:00", "2023-03-31T23:59:59+08:00"),
        ({"begin": "2020-02", "end": "2020-02"}, "2020-02-01T00:00:00+08:00", "2020-02-29T23:59:59+08:00"),
        ({"begin": None, "end": "2020"}, None, "2020-12-31T23:59:59+08:00"),
    ],
)
def test_a_period_becomes_instants(tmp_path, period, begin, end):
    content = small_content()
    zones = replace(content.layers[0], about={"period": period})
    config = written(tmp_path, replace(content, layers=(zones,)))
    assert config["resources"]["zones"]["extents"]["temporal"] == {"begin": begin, "end": end}


@pytest.mark.parametrize(
    "member", ["period", "contact", "constraints", "attribution", "disclaimer", "abstract"]
)
@pytest.mark.parametrize("value", [True, 7, "x", [], [1], {}, {"begin": "9999-99", "end": 2, "email": [1]}])
def test_a_statement_of_the_wrong_kind_does_not_stop_the_service(tmp_path, member, value):
    content = small_content(about={member: value})
    layers = tuple(replace(layer, about={**layer.about, member: value}) for layer in content.layers)
    config = written(tmp_path, replace(content, layers=layers))
    assert (
        all("temporal" not in each["extents"] for each in config["resources"].values()) or member != "period"
    )
    assert isinstance(config["metadata"]["contact"]["email"], str)


def test_paging_has_a_default_and_a_most(tmp_path):
    limits = written(tmp_path)["server"]["limits"]
    assert limits == {"default_items": DEFAULT_LIMIT, "max_items": MAX_LIMIT, "on_exceed": "throttle"}
    assert (DEFAULT_LIMIT, MAX_LIMIT) == (100, 1000)


@pytest.mark.parametrize(("lang", "first"), [("zh", "zh-CN"), ("en", "en-US")])
def test_the_asked_language_is_answered_first(tmp_path, lang, first):
    languages = written(tmp_path, lang=lang)["server"]["languages"]
    assert (languages[0], set(languages)) == (first, {"zh-CN", "en-US"})


def test_features_are_held_without_loss_latitude_first(tmp_path):
    content = small_content()
    config = written(tmp_path)
    for layer in content.layers:
        kept = held(config, layer.name)
        frame = layer.features
        assert kept["ids"] == list(frame["BSM"])
        back = shapely.transform(shapely.from_wkb(kept["wkb"]), lambda places: places[:, ::-1])
        assert shapely.equals_exact(back, frame.geometry.to_numpy(), tolerance=0).all()
        for at, properties in enumerate(kept["properties"]):
            for field in layer.fields:
                value = frame[field.code].iloc[at]
                if properties[field.code] is None:
                    assert pd.isna(value)
                else:
                    assert properties[field.code] == value
    assert held(config, "base_stations")["fields"]["X03"] == {"type": "boolean", "title": "有源"}


def test_nothing_is_filled_in_from_the_environment(tmp_path, monkeypatch):
    """pygeoapi replaces ``${NAME}`` in plain words of its configuration; quoted words stay as they are."""
    content = small_content()
    zones = replace(content.layers[0], about={"abstract": {"zh": "${HOME}", "en": "${HOME}"}})
    path = write_service_files(
        replace(content, layers=(zones,)), tmp_path, url=URL, templates=tmp_path / "pages"
    )
    assert '"${HOME}' in path.read_text(encoding="utf-8")


def test_a_package_without_features_is_refused(tmp_path):
    content = small_content()
    empty = tuple(replace(layer, features=layer.features.iloc[:0]) for layer in content.layers)
    with pytest.raises(ServiceError, match="small-package"):
        written(tmp_path, replace(content, layers=empty))
