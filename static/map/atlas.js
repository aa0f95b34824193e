// The map's frame: start once, show scene after scene in place, keep the view in the page's address.
"use strict";
(function (atlas) {
  const PANES = {
    "atlas-backdrop": 210, "atlas-ground": 220, "atlas-context": 230, "atlas-zones": 410, "atlas-rings": 420, "atlas-lines": 430, "atlas-district": 435,
    "atlas-marked": 440, "atlas-drawn": 445, "atlas-points": 450, "atlas-places": 600, "atlas-labels": 620,
    "atlas-handles": 630,
  };
  const HASH = /(?:^#|&)map=(\d+(?:\.\d+)?)\/(-?\d+(?:\.\d+)?)\/(-?\d+(?:\.\d+)?)/;
  const NARROW = 600; // pixels: below, the legend starts folded
  const LEGEND_MAY_COST = 0.5; // zoom levels by which the first view may be smaller to keep clear of the legend
  const MARGIN = 12; // pixels between the map's foot and the window's

  // The page around Streamlit's frame; the map's own window where it stands alone.
  const hostWindow = () => (window.Streamlit ? window.parent : window);

  atlas.start = function (map, options) {
    const view = {
      map, text: options.text, lang: options.lang, home: options.home, pack: options.pack, host: hostWindow(),
      shown: new Map(), zones: new Map(), parts: [], ground: [], places: new Map(), pointLayers: new Map(), contextLayers: new Map(), placing: null,
      symbolLists: new Map(), marked: { zone: null, place: null }, followHome: true, moving: 0, tileSource: "",
    };
    view.partAt = (at) => view.parts.find((part) => atlas.contains(part.polygons, at.lat, at.lng)) || null;
    view.placeSymbols = () => [...view.symbolLists.values()].flatMap((data) => atlas.symbolRows(data));
    view.hasRings = () => [...view.places.values()].some((place) => place.item.confidence_m);
    map.atlasView = view;
    document.documentElement.lang = options.lang;
    document.title = options.text.region;
    // folium forbids enlarging the page; who needs larger letters may have them.
    for (const meta of document.querySelectorAll("meta[name=viewport]")) meta.content = "width=device-width, initial-scale=1";
    const box = map.getContainer();
    box.setAttribute("role", "region");
    box.setAttribute("aria-label", options.text.region);
    if (window.frameElement) window.frameElement.title = options.text.region;
    for (const [pane, level] of Object.entries(PANES)) map.createPane(pane).style.zIndex = level;
    atlas.definePatterns(options.status);
    atlas.addFurniture(view);
    view.labels = new atlas.LabelLayer().addTo(map);
    view.tip = L.tooltip({ className: "atlas-tip", direction: "auto", opacity: 1, offset: [14, 0] });
    map.on("zoomend", () => atlas.setPlaces(view)); // the labels are laid out after it
    followPointer(view);
    atlas.followPlacing(view);
    followAddress(view);
    followSize(view);
    followPrint(view);
    whenStyled(view);
  };

  // Styles arrive after the scripts; until then nothing has the size by which labels are placed.
  function whenStyled(view) {
    const waiting = [...document.querySelectorAll("link[rel=stylesheet]")].filter((link) => !link.sheet);
    const box = view.map.getContainer();
    let left = waiting.length;
    const one = () => {
      left -= 1;
      if (left) return;
      box.style.visibility = "";
      if (view.followHome) atlas.goHome(view);
      view.labels.measureAgain();
    };
    if (left) box.style.visibility = "hidden";
    for (const link of waiting) {
      link.addEventListener("load", one, { once: true });
      link.addEventListener("error", () => (box.style.visibility = ""), { once: true });
    }
  }

  // ---- scenes: [[name, kind, version, opacity, data], …], lowest first ----
  atlas.show = function (map, scene) {
    const view = map.atlasView;
    const wanted = new Set(scene.map(([name]) => name));
    for (const [name, entry] of view.shown) if (!wanted.has(name)) drop(view, name, entry);
    for (const [name, kind, version, opacity, data] of scene) {
      const entry = view.shown.get(name), make = atlas.kinds[kind];
      if (entry && entry.version === version && !make.always) {
        if (entry.opacity !== opacity) fade(view, name, entry, opacity, data);
        continue;
      }
      if (entry) drop(view, name, entry);
      draw(view, name, kind, version, opacity, data);
    }
    if (view.followHome && !view.sceneShown) atlas.goHome(view); // the legend now has its size
    view.sceneShown = true;
    settle(view);
  };

  function settle(view) {
    atlas.setPlaces(view);
    view.labels.layoutIfStale();
  }

  function draw(view, name, kind, version, opacity, data) {
    if (kind === "places") view.symbolLists.set(name, data);
    const layer = atlas.kinds[kind](view, name, data, opacity).addTo(view.map);
    view.shown.set(name, { version, kind, opacity, layer });
  }

  function drop(view, name, { kind, layer }) {
    layer.remove();
    view.labels.dropLabels(name);
    view.symbolLists.delete(name);
    if (atlas.kinds[kind].drop) atlas.kinds[kind].drop(view, name);
    view.shown.delete(name);
  }

  function fade(view, name, entry, opacity, data) {
    const make = atlas.kinds[entry.kind];
    if (make.fade) {
      make.fade(entry.layer, opacity);
      entry.opacity = opacity;
    } else {
      drop(view, name, entry);
      draw(view, name, entry.kind, entry.version, opacity, data);
    }
  }

  // Online base map: only where a key is configured, and only while its layer is on.
  atlas.kinds.tiles = function (view, name, data, opacity) {
    view.tileSource = data.attribution;
    view.map.getContainer().classList.add("atlas-over-tiles");
    const layer = (id) => L.tileLayer(
      `https://t{s}.tianditu.gov.cn/${id}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER=${id}` +
        "&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk={key}",
      { subdomains: "01234567", maxNativeZoom: 18, maxZoom: 19, key: data.key, opacity });
    return L.layerGroup([layer("vec"), layer("cva")]);
  };
  atlas.kinds.tiles.fade = (group, opacity) => group.eachLayer((layer) => layer.setOpacity(opacity));
  atlas.kinds.tiles.drop = function (view) {
    view.tileSource = "";
    view.map.getContainer().classList.remove("atlas-over-tiles");
  };

  // ---- what is under the pointer; what was chosen ----
  function tipContent(title, lines) {
    const box = document.createElement("div");
    L.DomUtil.create("strong", "", box).textContent = title;
    const list = L.DomUtil.create("dl", "", box);
    for (const [name, value] of lines) {
      L.DomUtil.create("dt", "", list).textContent = name;
      L.DomUtil.create("dd", "", list).textContent = value;
    }
    return box;
  }
  atlas.openTip = (view, at, title, lines) =>
    view.isDrawing || view.tip.setLatLng(at).setContent(tipContent(title, lines)).openOn(view.map);
  atlas.closeTip = (view) => view.tip.close();

  function describe(view, at) {
    const point = atlas.findPoint(view, at);
    if (point) return [point.title, point.lines];
    const cell = atlas.findCell(view, at);
    if (cell) return cell;
    if (view.hoveredDrawn) return [view.hoveredDrawn.name, view.hoveredDrawn.tip];
    const zone = view.hoveredZone && view.zones.get(view.hoveredZone);
    if (!zone) return null;
    const part = view.partAt(at);
    return [zone.item.name, part ? [[view.text.tip_part, part.name], ...zone.item.tip] : zone.item.tip];
  }

  function followPointer(view) {
    let waiting = null;
    const tell = () => {
      const at = waiting;
      waiting = null;
      if (!at || view.overPlace || view.isDrawing) return;
      const found = describe(view, at);
      if (found) atlas.openTip(view, at, ...found);
      else atlas.closeTip(view);
    };
    const look = (event) => {
      if (!waiting) requestAnimationFrame(tell);
      waiting = event.latlng;
    };
    view.map.on("mousemove click", look);
    view.map.on("mouseout movestart zoomstart", () => { waiting = null; atlas.closeTip(view); });
  }

  // Shown at once; the page's answer, when it comes, says the same.
  atlas.mark = function (view, marked) {
    const entry = view.shown.get("selection");
    if (entry) entry.layer.remove();
    draw(view, "selection", "selection", "", 1, marked);
    settle(view);
  };

  atlas.tell = function (view, choice) {
    const value = { ...choice, number: Date.now() };
    if (window.Streamlit) window.Streamlit.setComponentValue({ atlas_click: value });
    window.dispatchEvent(new CustomEvent("atlas:click", { detail: value }));
  };

  // ---- view: the address of the page remembers it; the first view is the whole district ----
  function moveQuietly(view, move) {
    view.moving += 1;
    move();
    view.moving -= 1;
  }

  atlas.goHome = function (view) {
    view.followHome = true;
    moveQuietly(view, () => view.map.setView(...homeView(view), { animate: false }));
    rememberView(view);
  };

  // The district in the middle and as large as the map allows. Where the legend would cover it, the district stands
  // higher, then smaller; where that does not help, the legend folds itself up, unless the planner has opened it.
  function homeView(view) {
    const { map } = view, size = map.getSize(), rim = 18, badges = 48;
    const bounds = L.latLngBounds(view.home), zoom = map.getBoundsZoom(bounds, false, L.point(2 * rim, 2 * rim));
    const fit = () => {
      const room = view.legend.open || size.x > NARROW ? legendTop(view) - rim - badges : size.y - 2 * rim;
      return Math.min(zoom, zoom + Math.log2(room / heightAt(map, bounds, zoom)));
    };
    if (!view.legendChosen && size.x > NARROW) {
      view.legend.open = true;
      view.legend.open = fit() > zoom - LEGEND_MAY_COST;
    }
    const least = zoom - LEGEND_MAY_COST, chosen = fit() > least ? fit() : zoom;
    const half = heightAt(map, bounds, chosen) / 2;
    const middle = fit() > least ? Math.min(size.y / 2, legendTop(view) - rim - half) : size.y / 2;
    const corners = [bounds.getSouthEast(), bounds.getNorthWest()].map((at) => map.project(at, chosen));
    const centre = corners[0].add(corners[1]).divideBy(2).add([0, size.y / 2 - middle]);
    return [map.unproject(centre, chosen), chosen];
  }

  const heightAt = (map, bounds, zoom) => map.project(bounds.getSouthEast(), zoom).y - map.project(bounds.getNorthWest(), zoom).y;
  const legendTop = (view) => view.legend.getBoundingClientRect().top - view.map.getContainer().getBoundingClientRect().top;

  // What was found by name is shown; a view that already holds it stays as it is.
  atlas.bringIntoView = function (view, polygons, spot) {
    const wanted = spot ? `place ${spot.at}` : polygons.length ? `zone ${view.marked.zone}` : "";
    if (wanted === view.broughtIntoView) return;
    const first = view.broughtIntoView === undefined;
    view.broughtIntoView = wanted;
    if (!wanted || first) return;
    const seen = view.map.getBounds().pad(-0.03);
    if (spot && !seen.contains(spot.at)) view.map.setView(spot.at, Math.max(view.map.getZoom(), 14), { animate: false });
    if (!spot && !seen.intersects(L.latLngBounds(polygons.flat(2)))) view.map.fitBounds(polygons.flat(2), { animate: false });
  };

  function addressOf(view) {
    if (view.followHome) return "";
    const centre = view.map.getCenter();
    return `#map=${Number(view.map.getZoom().toFixed(2))}/${centre.lat.toFixed(5)}/${centre.lng.toFixed(5)}`;
  }

  function rememberView(view) {
    memoryOf(view)[view.pack] = addressOf(view);
    const { location, history } = view.host, hash = addressOf(view);
    if (location.protocol === "about:") return; // a frame without an address of its own
    if (location.hash === hash || (location.hash && !HASH.test(location.hash))) return;
    history.replaceState(history.state, "", location.pathname + location.search + hash);
  }

  // Another page of the app drops the address and the frame; the window around both remembers.
  const memoryOf = (view) => (view.host.atlasViews = view.host.atlasViews || {});

  function readAddress(view) {
    const found = HASH.exec(view.host.location.hash) || HASH.exec(memoryOf(view)[view.pack] || "");
    if (!found) return false;
    view.followHome = false;
    moveQuietly(view, () => view.map.setView([+found[2], +found[3]], +found[1], { animate: false }));
    return true;
  }

  function followAddress(view) {
    if (!readAddress(view)) atlas.goHome(view);
    view.map.on("moveend", () => {
      if (view.moving) return;
      view.followHome = false;
      rememberView(view);
    });
    // Streamlit rewrites the address, without the view, when its own parameters change.
    const keep = () => { if (!HASH.test(view.host.location.hash)) rememberView(view); };
    const timer = window.setInterval(keep, 1000);
    const jump = () => readAddress(view);
    view.host.addEventListener("hashchange", jump);
    window.addEventListener("message", () => window.setTimeout(keep, 50));
    window.addEventListener("pagehide", () => {
      window.clearInterval(timer);
      view.host.removeEventListener("hashchange", jump);
    });
  }

  function followSize(view) {
    new ResizeObserver(() => {
      moveQuietly(view, () => view.map.invalidateSize({ animate: false, pan: !view.followHome }));
      if (view.followHome) atlas.goHome(view);
    }).observe(view.map.getContainer());
  }

  // On paper nothing can be unfolded.
  function followPrint(view) {
    let wasOpen = false;
    const before = () => { wasOpen = view.legend.open; view.legend.open = true; };
    const after = () => { view.legend.open = wasOpen; };
    window.addEventListener("beforeprint", before);
    window.addEventListener("afterprint", after);
  }

  atlas.windowHeight = function (least) {
    const host = hostWindow(), frame = window.frameElement;
    if (!frame || host === window) return least;
    const narrow = host.innerWidth < 700;
    if (narrow) return Math.max(Math.min(least, host.innerHeight * 0.62), 320);
    let scrolled = 0;
    for (let box = frame.parentElement; box; box = box.parentElement) scrolled += box.scrollTop;
    const top = frame.getBoundingClientRect().top + scrolled;
    return Math.max(least, Math.floor(host.innerHeight - top - MARGIN));
  };
})(window.atlas);
