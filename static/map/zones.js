// Polygons: backdrop, district, zones with status and hatching, parts, and the marked zone.
"use strict";
(function (atlas) {
  const STEP = 1e-6;
  const DASHES = { solid: null, long: "11 4", short: "5 4" };
  const SVG = "http://www.w3.org/2000/svg";

  // A ring is a flat list: first position, then the step to each next one; lon before lat.
  atlas.decodeRing = function (steps) {
    const ring = [];
    let x = 0, y = 0;
    for (let i = 0; i < steps.length; i += 2) {
      x += steps[i];
      y += steps[i + 1];
      ring.push([y * STEP, x * STEP]);
    }
    return ring;
  };

  const decode = (polygons) => polygons.map((rings) => rings.map(atlas.decodeRing));

  const HATCHINGS = {
    plain: [],
    diagonal: ["M-2 10 L10 -2 M6 14 L14 6 M-2 2 L2 -2"],
    crossed: ["M-2 10 L10 -2 M-2 -2 L10 10"],
    dotted: ["M2 2 h.01 M6 6 h.01"],
    upright: ["M4 0 V8"],
    sparse: ["M-2 -2 L10 10"],
  };

  function svg(name, attributes, parent) {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    if (parent) parent.appendChild(element);
    return element;
  }
  atlas.svg = svg;

  // One hidden drawing holds the patterns; map and legend fill from the same ones.
  atlas.definePatterns = function (styles) {
    const holder = svg("svg", { width: 0, height: 0, "aria-hidden": "true", class: "atlas-patterns" }, document.body);
    const defs = svg("defs", {}, holder);
    for (const [status, style] of Object.entries(styles)) {
      const box = { id: "atlas-" + status, width: 8, height: 8, patternUnits: "userSpaceOnUse" };
      const pattern = svg("pattern", box, defs);
      svg("rect", { width: 8, height: 8, fill: style.colour }, pattern);
      const dotted = style.hatching === "dotted";
      for (const d of HATCHINGS[style.hatching]) {
        const stroke = { d, stroke: style.ink, "stroke-width": dotted ? 2.2 : 1, "stroke-opacity": dotted ? 0.8 : 0.55 };
        svg("path", { ...stroke, fill: "none", "stroke-linecap": dotted ? "round" : "butt" }, pattern);
      }
    }
  };
  atlas.statusFill = (status) => (status ? `url(#atlas-${status})` : "#dfe5ea");

  function outlines(lines, look, pane, opacity = 1) {
    const group = L.layerGroup();
    for (const [style, paths] of Object.entries(lines)) {
      const latlngs = paths.map(atlas.decodeRing);
      if (look.casing) {
        L.polyline(latlngs, { pane, interactive: false, color: "#fff", weight: look.weight + 2.5, opacity: 0.75 * opacity }).addTo(group);
      }
      L.polyline(latlngs, {
        pane, interactive: false, color: look.colour, weight: look.weight, opacity, dashArray: DASHES[style], lineCap: "butt",
      }).addTo(group);
    }
    return group;
  }

  const KINDS = {
    neighbour: { className: "atlas-neighbour", fillColor: "#f3f2ee", color: "#c3c2bb", weight: 0.8 },
    river: { className: "atlas-river", fillColor: "#cfe0ea", color: "#a9c3d3", weight: 0.8, dashArray: "5 4" },
  };

  atlas.kinds = atlas.kinds || {};

  atlas.kinds.backdrop = function (view, name, data) {
    const group = L.layerGroup();
    const labels = [];
    for (const item of data.items) {
      const look = KINDS[item.kind] || KINDS.neighbour;
      const polygons = decode(item.rings);
      L.polygon(polygons, { ...look, pane: "atlas-backdrop", interactive: false, fillOpacity: 1 }).addTo(group);
      if (item.anchor) {
        const river = item.kind === "river";
        // A river is narrower than its name, which stands beside it and off the district.
        labels.push(river
          ? { at: item.anchor, name: item.label, look: "river", rank: 45, avoids: () => view.ground }
          : { at: item.anchor, name: item.label, look: "neighbour", rank: 20, polygons, mustFit: true });
      }
    }
    view.labels.setLabels(name, labels);
    return group;
  };

  atlas.kinds.district = function (view, name, data) {
    const group = outlines(data.lines, { colour: "#2b3a47", weight: 2, casing: true }, "atlas-district");
    view.ground = data.items.flatMap((item) => decode(item.rings));
    for (const item of data.items) {
      L.polygon(decode(item.rings), {
        pane: "atlas-ground", interactive: false, stroke: false, fillColor: "#fbfaf6", fillOpacity: 1,
      }).addTo(group);
    }
    return group;
  };

  atlas.kinds.district.drop = (view) => (view.ground = []);

  atlas.kinds.zones = function (view, name, data, opacity) {
    const group = L.layerGroup();
    view.zones = new Map();
    const labels = [];
    for (const item of data.items) {
      const polygons = decode(item.rings);
      if (!polygons.length) continue;
      const shape = L.polygon(polygons, {
        pane: "atlas-zones", stroke: false, fillColor: atlas.statusFill(item.status), fillOpacity: opacity,
        bubblingMouseEvents: true,
      }).addTo(group);
      view.zones.set(item.id, { item, polygons, shape });
      shape.on("add", () => makeReachable(view, shape, item));
      shape.on("mouseover", () => (view.hoveredZone = item.id));
      shape.on("mouseout", () => (view.hoveredZone = null));
      shape.on("click", (event) => chooseZone(view, item, event.latlng));
      if (item.anchor) {
        const { anchor: at, short: name, second, brief } = item;
        labels.push({ at, name, second, brief, look: "zone", rank: 100, polygons, gives: true });
      }
    }
    outlines(data.lines, { colour: "#33424f", weight: 1.4, casing: true }, "atlas-lines").addTo(group);
    view.labels.setLabels(name, labels);
    return group;
  };
  atlas.kinds.zones.drop = function (view) {
    view.zones = new Map();
    view.hoveredZone = null;
  };
  atlas.kinds.zones.fade = (group, opacity) =>
    group.eachLayer((layer) => layer instanceof L.Polygon && layer.setStyle({ fillOpacity: opacity }));

  function chooseZone(view, item, at) {
    if (atlas.findPoint(view, at)) return; // a station under the finger is read, not the zone
    const part = view.partAt(at);
    atlas.mark(view, { zone: item.id, place: null });
    atlas.tell(view, { kind: "zone", id: item.id, part_id: part ? part.id : null, lat: at.lat, lon: at.lng });
  }

  // A shape that the Tab key reaches and that says what it is.
  function makeReachable(view, shape, item) {
    const element = shape.getElement();
    const words = [item.name, ...item.tip.map(([title, value]) => `${title} ${value}`)];
    element.setAttribute("tabindex", "0");
    element.setAttribute("role", "button");
    element.setAttribute("aria-label", words.join(view.lang.startsWith("zh") ? "，" : ", "));
    element.dataset.zoneId = item.id;
    const at = L.latLng(item.anchor || shape.getBounds().getCenter());
    element.addEventListener("focus", () => atlas.openTip(view, at, item.name, item.tip));
    element.addEventListener("blur", () => atlas.closeTip(view));
    element.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      event.stopPropagation();
      chooseZone(view, item, at);
    });
  }

  atlas.kinds.parts = function (view, name, data, opacity) {
    view.parts = data.items.map((item) => ({ ...item, polygons: decode(item.rings) }));
    const labels = view.parts
      .filter((part) => part.anchor)
      .map((part) => ({
        at: part.anchor, name: part.short, look: "part", rank: 50, polygons: part.polygons, mustFit: true,
      }));
    view.labels.setLabels(name, labels);
    return outlines(data.lines, { colour: "#55646f", weight: 0.9, casing: false }, "atlas-lines", opacity);
  };
  atlas.kinds.parts.drop = (view) => (view.parts = []);

  // The marked zone is outlined over all others; nothing else changes its look.
  atlas.kinds.selection = function (view, name, data) {
    view.marked = { zone: data.zone, place: data.place };
    const group = L.layerGroup();
    const known = data.zone && view.zones.get(data.zone);
    const polygons = data.rings ? decode(data.rings) : known ? known.polygons : [];
    for (const [color, weight] of polygons.length ? [["#ffffff", 6], ["#12222f", 3]] : []) {
      L.polygon(polygons, { pane: "atlas-marked", interactive: false, fill: false, color, weight }).addTo(group);
    }
    for (const element of document.querySelectorAll("[data-zone-id]")) {
      element.setAttribute("aria-pressed", String(element.dataset.zoneId === data.zone));
    }
    const shown = view.places.get(data.place);
    const spot = data.spot || (shown && { ...shown.item, name: shown.item.short });
    if (spot) atlas.markPlace(view, spot, group);
    view.labels.setLabels(name, spot ? [{ at: spot.at, name: spot.name, look: "place", rank: 90, radius: 11 }] : []);
    if (data.rings) atlas.bringIntoView(view, polygons, spot);
    return group;
  };
  // Zones and places may have been drawn anew beneath it.
  atlas.kinds.selection.always = true;
})(window.atlas);
